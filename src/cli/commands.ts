// The command line as plain data: parsing, help, misspelling advice and shell completion are all made from it. A framework
// would do the same and cost more start-up time than the whole budget of `plimsoll --version`.

export interface Option {
  /** The long name, without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in help; a switch has none. */
  readonly value?: string;
  /** It may stand without its value; the next word is the value unless it is an option. */
  readonly optional?: true;
  readonly repeatable?: boolean;
  /** The values that are accepted. */
  readonly choices?: readonly string[];
  /** What a shell offers for the value besides `choices`. */
  readonly completes?: 'files' | 'controls' | 'values';
  /** Values that may be followed by `=FILE`. */
  readonly formats?: readonly string[];
  readonly about: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** As help shows them: `[PATH…|-]`. */
  readonly operands: string;
  /** Words that are accepted as the first operand. */
  readonly words?: readonly string[];
  readonly completes?: 'files' | 'controls';
  readonly about: readonly string[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly command: string; readonly about: string }[];
  /** Titles and lines after the options, for instance the exit codes. */
  readonly notes?: readonly { readonly title: string; readonly lines: readonly (readonly [string, string])[] }[];
}

const severityChoices = ['critical', 'high', 'medium', 'low'] as const;

const help: Option = { name: 'help', short: 'h', about: 'Show this help' };
const color: Option = { name: 'color', about: 'Colour even where the output is not a terminal (also FORCE_COLOR=1)' };
const noColor: Option = { name: 'no-color', about: 'No colour (also NO_COLOR=1)' };

export const scanFormats: readonly string[] = ['text', 'json', 'sarif'];

export const fixFormats: readonly string[] = ['text', 'patch', 'json', 'sarif', 'jsonpatch', 'kustomize'];

/** Which controls: what `scan` judges by them, `fix` repairs. */
function whichControls(what: string): readonly Option[] {
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

const namespace: Option = { name: 'namespace', short: 'n', value: 'NAME', about: 'Where objects without a namespace will be applied' };

/** Options of `scan` that only mean something with --cluster. */
const ofCluster: readonly Option[] = [
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
  { name: 'print-rbac', about: 'With --cluster: print the ClusterRole that the scan needs, and do nothing else' },
];

/** What `scan` and `fix` have in common: how is judged. */
const whatIsJudged: readonly Option[] = [
  {
    name: 'profile',
    value: 'PROFILE',
    choices: ['nsa', 'baseline', 'restricted'],
    about: 'nsa (default): the whole guidance; baseline, restricted: that Pod Security Standard',
  },
  {
    name: 'kubernetes-version',
    value: 'VERSION',
    about: 'The version that will run it, 1.20 or later (default: the oldest one still supported)',
  },
  namespace,
  { name: 'partial', about: 'The input is a part of the desired state: what is absent is unknown, not missing' },
  { name: 'param', value: 'CONTROL.KEY=VALUE', repeatable: true, about: 'A parameter of a control; lists are written with commas' },
  { name: 'system', about: 'Judge system workloads too' },
];

const config: Option = {
  name: 'config',
  value: 'FILE',
  completes: 'files',
  about: 'Settings (default: plimsoll.yaml in the working directory, if there is one)',
};

const scan: Command = {
  name: 'scan',
  summary: 'Judge Kubernetes manifests',
  operands: '[PATH…|-]',
  completes: 'files',
  about: [
    'Reads files, folders (recursively; .gitignore and .plimsollignore are obeyed), globs, and - for standard input; without a path the working directory. Judges every object by the NSA/CISA Kubernetes Hardening Guidance, offline.',
    'What was read is taken for the whole desired state, so that a missing default-deny policy is a finding; --partial says that it is a part.',
    'With --cluster it judges what runs in a cluster instead: asks the API server, as kubectl would, for the objects that controls read. It only ever reads, and of Secrets the metadata alone; what --verify-enforcement sends stores nothing. Each workload is judged once, at its top owner. Several clusters are compared in one report. A snapshot of a cluster is judged as the cluster, and several of them are compared too.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: scanFormats,
      about: 'Format, text (default), json or sarif, and the file to write it to; may be given several times',
    },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severityChoices, 'none'],
      about: 'Exit with 1 for findings of this severity or worse: critical, high (default), medium, low, none',
    },
    {
      name: 'min-severity',
      value: 'SEVERITY',
      choices: severityChoices,
      about: 'Leave out findings below: critical, high, medium, low (default)',
    },
    {
      name: 'cluster',
      value: '[CONTEXT]',
      optional: true,
      repeatable: true,
      about: 'Judge a cluster instead of manifests: that of this context of the kubeconfig, or the current one; several are compared',
    },
    ...ofCluster,
    ...whichControls('Judge by'),
    ...whatIsJudged.map((option) =>
      option === namespace
        ? { ...option, repeatable: true, about: `${option.about}; with --cluster: judge this namespace only (may be given several times)` }
        : option,
    ),
    { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run as long as others can be read' },
    { name: 'watch', about: 'Go on, and print what is new and what is gone whenever something changes, until Ctrl+C' },
    { name: 'all', about: 'List every place, and what passes too' },
    { name: 'quiet', short: 'q', about: 'Findings alone, one line each' },
    config,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll scan deploy/', about: 'a folder' },
    { command: 'plimsoll scan --cluster', about: 'what runs in the cluster of kubectl' },
    { command: 'plimsoll scan --cluster staging --cluster production', about: 'two clusters, and what differs' },
    { command: 'plimsoll scan --cluster --watch', about: 'what changes there' },
    { command: 'plimsoll scan --cluster --print-rbac | kubectl apply -f -', about: 'the permissions for that' },
    { command: 'plimsoll scan staging.plimsoll', about: 'a snapshot of a cluster (plimsoll snapshot)' },
    { command: 'helm template chart/ | plimsoll scan - --namespace shop', about: 'a chart' },
    { command: 'plimsoll scan -o text -o sarif=plimsoll.sarif', about: 'for people and for code scanning at once' },
    { command: 'plimsoll scan --only POD,NET-02 --fail-on medium', about: 'a chapter and one recommendation' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'no finding at or above --fail-on'],
        ['1', 'findings at or above --fail-on'],
        [
          '2',
          'the work could not be done: wrong arguments, unreadable input, a cluster that was not read, or not to its end, nothing to scan',
        ],
      ],
    },
  ],
};

const fix: Command = {
  name: 'fix',
  summary: 'Repair Kubernetes manifests',
  operands: '[PATH…|-]',
  completes: 'files',
  about: [
    'Shows what would change, as a unified diff, and writes nothing; --write does it. Only the needed bytes change: comments, layout and line ends stay. Every fix is tried out first, and withdrawn where its control would still fail or anything else would get worse.',
    'Safe fixes keep what a workload does. --review adds those that may change it, each with what it may break.',
  ],
  options: [
    { name: 'write', short: 'w', about: 'Write the files; with - the fixed text goes to standard output' },
    { name: 'review', about: 'Fixes too that may change what a workload does' },
    { name: 'interactive', short: 'i', about: 'Ask about each fix, and write what was accepted' },
    { name: 'plan', about: 'No diff: what to do in which order, by stage and namespace' },
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: fixFormats,
      about: 'Format, text (default), patch, json, sarif, jsonpatch or kustomize=FOLDER, and where to write it; may be given several times',
    },
    {
      name: 'value',
      value: 'CONTROL.KEY=VALUE',
      repeatable: true,
      completes: 'values',
      about: 'A value that only you know; what is needed is listed',
    },
    {
      name: 'digests',
      value: 'FILE',
      completes: 'files',
      about: 'Digests of images: lines of name:tag@sha256:…, a map, or what docker images --digests prints',
    },
    { name: 'images', value: 'FILE', completes: 'files', about: 'Users of images: a map, or what docker inspect prints' },
    {
      name: 'resources',
      value: 'FILE',
      completes: 'files',
      about: 'Requests and limits of containers, and limits and quotas of namespaces',
    },
    { name: 'atomic', about: 'Where files are written: all of them or none' },
    ...whichControls('Fix'),
    ...whatIsJudged,
    { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run as long as others can be read' },
    { name: 'all', about: 'List every finding that stays, each in its place' },
    { name: 'quiet', short: 'q', about: 'The diff alone' },
    config,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll fix deploy/', about: 'what would change' },
    { command: 'plimsoll fix --write --review deploy/', about: 'also what may change a workload' },
    { command: 'helm template chart/ | plimsoll fix --write - > fixed.yaml', about: 'a filter' },
    { command: 'plimsoll fix -o patch=fixes.patch', about: 'for git apply' },
    { command: 'plimsoll fix --interactive --review --only POD', about: 'one by one, a chapter' },
    { command: 'plimsoll fix --review --only POD-01 --value POD-01.user=10001', about: 'with a value' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'nothing to fix, or all of it written'],
        ['1', 'there is something to fix'],
        ['2', 'the work could not be done: wrong arguments, unreadable input, a file that could not be written'],
        ['130', 'Ctrl+C ended --interactive; nothing is written'],
      ],
    },
  ],
};

/** What is not about recording. */
const ofScansAlone: ReadonlySet<string> = new Set(['all-contexts', 'allow-partial', 'admission-config', 'print-rbac', 'watch']);

/** Those of `ofCluster` that say which cluster, and how it is asked. */
const ofRecording: readonly Option[] = ofCluster
  .filter(({ name }) => !ofScansAlone.has(name))
  .map((option) => ({ ...option, about: capital(option.about.replace(/^With --cluster(?: alone)?(?: and --as)?: /, '')) }));

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const snapshot: Command = {
  name: 'snapshot',
  summary: 'Record a cluster, to judge it elsewhere',
  operands: '',
  about: [
    'Records what a scan of a cluster reads in a file that plimsoll scan judges anywhere, without the cluster: the report is the same. It takes the permissions of a scan, and only ever reads.',
    'Values of Secrets, variables and ConfigMaps are not in it; a credential that a control finds elsewhere is replaced by another one of its kind. Before it is written the recording is judged, and must give the same report as the cluster. What it still tells (names, images, arguments) is for few: only you may read the file.',
  ],
  options: [
    { name: 'output', short: 'o', value: 'FILE', completes: 'files', about: 'Where to write it' },
    { name: 'force', short: 'f', about: 'Overwrite the file if there is one' },
    { name: 'cluster', value: '[CONTEXT]', optional: true, about: 'Which cluster (default: that of the current context)' },
    ...ofRecording,
    { name: 'namespace', short: 'n', value: 'NAME', repeatable: true, about: 'Record this namespace only (may be given several times)' },
    { name: 'allow-partial', about: 'What could not be read does not fail the run' },
    { name: 'quiet', short: 'q', about: 'Say nothing where all went well' },
    config,
    help,
  ],
  examples: [
    { command: 'plimsoll snapshot --cluster -o staging.plimsoll', about: 'the cluster of kubectl' },
    { command: 'plimsoll scan staging.plimsoll', about: 'its report, anywhere' },
    { command: 'plimsoll snapshot --cluster production -n shop -o shop.plimsoll', about: 'a namespace of another one' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'the snapshot is written'],
        ['2', 'it is not written; or it is, and something could not be read (--allow-partial accepts that)'],
      ],
    },
  ],
};

const explain: Command = {
  name: 'explain',
  summary: 'Explain a control or a recommendation',
  operands: 'ID|CODE',
  completes: 'controls',
  about: [
    'What the guidance demands and where, what is different today, why it matters, what is checked, a failing and a passing example, the fix as a diff, and what other catalogues call it.',
  ],
  options: [
    { name: 'output', short: 'o', value: 'FORMAT', choices: ['text', 'markdown', 'json'], about: 'text (default), markdown or json' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll explain POD-12', about: 'a recommendation with its controls' },
    { command: 'plimsoll explain pod-security/privilege-escalation', about: 'one control' },
  ],
};

const list: Command = {
  name: 'list',
  summary: 'List controls or recommendations',
  operands: 'controls|recommendations [PATTERN…]',
  words: ['controls', 'recommendations'],
  about: ['A pattern is a control id, a code (POD-12), a chapter (POD, pod-security) or a glob (NET-*).'],
  options: [
    { name: 'severity', value: 'SEVERITY', choices: severityChoices, about: 'Controls of this severity' },
    {
      name: 'evidence',
      value: 'EVIDENCE',
      choices: ['manifest', 'cluster', 'node', 'events', 'image', 'cloud', 'person'],
      about: 'Recommendations that it can decide: manifest, cluster, node, events, image, cloud, person',
    },
    { name: 'undecided', about: 'Recommendations that no control of this version decides' },
    { name: 'output', short: 'o', value: 'FORMAT', choices: ['text', 'json'], about: 'text (default) or json' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll list controls --severity critical', about: '' },
    { command: 'plimsoll list recommendations NET', about: 'a chapter' },
  ],
};

const completion: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  operands: 'bash|zsh|fish',
  words: ['bash', 'zsh', 'fish'],
  about: ['The script offers commands, options, their values and the ids of the controls.'],
  options: [help],
  examples: [
    { command: 'plimsoll completion bash > ~/.local/share/bash-completion/completions/plimsoll', about: '' },
    { command: 'plimsoll completion zsh > "${fpath[1]}/_plimsoll"', about: '' },
    { command: 'plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish', about: '' },
  ],
};

const helpCommand: Command = {
  name: 'help',
  summary: 'Show the help of a command',
  operands: '[COMMAND]',
  words: ['scan', 'fix', 'snapshot', 'explain', 'list', 'completion'],
  about: [],
  options: [help],
  examples: [],
};

/** Names of the options that go with --cluster alone. */
export const clusterOptions: readonly string[] = ofCluster.map(({ name }) => name).filter((name) => name !== 'all-contexts');

export const commands: readonly Command[] = [scan, fix, snapshot, explain, list, completion, helpCommand];
