import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { readDocument } from '../../kube/yaml/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { archivedTexts, dependencyTexts } from './archive.ts';
import { findProgram, run } from './program.ts';
import { decidingKeys, rememberingKeys, type ValuesFile } from './deciding-keys.ts';
import { documentsOf, joined, type Rendered, type RenderedDocument } from './rendered.ts';

/** What of a chart is rendered: what a user says to `helm template`. */
export interface RenderOptions {
  /** Of charts that were named as paths alone, as `set` and `setString`. */
  readonly values?: readonly ValuesFile[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  /** Default: the name of the chart. */
  readonly releaseName?: string;
  /** Default: the name of the release. */
  readonly namespace?: string;
  /** `Capabilities.KubeVersion`, `1.36.0`. */
  readonly kubernetesVersion?: string;
  readonly apiVersions?: readonly string[];
  /** Kustomizations that folders hold are built too, where no other one builds upon them. */
  readonly buildsAll?: boolean;
  /** What was rendered before, by path: for a caller that reads the same again, during which nothing changes. */
  readonly memory?: Map<string, Rendered>;
}

export interface Chart {
  /** The folder, or the archive. */
  readonly path: string;
  /** How reports name it. */
  readonly file: string;
  readonly isArchive: boolean;
  /** The user named it as a path. */
  readonly isNamed: boolean;
  /** Real paths of the folders that its links may lead into. */
  readonly roots: readonly string[];
}

/** Renders a chart with the Helm of the user. Nothing is downloaded. */
export async function renderChart(chart: Chart, options: RenderOptions): Promise<Rendered> {
  const about = chart.isArchive ? { name: archivedName(chart.path), type: '' } : aboutChart(chart.path);
  if ('refused' in about) return about;
  if (about.type === 'library') return { skipped: 'a library chart: it is rendered in the charts that depend on it' };
  const link = chart.isArchive ? undefined : linkOut(chart);
  if (link !== undefined) return { refused: `a chart with a symbolic link out of what is scanned: ${link}` };
  const helm = findProgram('helm');
  if (helm === undefined)
    return {
      refused:
        'a Helm chart, and there is no helm to render it with: install Helm (https://helm.sh/docs/intro/install), or read its plain YAML alone with --no-render',
    };
  const { releaseName = /^[a-z0-9](?:[-a-z0-9]{0,51}[a-z0-9])?$/.test(about.name) ? about.name : 'release-name' } = options;
  const { namespace = releaseName } = options;
  let texts: ReadonlyMap<string, string> | undefined;
  const packed = (): ReadonlyMap<string, string> => (texts ??= chart.isArchive ? archivedTexts(chart.path) : dependencyTexts(chart.path));
  const place = { file: chart.file, path: chart.isArchive ? undefined : chart.path, packed };
  const template = async (more: readonly string[]): Promise<readonly RenderedDocument[] | { readonly refused: string }> => {
    const printed = await run(helm, templateArguments(chart, releaseName, namespace, options, more));
    return 'refused' in printed ? printed : documentsOf(place, printed.text);
  };
  const documents = await template([]);
  if ('refused' in documents) return { refused: `not rendered by helm template: ${reasonOf(documents.refused, chart)}` };
  const given = chart.isNamed && valuesOf(options).length > 0 ? 'the values that were given' : 'its default values';
  const own = { path: join(chart.path, 'values.yaml'), file: joined(chart.file, 'values.yaml') };
  const values = [
    chart.isArchive ? { ...own, text: packed().get('values.yaml') ?? '' } : own,
    ...(chart.isNamed ? (options.values ?? []) : []),
  ];
  return {
    documents,
    assumption: `the chart ${chart.file} is installed with ${given} as release ${releaseName} in namespace ${namespace}`,
    namespace,
    decide: rememberingKeys((findings) =>
      decidingKeys(findings, {
        documents,
        values,
        names: wordsOf(chart, packed),
        async render(file) {
          const probed = await template([`--values=${file}`]);
          return 'refused' in probed ? undefined : probed;
        },
      }),
    ),
  };
}

const mostTexts = 16 << 20;

/** Whether a word stands in the files that a chart is rendered from. */
function wordsOf({ path, isArchive }: Chart, packed: () => ReadonlyMap<string, string>): (word: string) => boolean {
  let texts: string[] | undefined;
  const read = (): string[] => [
    ...(isArchive ? [] : templateTexts(path)),
    ...[...packed()].flatMap(([name, text]) => (name.includes('templates/') ? [text] : [])),
  ];
  return (word) => (texts ??= read()).some((text) => text.includes(word));
}

function templateTexts(path: string): string[] {
  const texts: string[] = [];
  let size = 0;
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/[/\\]templates[/\\]/.test(file)) continue;
    size += statSync(file).size;
    if (size > mostTexts) break;
    texts.push(readFileSync(file, 'utf8'));
  }
  return texts;
}

/** The arguments of `helm template`: options hold their values behind an equals sign, so that no value is an option. */
export function templateArguments(
  chart: Chart,
  releaseName: string,
  namespace: string,
  options: RenderOptions,
  more: readonly string[] = [],
): string[] {
  const { kubernetesVersion, apiVersions = [] } = options;
  return [
    'template',
    `--namespace=${namespace}`,
    // As an installation has them; tests run when somebody asks for them.
    '--include-crds',
    '--skip-tests',
    ...(kubernetesVersion === undefined ? [] : [`--kube-version=${kubernetesVersion}`]),
    ...apiVersions.map((version) => `--api-versions=${version}`),
    ...(chart.isNamed ? valuesOf(options) : []),
    ...more,
    '--',
    releaseName,
    chart.path,
  ];
}

function valuesOf({ values = [], set = [], setString = [] }: RenderOptions): string[] {
  return [
    ...values.map(({ path }) => `--values=${path}`),
    ...set.map((text) => `--set=${text}`),
    ...setString.map((text) => `--set-string=${text}`),
  ];
}

function reasonOf(complaint: string, { path, file, isArchive }: Chart): string {
  const missing = /missing in charts\/ directory: (.+)/.exec(complaint)?.[1];
  const what = isArchive ? 'the archive was packed without them' : `helm dependency build ${file} fetches them`;
  if (missing !== undefined) return `its dependencies are not in charts/: ${missing} (${what})`;
  return complaint.replaceAll(path, file);
}

/**
 * Helm reads what links lead to, wherever that is: a repository that somebody else wrote must not choose which files of this
 * machine are read and quoted.
 */
function linkOut({ path, roots }: Chart): string | undefined {
  const links = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  const out = links.map(({ parentPath, name }) => join(parentPath, name)).find((link) => !roots.some((root) => leadsInto(link, root)));
  return out === undefined ? undefined : relative(path, out);
}

function leadsInto(link: string, root: string): boolean {
  try {
    const real = realpathSync.native(link);
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
  } catch {
    // A link to nothing: Helm says so.
    return true;
  }
}

const largest = 1 << 20;

interface AboutChart {
  readonly name: string;
  readonly type: string;
}

function aboutChart(folder: string): AboutChart | { readonly refused: string } {
  const path = join(folder, 'Chart.yaml');
  try {
    if (statSync(path).size > largest) return { refused: 'its Chart.yaml is larger than 1 MB' };
    const document = readDocument(readFileSync(path, 'utf8'), 1);
    if ('error' in document) return { refused: `line ${document.line} of its Chart.yaml: ${document.error}` };
    const { name, type } = isObject(document.value) ? document.value : {};
    return { name: typeof name === 'string' ? name : '', type: typeof type === 'string' ? type : '' };
  } catch {
    return { refused: 'its Chart.yaml cannot be read' };
  }
}

/** `shop` of `shop-1.2.0.tgz`. */
function archivedName(path: string): string {
  return basename(path).replace(/(?:-v?\d[^/]*)?\.(?:tgz|tar\.gz)$/, '');
}
