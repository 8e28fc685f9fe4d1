import { stringify } from 'yaml';
import type { AnyControl, Examples } from '../core/index.ts';
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
  const objects = hardenedValues();
  const tweaks = parse(example);
  if (kindOfExample(control) === 'objects') return tweaks.reduce(mergeObject, [...objects]);
  return objects.map((object) =>
    object['kind'] === 'Deployment' ? mergeIntoWorkload(object, tweaks[0] ?? {}, kindOfExample(control)) : object,
  );
}

function hardenedValues(): readonly Value[] {
  if (hardened === undefined) {
    hardened = parse(hardenedObjects);
    for (const object of hardened) hardenedText.set(object, stringify(object));
  }
  return hardened;
}

/** The examples as people read them, who do not see the hardened objects: without what only merging understands. */
export function shownExamples(control: AnyControl): Examples {
  const shown = (examples: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(examples).map(([name, example]) => [name, shownExample(control, example)]));
  const { pass, fail, unknown = {}, notApplicable = {}, ...rest } = control.examples();
  return { ...rest, pass: shown(pass), fail: shown(fail), unknown: shown(unknown), notApplicable: shown(notApplicable) };
}

function shownExample(control: AnyControl, example: string): string {
  if (kindOfExample(control) === 'objects')
    return parts(example)
      .map(({ text, value }) => shownObject(text, value))
      .join('---\n');
  const [{ $pod, ...tweak } = {}] = parse(example);
  return $pod === undefined
    ? shownTweak(example, tweak)
    : stringify(merge({}, { ...($pod as Value), containers: [{ name: 'web', ...tweak }] }));
}

/** Whole, so that what the tweak leaves as it is does not seem to be absent; of the workload that would be more than anybody reads. */
function shownObject(text: string, tweak: Value): string {
  const objects = hardenedValues();
  const object = objects[indexOfObject(objects, tweak)];
  if (tweak['$patch'] === 'delete') return `# no ${String(tweak['kind'])}\n`;
  return object === undefined || object['kind'] === 'Deployment' ? shownTweak(text, tweak) : stringify(merge(object, tweak));
}

function shownTweak(text: string, tweak: Value): string {
  const shown = merge({}, tweak) as Value;
  if (Object.keys(shown).length === 0) return `# no ${Object.keys(tweak).join(', ')}\n`;
  return JSON.stringify(shown) === JSON.stringify(tweak) ? `${text.trim()}\n` : stringify(shown);
}

function kindOfExample(control: AnyControl): 'container' | 'pod' | 'objects' {
  return control.subject.example;
}

function parse(text: string): Value[] {
  return parts(text).map(({ value }) => value);
}

function parts(stream: string): { readonly text: string; readonly value: Value }[] {
  return splitDocuments(stream).flatMap((part) => {
    const document = 'error' in part ? part : readDocument(part.text, part.line);
    if ('error' in document) throw new Error(`line ${document.line}: ${document.error}`);
    // Comments alone are no object.
    return 'text' in part && isMap(document.value) ? [{ text: part.text, value: document.value }] : [];
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
  const at = indexOfObject(objects, tweak);
  if (at < 0) return [...objects, tweak];
  if (tweak['$patch'] === 'delete') return objects.filter((_, index) => index !== at);
  return objects.map((object, index) => (index === at ? (merge(object, tweak) as Value) : object));
}

function indexOfObject(objects: readonly Value[], tweak: Value): number {
  const name = nameOf(tweak);
  return objects.findIndex((object) => object['kind'] === tweak['kind'] && (name === undefined || nameOf(object) === name));
}

function nameOf(object: Value): unknown {
  return (object['metadata'] as Value | undefined)?.['name'];
}

/** As a JSON merge patch (RFC 7386). */
function merge(base: unknown, tweak: unknown): unknown {
  if (!isMap(tweak)) return tweak;
  const merged: Value = isMap(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(tweak)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(Object.hasOwn(merged, key) ? merged[key] : undefined, value);
  }
  return merged;
}

function isMap(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
