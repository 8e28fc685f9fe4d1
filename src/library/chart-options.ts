import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OptionError } from '../options/option-error.ts';
import { readVersion } from '../options/target.ts';
import type { RenderOptions } from '../sources/charts/index.ts';

/** How Helm charts are rendered. Values are those of charts that `paths` names; charts found in folders have their own. */
export interface ChartOptions {
  /** Files of values, the later over the earlier. */
  readonly values?: readonly string[];
  /** As `helm template --set` and `--set-string` take them: `web.replicas=2`. */
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  /** Default: the name of the chart. */
  readonly releaseName?: string;
  /** API versions that the cluster has besides those of Kubernetes. */
  readonly apiVersions?: readonly string[];
  /** Builds the kustomizations that folders hold too, where no other one builds upon them; default: those alone that `paths` names. */
  readonly buildsAll?: boolean;
  /** Filled with what is rendered, and used instead of rendering it again. */
  readonly memory?: NonNullable<RenderOptions['memory']>;
}

/** What a reading of manifests says about charts. */
export interface ChartsOf {
  readonly paths?: readonly string[];
  readonly cwd?: string;
  readonly charts?: ChartOptions;
  readonly namespace?: string;
  readonly kubernetesVersion?: string;
}

/**
 * How to render the charts of a reading; nothing where it renders none.
 * @throws OptionError for a release that Helm refuses, values that are no file, and where no path is a chart that they could be of.
 */
export function renderingOf({ paths = ['.'], cwd = process.cwd(), charts, namespace, kubernetesVersion }: ChartsOf): {
  readonly render?: RenderOptions;
} {
  if (charts === undefined) return {};
  const { releaseName, values = [], set = [], setString = [], apiVersions = [], buildsAll = false, memory } = charts;
  if (releaseName !== undefined && !/^[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?$/.test(releaseName))
    throw new OptionError([
      `"${releaseName}" cannot be the name of a release`,
      'it has at most 53 lower-case letters, digits, hyphens and dots',
    ]);
  const given = [...values, ...set, ...setString].length > 0 || releaseName !== undefined;
  if (given && !paths.some((path) => isChart(resolve(cwd, path))))
    throw new OptionError(['--values, --set, --set-string and --release-name go with a chart', 'name the folder of its Chart.yaml']);
  for (const file of values) requireFile(file, resolve(cwd, file));
  const { minor } = readVersion(kubernetesVersion);
  return {
    render: {
      values: values.map((file) => ({ path: resolve(cwd, file), file })),
      set,
      setString,
      apiVersions,
      buildsAll,
      kubernetesVersion: `1.${minor}.0`,
      ...(memory === undefined ? {} : { memory }),
      ...(releaseName === undefined ? {} : { releaseName }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
}

function isChart(path: string): boolean {
  return /\.(?:tgz|tar\.gz)$/.test(path) || statSync(join(path, 'Chart.yaml'), { throwIfNoEntry: false })?.isFile() === true;
}

/** Helm would fetch what is no file. */
function requireFile(file: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new OptionError([`the values ${file} are no file`, 'name a YAML file with --values']);
}
