/**
 * Writes which versions of Kubernetes' APIs are deprecated and removed since when, and what replaces them, as their Go types
 * say of themselves (prerelease-lifecycle-gen in k8s.io/api). Types leave the module some releases after their API: older
 * releases of it tell of them. With `--check` it says whether the file is out of date (exit code 1). It needs Go, which fetches
 * the sources: `node tools/run.mjs tools/removed-apis.ts`. A test of test:upstream runs the check.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From old to new: what a newer one says of a type counts. */
const modules = [
  'k8s.io/api@v0.20.6',
  'k8s.io/api@v0.24.3',
  'k8s.io/api@v0.26.9',
  'k8s.io/api@v0.29.15',
  'k8s.io/api@v0.32.3',
  'k8s.io/api@v0.37.1',
  'k8s.io/kube-aggregator@v0.37.1',
] as const;

/** Made by the cluster, sent in requests, or lists and parts of others: nobody keeps them in manifests. */
const notKept =
  /List$|Options$|^(?:Scale|DeploymentRollback|ControllerRevision|Eviction|Event|EndpointSlice|Lease|LeaseCandidate|CSINode|CSIStorageCapacity|VolumeAttachment|CertificateSigningRequest|.*Review|APIGroupDiscovery|PodCertificateRequest|StorageVersion|StorageVersionMigration|JobTemplate|ResourceSlice|ResourcePoolStatusRequest|EvictionRequest|IPAddress)$/;

const target = join(dirname(fileURLToPath(import.meta.url)), '../src/kube/removed-apis.generated.ts');

interface Lifecycle {
  introduced?: number;
  deprecated?: number;
  removed?: number;
  /** `apps/v1 Deployment`. */
  replacement?: string;
}

/** By `apiVersion kind`. */
const all = new Map<string, Lifecycle>();

for (const module of modules) {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], { cwd: tmpdir(), encoding: 'utf8' });
  const { Dir: folder } = JSON.parse(answer) as { Dir: string };
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('zz_generated.prerelease-lifecycle.go')) continue;
    const version = dirname(entry).split(/[/\\]/).at(-1)!;
    addFile(join(folder, entry), groupOf(join(folder, dirname(entry))), version);
  }
}

function groupOf(folder: string): string {
  const file = join(folder, 'register.go');
  if (!existsSync(file)) throw new Error(`${folder} registers nothing`);
  const name = /GroupName\s*=\s*"([^"]*)"/.exec(readFileSync(file, 'utf8'))?.[1];
  if (name === undefined) throw new Error(`${file} names no group`);
  return name;
}

function addFile(file: string, group: string, version: string): void {
  const seen = new Set<string>();
  const text = readFileSync(file, 'utf8');
  for (const [, kind = '', what, body = ''] of text.matchAll(/^func \(in \*(\w+)\) APILifecycle(\w+)\(\) [^{]*\{\n\treturn (.*)\n/gm)) {
    const name = `${apiVersion(group, version)} ${kind}`;
    if (!seen.has(name)) all.set(name, {});
    seen.add(name);
    const lifecycle = all.get(name)!;
    const minor = Number(/^1, (\d+)$/.exec(body)?.[1]);
    if (what === 'Introduced') lifecycle.introduced = minor;
    else if (what === 'Deprecated') lifecycle.deprecated = minor;
    else if (what === 'Removed') lifecycle.removed = minor;
    else if (what === 'Replacement') {
      const [, toGroup = '', toVersion = '', toKind = ''] = /\{Group: "(.*)", Version: "(.*)", Kind: "(.*)"\}/.exec(body)!;
      lifecycle.replacement = `${apiVersion(toGroup, toVersion)} ${toKind}`;
    } else throw new Error(`${file}: what is ${what}?`);
  }
}

function apiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The replacement at the end: what replaced a version may be gone as well, and then nothing is left. */
function lastOf(name: string): string | undefined {
  const lifecycle = all.get(name);
  if (lifecycle?.replacement !== undefined) return lastOf(lifecycle.replacement);
  return lifecycle?.removed === undefined ? name : successorOf(name);
}

interface Row {
  readonly kinds: string[];
  readonly text: string;
  readonly removed: number;
}

function rows(): string[] {
  const byFacts = new Map<string, Row>();
  for (const [name, { deprecated = 0, removed }] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [version = '', kind = ''] = name.split(' ');
    if (removed === undefined || notKept.test(kind)) continue;
    const end = lastOf(name);
    const since = end === undefined ? 0 : (all.get(end)?.introduced ?? 0);
    const successor = end === undefined ? 'undefined' : `'${end.split(' ')[0]}'`;
    const text = `'${version}', ${deprecated}, ${removed}, ${successor}, ${since}`;
    const row = byFacts.get(text) ?? { kinds: [], text, removed };
    byFacts.set(text, row);
    row.kinds.push(kind);
  }
  return [...byFacts.values()].map(({ kinds, text }) => `  [${text}, [${kinds.map((kind) => `'${kind}'`).join(', ')}]],`);
}

/** Where nothing is said of what comes after: the stable version of the same group, if there is one. */
function successorOf(name: string): string | undefined {
  const stable = name.replace(/\/\S+/, '/v1');
  const lifecycle = all.get(stable);
  return lifecycle !== undefined && lifecycle.removed === undefined ? stable : undefined;
}

function fileText(): string {
  return `// Generated from the Go types of Kubernetes (${modules.join(', ')}). Do not edit. To regenerate: node tools/run.mjs tools/removed-apis.ts

/**
 * Versions with an end: since when they are deprecated, the first minor without them, what to write instead, and the minor that
 * brought that.
 */
export const lifecycles: readonly (readonly [
  apiVersion: string,
  deprecated: number,
  removed: number,
  replacement: string | undefined,
  replacedSince: number,
  kinds: readonly string[],
])[] = [
${rows().join('\n')}
];
`;
}

/** As the file is formatted. */
function formatted(text: string): string {
  const { stdout, status } = spawnSync('npx', ['oxfmt', '--stdin-filepath', target], { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error('oxfmt failed');
  return stdout;
}

const text = formatted(fileText());
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stdout.write('src/kube/removed-apis.generated.ts is out of date: run node tools/run.mjs tools/removed-apis.ts\n');
  process.exitCode = 1;
}
