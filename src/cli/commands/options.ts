import type { Option } from './command.ts';

export const severityChoices = ['critical', 'high', 'medium', 'low'] as const;

export const help: Option = { name: 'help', short: 'h', about: 'Show this help' };
export const color: Option = { name: 'color', about: 'Colour even where the output is not a terminal (also FORCE_COLOR=1)' };
export const noColor: Option = { name: 'no-color', about: 'No colour (also NO_COLOR=1)' };

/** Which controls: what `scan` judges by them, `fix` repairs. */
export function whichControls(what: string): readonly Option[] {
  return [
    {
      name: 'only',
      value: 'CONTROL,…',
      repeatable: true,
      completes: 'controls',
      about: `${what} these only: control ids, codes (POD-12), chapters (POD, pod-security), globs (NET-*)`,
    },
    { name: 'skip', value: 'CONTROL,…', repeatable: true, completes: 'controls', about: `${what} all but these` },
  ];
}

export const namespace: Option = {
  name: 'namespace',
  short: 'n',
  value: 'NAME',
  about: 'Where objects without a namespace will be applied',
};

/** Options of `scan` that only mean something with --cluster. */
export const ofCluster: readonly Option[] = [
  { name: 'context', value: 'NAME', about: 'With --cluster alone: another context than the current one' },
  { name: 'all-contexts', about: 'The clusters of all contexts, each once, compared; means --cluster' },
  {
    name: 'kubeconfig',
    value: 'FILE',
    completes: 'files',
    about: 'With --cluster: the kubeconfig (default: KUBECONFIG, ~/.kube/config, the service account of the pod)',
  },
  { name: 'as', value: 'USER', about: 'With --cluster: impersonate this user' },
  { name: 'as-group', value: 'GROUP', repeatable: true, about: 'With --cluster and --as: impersonate this group' },
  {
    name: 'timeout',
    value: 'DURATION',
    about: 'With --cluster: how long the whole scan may take (default: 15m); a kind may take a third of that',
  },
  { name: 'request-timeout', value: 'DURATION', about: 'With --cluster: how long an answer may take (default: 60s)' },
  { name: 'qps', value: 'NUMBER', about: 'With --cluster: requests a second at most (default: 50); never more than 4 at once' },
  { name: 'allow-partial', about: 'With --cluster: what could not be read does not fail the run, as long as something could' },
  {
    name: 'admission-config',
    value: 'FILE',
    repeatable: true,
    completes: 'files',
    about: 'With --cluster: the AdmissionConfiguration of the API server, which no API shows (among manifests: name it as a path)',
  },
  {
    name: 'read-secret-keys',
    about: 'With --cluster: also the names of the keys in Secrets; their values are then sent, and overwritten where they come in',
  },
  {
    name: 'probe-anonymous',
    about: 'With --cluster: send two requests without credentials, to /version and /api, and see whether the API server takes them',
  },
  {
    name: 'verify-enforcement',
    about: 'With --cluster: also send requests to create pods that break the rules, as dry runs alone: nothing is stored, nothing runs',
  },
  {
    name: 'verify-as',
    value: 'USER',
    repeatable: true,
    about:
      'With --verify-enforcement: send them as this user, as group:NAME, or as everybody (all who may make pods); default: as yourself',
  },
  { name: 'print-rbac', about: 'With --cluster: print the ClusterRole that it takes, and do nothing else' },
];

const kubernetesVersion: Option = {
  name: 'kubernetes-version',
  value: 'VERSION',
  about: 'The version that will run it, 1.20 or later (default: the oldest one still supported)',
};

/** How charts and overlays among the paths are rendered. */
export const ofCharts: readonly Option[] = [
  {
    name: 'values',
    value: 'FILE',
    repeatable: true,
    completes: 'files',
    about: 'Of a chart: values over those of its values.yaml; may be given several times',
  },
  { name: 'set', value: 'KEY=VALUE', repeatable: true, about: 'Of a chart: a value, as helm template takes it' },
  { name: 'set-string', value: 'KEY=VALUE', repeatable: true, about: 'Of a chart: a value that is text whatever it looks like' },
  { name: 'release-name', value: 'NAME', about: 'Of a chart: the name of its release (default: that of the chart)' },
  {
    name: 'api-versions',
    value: 'VERSION,…',
    repeatable: true,
    about: 'Of charts: API versions that the cluster has besides those of Kubernetes',
  },
  { name: 'build', about: 'Build the kustomizations that folders hold too, where no other one builds upon them' },
  { name: 'no-render', about: 'Render no chart and build no kustomization: read what is plain YAML' },
];

/** What `scan` and `fix` have in common: how is judged. */
export const whatIsJudged: readonly Option[] = [
  {
    name: 'profile',
    value: 'PROFILE',
    choices: ['nsa', 'baseline', 'restricted'],
    about: 'nsa (default): the whole guidance; baseline, restricted: that Pod Security Standard',
  },
  kubernetesVersion,
  namespace,
  { name: 'partial', about: 'The input is a part of the desired state: what is absent is unknown, not missing' },
  { name: 'param', value: 'CONTROL.KEY=VALUE', repeatable: true, about: 'A parameter of a control; lists are written with commas' },
  { name: 'system', about: 'Judge system workloads too' },
  ...ofCharts,
];

export const noInlineWaivers: Option = {
  name: 'no-inline-waivers',
  about: 'Annotations and comments of the manifests waive nothing: for authors whom the pipeline does not trust',
};

export const config: Option = {
  name: 'config',
  value: 'FILE',
  completes: 'files',
  about: 'Policy file (default: the plimsoll.yaml in the folder of the path or above it, up to the root of the repository)',
};

/** Names of the options that go with --cluster alone. */
export const clusterOptions: readonly string[] = ofCluster.map(({ name }) => name).filter((name) => name !== 'all-contexts');

/** Which cluster, and how it is asked. */
export const whichCluster: ReadonlySet<string> = new Set([
  'context',
  'kubeconfig',
  'as',
  'as-group',
  'timeout',
  'request-timeout',
  'qps',
  'allow-partial',
  'print-rbac',
]);

/** Of commands that read objects and judge none: where from. */
export const inventoryOptions: readonly Option[] = [
  {
    name: 'cluster',
    value: '[CONTEXT]',
    optional: true,
    about: 'Read a cluster instead of manifests: that of this context of the kubeconfig, or the current one',
  },
  ...ofCluster.filter(({ name }) => whichCluster.has(name)),
  {
    ...namespace,
    repeatable: true,
    about: 'Where objects without a namespace will be applied; with --cluster: read this namespace only (may be given several times)',
  },
  kubernetesVersion,
  ...ofCharts,
  { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run' },
  config,
];
