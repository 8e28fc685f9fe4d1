import { stringify } from 'yaml';
import type { AnyControl } from '../core/index.ts';
import { readDocument, splitDocuments } from '../kube/yaml/index.ts';
import { hardenedObjects } from './hardened.ts';

type Value = Record<string, unknown>;

/** Parsed once, never changed: merging copies. */
let hardened: readonly Value[] | undefined;
/** How each of them is written: most examples leave most of them as they are. */
const hardenedText: Map<Value, string> = new Map();

/** The hardened objects with one example of a control laid over them, as a stream of YAML documents. */
export function exampleYaml(control: AnyControl, example: string): string {
  return exampleObjects(control, example)
    .map((object) => hardenedText.get(object) ?? stringify(object))
    .join('---\n');
}

/** The same as values. Throws on an example that is not YAML: that is a mistake of the control's author. */
export function exampleObjects(control: AnyControl, example: string): Value[] {
  if (hardened === undefined) {
    hardened = parse(hardenedObjects);
    for (const object of hardened) hardenedText.set(object, stringify(object));
  }
  const objects = hardened;
  const tweaks = parse(example);
  if (kindOfExample(control) === 'objects') return tweaks.reduce(mergeObject, [...objects]);
  return objects.map((object) =>
    object['kind'] === 'Deployment' ? mergeIntoWorkload(object, tweaks[0] ?? {}, kindOfExample(control)) : object,
  );
}

function kindOfExample(control: AnyControl): 'container' | 'pod' | 'objects' {
  return control.subject.example;
}

function parse(text: string): Value[] {
  return splitDocuments(text).flatMap((part) => {
    const document = 'error' in part ? part : readDocument(part.text, part.line);
    if ('error' in document) throw new Error(`line ${document.line}: ${document.error}`);
    // Comments alone are no object.
    return isMap(document.value) ? [document.value] : [];
  });
}

function mergeIntoWorkload(deployment: Value, tweak: Value, level: 'container' | 'pod' | 'objects'): Value {
  const { template } = deployment['spec'] as { template: { metadata: Value; spec: { containers: Value[] } } };
  const { metadata = {}, ...pod } = level === 'pod' ? tweak : containerTweak(template.spec.containers, tweak);
  return merge(deployment, { spec: { template: { metadata, spec: pod } } }) as Value;
}

function containerTweak(containers: Value[], { $pod, ...tweak }: Value): Value {
  return { ...($pod as Value | undefined), containers: containers.map((container) => merge(container, tweak)) };
}

function mergeObject(objects: readonly Value[], tweak: Value): Value[] {
  const name = nameOf(tweak);
  const at = objects.findIndex((object) => object['kind'] === tweak['kind'] && (name === undefined || nameOf(object) === name));
  if (at < 0) return [...objects, tweak];
  if (tweak['$patch'] === 'delete') return objects.filter((_, index) => index !== at);
  return objects.map((object, index) => (index === at ? (merge(object, tweak) as Value) : object));
}

function nameOf(object: Value): unknown {
  return (object['metadata'] as Value | undefined)?.['name'];
}

function merge(base: unknown, tweak: unknown): unknown {
  if (!isMap(base) || !isMap(tweak)) return tweak;
  const merged: Value = { ...base };
  for (const [key, value] of Object.entries(tweak)) {
    if (value === null) delete merged[key];
    else merged[key] = Object.hasOwn(base, key) ? merge(base[key], value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
