/**
 * Writes what Kubernetes' own sources say of RBAC: the roles and bindings that every API server makes, and the resources that
 * it serves. With `--check` it says whether the files are out of date (exit code 1). It needs Go, which fetches the sources:
 * `node tools/run.mjs tools/bootstrap-policy.ts`. A test of test:upstream runs the check.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocument } from '../src/kube/yaml/index.ts';

/** One patch of each minor that still gets fixes; the newest is that of the test cluster. */
const releases = ['1.35.4', '1.36.3', '1.37.1'] as const;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const checkOnly = process.argv.includes('--check');

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly { readonly matchLabels: Readonly<Record<string, string>> }[] };
  readonly rules?: readonly Rule[] | null;
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly { readonly resources: readonly Served[] }[];
  }[];
}

interface Served {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly subresources?: readonly { readonly subresource: string }[];
}

interface CoreResources {
  readonly resources: readonly { readonly name: string; readonly namespaced: boolean }[];
}

interface Release {
  readonly minor: string;
  /** By kind, namespace and name. */
  readonly items: ReadonlyMap<string, Item>;
  /** As `items`, with every feature gate on. */
  readonly gated: ReadonlyMap<string, Item>;
  /** By group: resources with `+` where they live in namespaces, and their subresources. */
  readonly served: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}

function sourceOf(release: string, folder: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${release}`], { cwd: folder, encoding: 'utf8' });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

function itemsOf(folder: string, names: readonly string[]): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const name of names) {
    const path = join(folder, 'plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata', `${name}.yaml`);
    const document = readDocument(readFileSync(path, 'utf8'), 1);
    if ('error' in document) throw new Error(`${path}: ${document.error}`);
    for (const item of (document.value as { items: Item[] }).items) items.set(nameOf(item), item);
  }
  return items;
}

function nameOf({ kind, metadata: { namespace, name } }: Item): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function servedBy(folder: string): Map<string, Map<string, Set<string>>> {
  const groups = new Map<string, Map<string, Set<string>>>();
  const add = (group: string, resource: string, subresources: readonly string[]): void => {
    const resources = groups.get(group) ?? new Map<string, Set<string>>();
    groups.set(group, resources);
    const known = resources.get(resource) ?? new Set();
    resources.set(resource, known);
    for (const each of subresources) known.add(each);
  };
  const { items } = json(folder, 'aggregated_v2.json') as Discovery;
  for (const { metadata, versions } of items) {
    for (const { resource, scope, subresources = [] } of versions.flatMap(({ resources }) => resources)) {
      const plus = scope === 'Namespaced' ? '+' : '';
      add(
        metadata.name ?? '',
        plus + resource,
        subresources.map((each) => each.subresource),
      );
    }
  }
  for (const { name, namespaced } of (json(folder, 'api__v1.json') as CoreResources).resources) {
    const [resource = '', subresource] = name.split('/');
    add('', (namespaced ? '+' : '') + resource, subresource === undefined ? [] : [subresource]);
  }
  return groups;
}

function json(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'api/discovery', name), 'utf8'));
}

function releaseOf(version: string, folder: string): Release {
  const source = sourceOf(version, folder);
  const others = ['controller-roles', 'namespace-roles', 'cluster-role-bindings', 'controller-role-bindings', 'namespace-role-bindings'];
  return {
    minor: version.split('.')[1]!,
    items: itemsOf(source, ['cluster-roles', ...others]),
    gated: itemsOf(source, ['cluster-roles-featuregates']),
    served: servedBy(source),
  };
}

/** `verbs|groups|resources|names|urls`, each with commas. */
function ruleText({ verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule): string {
  return [verbs, apiGroups, resources, resourceNames, nonResourceURLs].map((list) => list.join(',')).join('|');
}

/** Each text with the minors that have it, where not all do: `@36,37`, or `@37?` where only feature gates bring it. */
function withMinors(by: readonly (readonly [minor: string, texts: readonly string[]])[], everywhere: number): string[] {
  const minors = new Map<string, string[]>();
  for (const [minor, texts] of by) for (const text of new Set(texts)) minors.set(text, [...(minors.get(text) ?? []), minor]);
  return [...minors].map(([text, found]) =>
    found.length === everywhere && !found.join().includes('?') ? text : `${text}@${found.join(',')}`,
  );
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .filter((label) => label.includes('/aggregate-to-'))
    .sort()
    .join(',');
}

function policyFile(all: readonly Release[]): string {
  const names = new Set(all.flatMap(({ items, gated }) => [...items.keys(), ...gated.keys()]));
  const roles: string[] = [];
  const bindings: string[] = [];
  for (const name of [...names].sort()) {
    const having = all.flatMap(({ minor, items }) => (items.has(name) ? [{ minor, item: items.get(name)! }] : []));
    const latest = having.at(-1)?.item ?? all.findLast(({ gated }) => gated.has(name))!.gated.get(name)!;
    const minors = having.length === all.length ? '' : having.map(({ minor }) => minor).join(',') || 'none';
    if (latest.roleRef !== undefined) {
      const subjects = having.map(({ minor, item }) => [minor, (item.subjects ?? []).map(subjectText)] as const);
      const { kind, name: role } = latest.roleRef;
      bindings.push(entry([name, minors, `${kind} ${role}`, withMinors(subjects, having.length).join(';')]));
      continue;
    }
    const rules = having.map(({ minor, item }) => [minor, (item.rules ?? []).map(ruleText)] as const);
    const gated = all.flatMap(({ minor, items, gated: on }) => {
      const usual = new Set((items.get(name)?.rules ?? []).map(ruleText));
      const more = (on.get(name)?.rules ?? []).map(ruleText).filter((text) => !usual.has(text));
      return more.length === 0 ? [] : [[`${minor}?`, more] as const];
    });
    const selected = (latest.aggregationRule?.clusterRoleSelectors ?? []).map(({ matchLabels }) => labelsText(matchLabels));
    const texts = [...withMinors(rules, having.length), ...withMinors(gated, -1)];
    roles.push(entry([name, minors, labelsText(latest.metadata.labels ?? {}), selected.join(','), texts.join(';')]));
  }
  return `${head}
/** The minors whose policy is known: 35 for 1.35. */
export const bootstrapMinors: readonly number[] = [${all.map(({ minor }) => minor).join(', ')}];

/**
 * Roles: their kind and name; the minors that have them, where not all do; labels by which others aggregate them; labels that
 * they aggregate; rules as \`verbs|groups|resources|names|urls\`, each with the minors that have it (\`@36,37\`) where not all
 * do, and a question mark where a feature gate decides.
 */
export const bootstrapRoles: readonly (readonly [name: string, minors: string, labels: string, aggregates: string, rules: string])[] = [
${roles.join('\n')}
];

/** Bindings: their kind and name; minors; the role; the subjects, with minors as rules have them. */
export const bootstrapBindings: readonly (readonly [name: string, minors: string, role: string, subjects: string])[] = [
${bindings.join('\n')}
];
`;
}

function subjectText({ kind, namespace, name }: NonNullable<Item['subjects']>[number]): string {
  return kind === 'ServiceAccount' ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

function entry(texts: readonly string[]): string {
  return `  [${texts.map((text) => `'${text}'`).join(', ')}],`;
}

function servedFile(all: readonly Release[]): string {
  const groups = [...new Set(all.flatMap(({ served }) => [...served.keys()]))].sort();
  const lines = groups.map((group) => {
    const names = [...new Set(all.flatMap(({ served }) => [...(served.get(group)?.keys() ?? [])]))];
    const texts = names.map((name) => {
      const subresources = new Set(all.flatMap(({ served }) => [...(served.get(group)?.get(name) ?? [])]));
      return [name, ...[...subresources].sort()].join('/');
    });
    return `  '${group}': '${texts.sort((a, b) => (a.replace('+', '') < b.replace('+', '') ? -1 : 1)).join(' ')}',`;
  });
  return `${head}
/** What the API servers of these minors serve with everything switched on, by group: \`+pods/exec/log\`, \`+\` for what lives in namespaces. */
export const servedResources: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`;
}

const head = `// Generated from the sources of Kubernetes ${releases.join(', ')}. Do not edit. To regenerate: node tools/run.mjs tools/bootstrap-policy.ts
`;

if (spawnSync('go', ['version']).status !== 0)
  throw new Error('there is no Go to fetch the sources of Kubernetes with (https://go.dev/dl)');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bootstrap-'));
try {
  const all = releases.map((release) => releaseOf(release, folder));
  const files = [
    ['src/kube/rbac/bootstrap-policy.generated.ts', policyFile(all)],
    ['src/kube/rbac/served-resources.generated.ts', servedFile(all)],
  ] as const;
  for (const [name, text] of files) {
    const target = join(root, name);
    if (checkOnly && readFileSync(target, 'utf8') !== text) {
      process.stdout.write(`${name} is out of date: run node tools/run.mjs tools/bootstrap-policy.ts\n`);
      process.exitCode = 1;
    } else if (!checkOnly) {
      writeFileSync(target, text);
      process.stdout.write(`wrote ${name}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
