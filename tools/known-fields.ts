/**
 * Writes the fields of every kind that Kubernetes serves, of its own OpenAPI documents (k8s.io/kubernetes/api/openapi-spec).
 * With `--check` it says whether the file is out of date (exit code 1). It needs Go, which fetches the sources:
 * `node tools/run.mjs tools/known-fields.ts`. A test of test:upstream runs the check.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One patch of each minor: fields come and go with minors only. */
const releases = ['1.33.13', '1.34.4', '1.35.4', '1.36.3', '1.37.1'] as const;
const minors = releases.map((release) => Number(release.split('.')[1]));
const [oldest = 0, newest = 0] = [minors[0], minors.at(-1)];

const target = join(dirname(fileURLToPath(import.meta.url)), '../src/kube/known-fields.generated.ts');

interface Schema {
  readonly $ref?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

interface Definition {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
}

type Definitions = Readonly<Record<string, Definition>>;

/** They decode themselves: any object, or none at all. */
const opaque =
  /\.(?:Quantity|FieldsV1|MicroTime|Time|Patch|RawExtension|IntOrString|JSON|JSONSchemaPropsOrArray|JSONSchemaPropsOrBool|JSONSchemaPropsOrStringArray)$/;

/** What is sent in requests, made by the cluster alone or answered by it: nobody keeps it in manifests. */
const notKept =
  /(?:List|Options|Review|Event|Status|Scale|Binding|Eviction|EvictionRequest|TokenRequest|APIGroup|APIVersions|ComponentStatus|StorageVersion|Endpoints|EndpointSlice|Lease|LeaseCandidate|ControllerRevision|CSINode|CSIStorageCapacity|VolumeAttachment|ResourceSlice|IPAddress|PodCertificateRequest|ResourcePoolStatusRequest)$/;
const keptAllTheSame = /^(?:RoleBinding|ClusterRoleBinding|(?:Validating|Mutating)AdmissionPolicyBinding)$/;

/** Very large, and reading one only to look at its fields would make every scan of a dump slow. */
const left: ReadonlySet<string> = new Set(['CustomResourceDefinition']);

function definitionsOf(release: string): Definitions {
  const answer = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${release}`], { cwd: tmpdir(), encoding: 'utf8' });
  const { Dir: folder } = JSON.parse(answer) as { Dir: string };
  const document = JSON.parse(readFileSync(join(folder, 'api/openapi-spec/swagger.json'), 'utf8')) as { definitions: Definitions };
  return document.definitions;
}

interface Field {
  /** The full name of the definition of its value, of its items or of the values of the map that it is. */
  readonly of: string | undefined;
  readonly map: boolean;
  readonly minors: number[];
}

function fieldOf({ $ref, items, additionalProperties }: Schema): Omit<Field, 'minors'> {
  if (additionalProperties !== undefined) {
    const { of, map } = fieldOf(additionalProperties);
    if (map) throw new Error('a map of maps of objects is not expected');
    return { of, map: of !== undefined };
  }
  if (items !== undefined) return fieldOf(items);
  const name = $ref?.slice('#/definitions/'.length);
  return { of: name === undefined || opaque.test(name) ? undefined : name, map: false };
}

/** All minors together: definitions by their full names, and the definition of each `apiVersion kind`. */
const known = new Map<string, Map<string, Field>>();
const defined = new Map<string, number[]>();
const roots = new Map<string, string>();
for (const [index, release] of releases.entries()) {
  const definitions = definitionsOf(release);
  for (const [name, definition] of Object.entries(definitions)) {
    const fields = known.get(name) ?? new Map<string, Field>();
    known.set(name, fields);
    defined.set(name, [...(defined.get(name) ?? []), minors[index]!]);
    for (const [field, schema] of Object.entries(definition.properties ?? {})) {
      const before = fields.get(field);
      const { of, map } = fieldOf(schema);
      if (before !== undefined && (before.of !== of || before.map !== map)) throw new Error(`${name}.${field} changes its type`);
      fields.set(field, { of, map, minors: [...(before?.minors ?? []), minors[index]!] });
    }
    const [kind, ...others] = definition['x-kubernetes-group-version-kind'] ?? [];
    if (kind === undefined || others.length > 0 || !Object.hasOwn(definition.properties ?? {}, 'metadata')) continue;
    if ((notKept.test(kind.kind) && !keptAllTheSame.test(kind.kind)) || left.has(kind.kind)) continue;
    roots.set(`${kind.group === '' ? '' : `${kind.group}/`}${kind.version} ${kind.kind}`, name);
  }
}

const reachable = new Set<string>();
function reach(name: string): void {
  if (reachable.has(name)) return;
  reachable.add(name);
  for (const { of } of known.get(name)!.values()) if (of !== undefined) reach(of);
}
for (const name of roots.values()) reach(name);

/** `Container` where that is the only one, else with its group and version: `HorizontalPodAutoscaler.autoscaling.v2`. */
function shortName(name: string): string {
  const parts = name.split('.');
  const last = parts.at(-1)!;
  const alone = [...reachable].every((other) => other === name || other.split('.').at(-1) !== last);
  return alone ? last : [last, ...parts.slice(-3, -1)].join('.');
}

/** Among the minors that know the definition at all. A field that went and came back would need more than a range. */
function rangeText(field: string, having: readonly number[], all: readonly number[]): string {
  const [first = oldest, last = newest] = [having[0], having.at(-1)];
  if (last - first + 1 !== having.length) throw new Error(`${field} is known with gaps`);
  return `${first === all[0] ? '' : `+${first}`}${last === all.at(-1) ? '' : `-${last}`}`;
}

function fieldText(field: string, { of, map, minors: having }: Field, all: readonly number[]): string {
  if (!/^[\w$]+$/.test(field)) throw new Error(`${field} is no name that the table can hold`);
  return `${field}${rangeText(field, having, all)}${of === undefined ? '' : `:${map ? '{' : ''}${shortName(of)}`}`;
}

function tableText(name: string, entries: readonly (readonly [string, string])[]): string {
  const lines = entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `  '${key}': '${value}',`);
  return `export const ${name}: Readonly<Record<string, string>> = {\n${lines.join('\n')}\n};\n`;
}

function fileText(): string {
  const structs = [...reachable].map((name) => {
    const fields = [...known.get(name)!].map(([field, facts]) => fieldText(field, facts, defined.get(name)!)).sort();
    return [shortName(name), fields.join(' ')] as const;
  });
  const kinds = [...roots].map(([kind, name]) => [kind, shortName(name)] as const);
  return `// Generated from the OpenAPI documents of Kubernetes ${releases.join(', ')}. Do not edit. To regenerate: node tools/run.mjs tools/known-fields.ts

/** The oldest and the newest minor that the table knows. */
export const knownMinors: readonly [oldest: number, newest: number] = [${oldest}, ${newest}];

/**
 * Fields by definition: \`name\`, \`name:Definition\` where its value (or its items) is an object with fields of its own,
 * \`name:{Definition\` for a map of those; \`+35\` is known from that minor on, \`-35\` up to it.
 */
${tableText('definitions', structs)}
/** The definition of each kind that people keep in manifests. */
${tableText('kinds', kinds)}`;
}

/** As the file is formatted. */
function formatted(text: string): string {
  const { stdout, status } = spawnSync('npx', ['oxfmt', '--stdin-filepath', target], { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error('oxfmt failed');
  return stdout;
}

if (spawnSync('go', ['version']).status !== 0)
  throw new Error('there is no Go to fetch the sources of Kubernetes with (https://go.dev/dl)');
const text = formatted(fileText());
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stdout.write('src/kube/known-fields.generated.ts is out of date: run node tools/run.mjs tools/known-fields.ts\n');
  process.exitCode = 1;
}
