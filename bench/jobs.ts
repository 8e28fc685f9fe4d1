import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, relative, resolve } from 'node:path';
import { attackGraph } from './attack-graph.ts';
import { apiServer, cluster } from './cluster.ts';
import { demo, dump, dumpIndented, manifests100, manifests100ToFix, shops5, shops50, shops5ToFix } from './generators.ts';

/** What the same run measures beside the product, and how much of its time the product may take. */
export interface Yardstick {
  readonly name: string;
  /** Absent where the program is not installed. */
  readonly command?: readonly string[];
  readonly of: 'wall' | 'cpu';
  readonly limit: number;
}

export interface Job {
  readonly name: string;
  readonly about: string;
  /** Seconds and megabytes on two cores and Node 20. */
  readonly reach?: number;
  readonly memory?: number;
  /** Absent where the input is not there, see `corpora`. */
  readonly command?: readonly string[];
  readonly yardsticks: readonly Yardstick[];
  /** What has to run beside it, on the same processors; resolves with what ends that. */
  readonly beside?: () => Promise<() => void>;
}

const node = process.execPath;
const cli = resolve('dist/cli/plimsoll.cjs');
/** Real manifests are no part of the project: they lie beside it, or where PLIMSOLL_CORPORA says. */
const corpora = resolve(process.env['PLIMSOLL_CORPORA'] ?? join('..', 'shared', 'corpora'));

const scan = (path: string): readonly string[] => [node, cli, 'scan', path, '-o', 'json'];

const fix = (path: string, ...more: readonly string[]): readonly string[] => [node, cli, 'fix', path, '-o', 'patch', ...more];

/** Jobs make their input only when they are asked for: the dumps are a gigabyte. */
export const jobs: readonly { readonly name: string; readonly job: () => Job }[] = [
  define('version', '`plimsoll --version`', () => ({
    reach: 0.03,
    command: [node, cli, '--version'],
    yardsticks: [{ name: 'node -e 0', command: [node, '-e', '0'], of: 'wall', limit: 1.4 }],
  })),
  define('demo', 'one file of 25 KB, 15 objects', () => ({ reach: 0.045, command: scan(demo()), yardsticks: [] })),
  define('manifests', '100 manifests, 172 KB', () => ({ reach: 0.09, command: scan(manifests100()), yardsticks: [] })),
  define('argo-cd', "argo-cd's install.yaml, 1.9 MB, mostly CRDs", () => ofCorpus('argo-cd/manifests/install.yaml', 0.11, undefined, 0.6)),
  define('shops-5', '5 MB, 3,000 objects', () => {
    const file = shops5();
    const loadYaml = { name: 'js-yaml 4 loading', command: [node, 'bench/yardsticks/load-yaml.mjs', file], of: 'cpu', limit: 1.3 } as const;
    return { reach: 0.4, memory: 120, command: scan(file), yardsticks: [kubeScore(file, 0.12), loadYaml] };
  }),
  define('shops-50', '50 MB, 30,000 objects', () => {
    const file = shops50();
    return { reach: 2.2, memory: 250, command: scan(file), yardsticks: [kubeScore(file, 0.06)] };
  }),
  define('kube-prometheus', 'kube-prometheus/manifests, 95 files, 5.7 MB', () =>
    ofCorpus('kube-prometheus/manifests', 0.2, undefined, 0.5),
  ),
  define('kubeflow', 'kubeflow/manifests, about 1,100 files, 25 MB', () => ofCorpus('kubeflow-manifests', 0.7, 150)),
  define('fix-manifests', '`fix` of the 100 manifests', () => {
    const folder = manifests100();
    return { command: fix(folder), yardsticks: [{ name: 'scan', command: scan(folder), of: 'wall', limit: 2 }] };
  }),
  define('fix-manifests-edited', '`fix` of 100 manifests, 24 of which are edited', () => {
    const folder = manifests100ToFix();
    return { command: fix(folder), yardsticks: [{ name: 'scan', command: scan(folder), of: 'wall', limit: 2 }] };
  }),
  define('fix-shops-5', '`fix` of the 5 MB, none of whose fixes is safe', () => ({ reach: 1.5, command: fix(shops5()), yardsticks: [] })),
  define('fix-shops-5-edited', '`fix` of the 5 MB with eight edits', () => ({ reach: 1.5, command: fix(shops5ToFix()), yardsticks: [] })),
  define('review-manifests', '`fix --review` of the 100 manifests, 134 fixes', () => ({
    command: fix(manifests100(), '--review'),
    yardsticks: [],
  })),
  define('review-shops-5', '`fix --review` of the 5 MB, 4,700 fixes', () => ({ command: fix(shops5(), '--review'), yardsticks: [] })),
  define('dump', 'dump of 50,000 objects, 357 MB of JSON', () => {
    const file = dump();
    const slices = {
      name: 'slice and JSON.parse',
      command: [node, 'bench/yardsticks/slice-json.mjs', file],
      of: 'wall',
      limit: 0.75,
    } as const;
    return { reach: 1.8, memory: 250, command: scan(file), yardsticks: [slices] };
  }),
  define('cluster', '`scan --cluster`, 50,000 objects, 260 MB of JSON in pages', () => ({
    reach: 4,
    memory: 300,
    ...ofCluster((kubeconfig) => [node, cli, 'scan', '--cluster', '--kubeconfig', kubeconfig, '-o', 'json']),
  })),
  define('cluster-progress', 'the same, until a terminal shows progress', () => ({
    reach: 0.5,
    ...ofCluster((kubeconfig) => [node, 'bench/first-progress.mjs', node, cli, 'scan', '--cluster', '--kubeconfig', kubeconfig]),
  })),
  define('paths', '`paths` among 2,000 workloads and 500 service accounts', () => ({
    reach: 1.5,
    command: [node, cli, 'paths', attackGraph(), '--to', 'cluster-admin', '--to', 'node', '-o', 'json'],
    yardsticks: [{ name: 'scan', command: scan(attackGraph()), of: 'wall', limit: 3 }],
  })),
  define('plan', '`plan` for the same', () => ({
    reach: 3,
    command: [node, cli, 'plan', attackGraph(), '--to', 'cluster-admin', '--to', 'node', '-o', 'json'],
    yardsticks: [],
  })),
  define('dump-indented', 'the same, indented, 587 MB', () => ({ reach: 3, command: scan(dumpIndented()), yardsticks: [] })),
];

function define(name: string, about: string, make: () => Omit<Job, 'name' | 'about'>): { name: string; job: () => Job } {
  return { name, job: () => ({ name, about, ...make() }) };
}

function ofCluster(command: (kubeconfig: string) => readonly string[]): Pick<Job, 'command' | 'yardsticks' | 'beside'> {
  const folder = cluster();
  const kubeconfig = join(folder, `kubeconfig-${process.pid}`);
  return { command: command(kubeconfig), yardsticks: [], beside: () => apiServer(folder, kubeconfig) };
}

function ofCorpus(path: string, reach: number, memory?: number, limit?: number): Omit<Job, 'name' | 'about'> {
  const target = join(corpora, path);
  if (!existsSync(target)) return { reach, yardsticks: [] };
  return {
    reach,
    ...(memory === undefined ? {} : { memory }),
    // As a user would name it: the path is printed with every finding. Four of kubeflow's documents are broken ones.
    command: [...scan(relative('.', target)), '--allow-unreadable'],
    yardsticks: limit === undefined ? [] : [kubeScore(target, limit)],
  };
}

/** The fastest comparable tool that can be installed by name: `go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0`. */
function kubeScore(path: string, limit: number): Yardstick {
  const program = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kube-score'))
    .find((file) => existsSync(file));
  const yardstick = { name: 'kube-score', of: 'wall', limit } as const;
  return program === undefined ? yardstick : { ...yardstick, command: [program, 'score', '-o', 'json', ...yamlFiles(path)] };
}

/** kube-score takes files only. */
function yamlFiles(path: string): readonly string[] {
  if (/\.ya?ml$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
