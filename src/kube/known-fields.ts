import { allNearest, apiGroup, kindName, type Path, type Resource } from '../core/index.ts';
import { definitions, kinds, knownMinors } from './known-fields.generated.ts';
import { isObject } from './shape-reader.ts';

/** A key that the API server drops, because the target version has no field of this name there. */
export interface UnknownField {
  readonly path: Path;
  readonly name: string;
  /** The field beside it that is nearest in spelling. */
  readonly meant?: string;
  /** Others as near: then nobody knows which one is meant. */
  readonly rivals?: readonly string[];
  /** Where a field of exactly this name stands: `securityContext` of the same object, or in words. */
  readonly belongs?: string;
  /** The first minor that knows it, where the target is older. */
  readonly since?: number;
  /** The last minor that knew it, where the target is newer. */
  readonly until?: number;
  /** What was meant restricts somebody: a restriction without effect is taken for one that is there. */
  readonly restricts: boolean;
}

interface Field {
  readonly since: number;
  readonly until: number;
  readonly of: Definition | undefined;
  readonly map: boolean;
}

type Fields = ReadonlyMap<string, Field>;

interface Definition {
  readonly name: string;
  readonly fields: () => Fields;
}

const known = new Map<string, Definition>();

/** Definitions are unfolded when first met: most never are. */
function definitionOf(name: string): Definition {
  const before = known.get(name);
  if (before !== undefined) return before;
  let fields: Fields | undefined;
  const definition: Definition = { name, fields: () => (fields ??= parseFields(definitions[name] ?? '')) };
  known.set(name, definition);
  return definition;
}

const fieldText = /^([^+:-]+)(?:\+(\d+))?(?:-(\d+))?(?::(\{?)(.+))?$/;

function parseFields(text: string): Fields {
  const fields = new Map<string, Field>();
  for (const part of text.split(' ')) {
    const [, name, since, until, map, of] = fieldText.exec(part) ?? [];
    if (name === undefined) continue;
    fields.set(name, {
      since: since === undefined ? 0 : Number(since),
      until: until === undefined ? Infinity : Number(until),
      of: of === undefined ? undefined : definitionOf(of),
      map: map === '{',
    });
  }
  return fields;
}

/** Kinds of the table in every version, as subjects name what they read: `Ingress.networking.k8s.io`. */
export const kindsWithKnownFields: readonly string[] = [
  ...new Set(
    Object.keys(kinds).map((key) => {
      const [apiVersion = '', kind = ''] = key.split(' ');
      return kindName(apiGroup(apiVersion), kind);
    }),
  ),
];

/** Fields that controllers add to a part of Kubernetes' pod template, by group and definition. */
const ownFields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // RevisionSpec (serving.knative.dev/v1).
  'serving.knative.dev': { PodSpec: ['containerConcurrency', 'timeoutSeconds', 'responseStartTimeoutSeconds', 'idleTimeoutSeconds'] },
  // ScriptTemplate, UserContainer and ContainerNode (argoproj.io/v1alpha1).
  'argoproj.io': { Container: ['source', 'mirrorVolumeMounts', 'dependencies'] },
};

/** As many as Kubernetes' own strict decoder tells. */
const mostFields = 100;

/** Of one object. Where nothing is right, the nearest spelling helps nobody, and looking for it takes time. */
const mostAdvised = 10;

interface Search {
  readonly version: number;
  readonly own: Readonly<Record<string, readonly string[]>>;
  readonly steps: (string | number)[];
  readonly found: UnknownField[];
}

/**
 * The fields of an object that Kubernetes of this minor does not know, by the definitions of its OpenAPI documents; of a kind
 * that is not Kubernetes' own those in its pod templates, and `undefined` where it has none. Minors older than the table are
 * taken for its oldest, newer ones for its newest. At most 100, the first ten with advice; directives of strategic merge patches are left alone.
 */
export function fieldsUnknownTo(
  { ref, object, podTemplates, hasLastingFields = false }: Pick<Resource, 'ref' | 'object' | 'podTemplates' | 'hasLastingFields'>,
  minor: number,
): readonly UnknownField[] | undefined {
  const { apiVersion, kind } = ref;
  const name = `${apiVersion} ${kind}`;
  const isKnownKind = Object.hasOwn(kinds, name);
  // Nearly all objects: the decoder has looked at each of their keys.
  if (isKnownKind && hasLastingFields) return none;
  const [oldest, newest] = knownMinors;
  const version = Math.min(Math.max(minor, oldest), newest);
  const search: Search = { version, own: ownFields[apiGroup(apiVersion)] ?? {}, steps: [], found: [] };
  if (isKnownKind) {
    searchObject(object, definitionOf(kinds[name]!), false, search);
    return search.found;
  }
  if (podTemplates.length === 0) return undefined;
  for (const { metadata, metadataPath, spec, specPath } of podTemplates) {
    searchPart(metadata, metadataPath, 'ObjectMeta', search);
    searchPart(spec, specPath, 'PodSpec', search);
  }
  return search.found;
}

const none: readonly UnknownField[] = [];

function searchPart(value: object, path: Path, definition: string, search: Search): void {
  searchValue(value, definitionOf(definition), false, { ...search, steps: [...path] });
}

function searchValue(value: unknown, definition: Definition, restricts: boolean, search: Search): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      search.steps.push(index);
      searchValue(item, definition, restricts, search);
      search.steps.pop();
    }
  } else if (isObject(value)) searchObject(value, definition, restricts, search);
}

function searchObject(object: Readonly<Record<string, unknown>>, definition: Definition, around: boolean, search: Search): void {
  const { version, steps, found } = search;
  const fields = definition.fields();
  const restricts = around || restricting.has(definition.name);
  for (const key of Object.keys(object)) {
    const field = fields.get(key);
    if (field === undefined || version < field.since || version > field.until) {
      if (found.length < mostFields && !isDirective(key) && search.own[definition.name]?.includes(key) !== true)
        found.push(unknownField(key, field, definition, restricts, search));
      continue;
    }
    const value = object[key];
    if (field.of === undefined || typeof value !== 'object' || value === null) continue;
    steps.push(key);
    if (!field.map) searchValue(value, field.of, restricts, search);
    else if (isObject(value)) {
      for (const name of Object.keys(value)) {
        steps.push(name);
        searchValue(value[name], field.of, restricts, search);
        steps.pop();
      }
    }
    steps.pop();
  }
}

/** They tell kubectl and kustomize how to merge a patch, and are gone when it is merged. */
function isDirective(key: string): boolean {
  return key.startsWith('$') && /^\$(?:patch$|retainKeys$|setElementOrder\/|deleteFromPrimitiveList\/)/.test(key);
}

/** Definitions whose fields restrict pods, their connections, or who may do what. */
const restricting: ReadonlySet<string> = new Set([
  'SecurityContext',
  'PodSecurityContext',
  'NetworkPolicySpec',
  'PolicyRule',
  'ValidatingWebhook',
  'MutatingWebhook',
  'ValidatingAdmissionPolicySpec.admissionregistration.v1',
  'ValidatingAdmissionPolicyBindingSpec.admissionregistration.v1',
]);

/** Fields of other definitions that do the same. */
const restrictingFields: ReadonlySet<string> = new Set([
  'securityContext',
  'automountServiceAccountToken',
  'hostUsers',
  'readOnly',
  'loadBalancerSourceRanges',
]);

/** The two security contexts share most of their fields, and people write those of one into the other. */
const twins: Readonly<Record<string, readonly [definition: string, place: string]>> = {
  PodSecurityContext: ['SecurityContext', 'the securityContext of containers'],
  SecurityContext: ['PodSecurityContext', 'the securityContext of the pod'],
};

function unknownField(
  name: string,
  field: Field | undefined,
  definition: Definition,
  restricts: boolean,
  { version, steps, found }: Search,
): UnknownField {
  const path = [...steps, name];
  if (field !== undefined) {
    const when = version < field.since ? { since: field.since } : { until: field.until };
    return { path, name, ...when, restricts: restricts || restrictingFields.has(name) };
  }
  if (found.length >= mostAdvised) return { path, name, restricts };
  const meant = meantField(name, definition, version);
  const belongs = meant === undefined ? placeOf(name, definition, version) : undefined;
  const [near = meant, ...rivals] = meant === undefined && belongs === undefined ? allNearest(name, namesOf(definition, version)) : [];
  const decisive = near ?? belongs;
  return {
    path,
    name,
    ...(near === undefined ? {} : { meant: near }),
    ...(rivals.length === 0 ? {} : { rivals }),
    ...(belongs === undefined ? {} : { belongs }),
    restricts: restricts || (decisive !== undefined && restrictingFields.has(decisive)),
  };
}

/** Kubernetes tells large from small letters; `read_only` and `run-as-user` are Python's and Helm's way of writing. */
function meantField(name: string, definition: Definition, version: number): string | undefined {
  const plain = withoutCase(name);
  return namesOf(definition, version).find((candidate) => withoutCase(candidate) === plain);
}

function withoutCase(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

/** The only field beside it whose value has a field of this name. What only the server writes is nobody's place. */
function placeOf(name: string, definition: Definition, version: number): string | undefined {
  const [twin, place] = twins[definition.name] ?? [];
  if (twin !== undefined && namesOf(definitionOf(twin), version).includes(name)) return place;
  const places = [...definition.fields()].filter(
    ([field, { of, map }]) => field !== 'status' && of !== undefined && !map && isKnown(of.fields().get(name), version),
  );
  const [only, ...others] = places;
  return others.length === 0 ? only?.[0] : undefined;
}

function namesOf(definition: Definition, version: number): string[] {
  return [...definition.fields()].filter(([, field]) => isKnown(field, version)).map(([name]) => name);
}

function isKnown(field: Field | undefined, version: number): boolean {
  return field !== undefined && version >= field.since && version <= field.until;
}
