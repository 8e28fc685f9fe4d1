import { formatPath, type Metadata, type Path, type PodTemplate, type ResourceRef } from '../core/index.ts';
import { isWorkflow, workflowPods } from './argo-workflow.ts';
import { templatePaths, type PodTemplateKind, type TemplatePath } from './pod-templates.ts';
import { describe, isObject, readShape, rootShape, structShape } from './shape-reader.ts';

export interface Decoded {
  readonly ref: ResourceRef;
  /** Of the object itself. */
  readonly metadata: Metadata;
  /** The value that was given, or a copy without the nulls of known fields. */
  readonly object: Record<string, unknown>;
  readonly podTemplates: readonly PodTemplate[];
  readonly hasLastingFields: boolean;
}

/** An object that the API server cannot decode: `refused` says where and why. */
export interface RefusedObject {
  readonly refused: string;
  readonly path: Path;
}

/**
 * Decodes one object as the API server does: known fields have the declared type or the object is refused, `null` is
 * absent, unknown fields are kept. Kinds that are not Kubernetes' own are checked in their metadata and pod templates only.
 * Source: sigs.k8s.io/json and the types of k8s.io/api v0.37; proven against them in test/upstream/decode.test.ts.
 */
export function decode(value: Record<string, unknown>, extraPodTemplates?: readonly PodTemplateKind[]): Decoded | RefusedObject {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') return nameless('apiVersion', apiVersion);
  if (typeof kind !== 'string' || kind === '') return nameless('kind', kind);
  const slash = apiVersion.indexOf('/');
  if (apiVersion.includes('/', slash + 1) && slash !== -1)
    return refuse(['apiVersion'], 'expected group/version, found more than one slash');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);

  const shape = rootShape(group, version, kind);
  const typed = readShape(value, shape, []);
  if ('expectation' in typed) return refuse(typed.path, typed.expectation);
  const extraction: Extraction = { templates: [], refused: undefined, checked: shape !== rootShape('*', '*', '*') };
  let object = typed.value as Record<string, unknown>;
  for (const path of templatePaths(group, kind, extraPodTemplates)) {
    object = extract(object, path, 0, [], extraction) as Record<string, unknown>;
  }
  if (isWorkflow(group, kind)) extractWorkflow(kind, object, extraction);
  if (extraction.refused !== undefined) return extraction.refused;

  const metadata: Metadata = (object['metadata'] as Metadata | undefined) ?? {};
  return {
    ref: refOf(apiVersion, kind, metadata),
    metadata,
    object,
    podTemplates: extraction.templates,
    hasLastingFields: typed.areLasting,
  };
}

function nameless(field: string, value: unknown): RefusedObject {
  return refuse([field], value === '' ? 'must not be empty' : `expected a string, found ${describe(value)}`);
}

function refuse(path: Path, expectation: string): RefusedObject {
  return { refused: path.length === 0 ? expectation : `${formatPath(path)}: ${expectation}`, path };
}

function refOf(apiVersion: string, kind: string, metadata: Metadata): ResourceRef {
  const name = metadata.name || metadata.generateName || '';
  const { namespace } = metadata;
  return namespace === undefined || namespace === '' ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

interface Extraction {
  readonly templates: PodTemplate[];
  refused: RefusedObject | undefined;
  /** The templates have been read with the object around them. */
  readonly checked: boolean;
}

const templateShape = structShape('PodTemplateSpec');

/**
 * Walks down to the templates, collects them and returns the value with each template as it was decoded. A template
 * without a `spec`, as in a patch that only changes the number of replicas, is no template.
 */
function extract(value: unknown, steps: TemplatePath, depth: number, at: Path, extraction: Extraction): unknown {
  if (value === undefined || value === null || extraction.refused !== undefined) return value;
  const step = steps[depth];
  if (step === undefined) {
    if (extraction.checked) {
      collect(value as Record<string, unknown>, at, extraction);
      return value;
    }
    const template = readShape(value, templateShape, at);
    if ('expectation' in template) {
      extraction.refused = refuse(template.path, template.expectation);
      return value;
    }
    collect(template.value as Record<string, unknown>, at, extraction);
    return template.value;
  }
  if (step === '*' && Array.isArray(value)) {
    const list = value.map((item, index) => extract(item, steps, depth + 1, [...at, index], extraction));
    return list.some((item, index) => item !== value[index]) ? list : value;
  }
  if (!isObject(value)) {
    extraction.refused = refuse(at, `expected ${step === '*' ? 'a list or an object' : 'an object'}, found ${describe(value)}`);
    return value;
  }
  let object = value;
  for (const key of step === '*' ? Object.keys(value) : [step]) {
    if (!Object.hasOwn(value, key)) continue;
    const after = extract(value[key], steps, depth + 1, [...at, key], extraction);
    if (after !== value[key]) object = Object.defineProperty({ ...object }, key, { value: after, enumerable: true });
  }
  return object;
}

function collect(template: Record<string, unknown>, path: Path, extraction: Extraction): void {
  const spec = template['spec'] as Record<string, unknown> | undefined;
  if (spec === undefined) return;
  const metadata = (template['metadata'] as Metadata | undefined) ?? {};
  extraction.templates.push({ path, metadata, metadataPath: [...path, 'metadata'], spec, specPath: [...path, 'spec'] });
}

function extractWorkflow(kind: string, object: Record<string, unknown>, extraction: Extraction): void {
  for (const { path, template, map } of workflowPods(kind, object)) {
    const typed = readShape(template, templateShape, path);
    if ('expectation' in typed) {
      extraction.refused = refuse(map(typed.path), typed.expectation);
      return;
    }
    const { metadata, spec } = typed.value as { metadata: Metadata; spec: Record<string, unknown> };
    extraction.templates.push({ path, metadata, metadataPath: [...path, 'metadata'], spec, specPath: [...path, 'spec'], map });
  }
}
