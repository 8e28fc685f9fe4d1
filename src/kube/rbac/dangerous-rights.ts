import type { Severity } from '../../core/index.ts';

/**
 * One question to RBAC, as `Question` without its namespace. Without a name it asks about all objects: what a rule grants by
 * `resourceNames` is not meant, because naming objects is what the guidance asks for; but for names that are as good as none.
 */
export interface RightQuestion {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** It is enough to have it for one object, whatever its name. */
  readonly anyName?: true;
  /** The first minor of Kubernetes for which the answer matters: 36 for 1.36. */
  readonly since?: number;
  /** The last one. */
  readonly until?: number;
}

/** A right by which its holder gets further than its words say. */
export interface DangerousRight {
  readonly id: string;
  /** What the holder may do, as after "may": `read Secrets`. */
  readonly title: string;
  readonly why: string;
  /** A yes to one of them is enough. */
  readonly questions: readonly RightQuestion[];
  /** Of no use without a yes to one of these too, in the same namespace. */
  readonly and?: readonly RightQuestion[];
  /** `namespace`: it can be held in one namespace alone. `cluster`: only a ClusterRoleBinding grants it. */
  readonly scope: 'namespace' | 'cluster';
  /** The one namespace where it matters. */
  readonly only?: string;
  /** Who holds it everywhere (or in kube-system) can make everything else of it. */
  readonly takesOver: boolean;
  /** Where nothing refuses privileged pods it is the nodes besides, and as much in one namespace as everywhere. */
  readonly makesPods?: true;
  /** Of who holds it everywhere. */
  readonly severity: Severity;
  /** Entries of the guidance. */
  readonly codes: readonly string[];
  /** MITRE ATT&CK techniques. */
  readonly attack: readonly string[];
}

const rbac = 'rbac.authorization.k8s.io';
const certificates = 'certificates.k8s.io';
const admission = 'admissionregistration.k8s.io';
const write = ['create', 'update', 'patch'];
const change = ['update', 'patch'];

/** The questions of all verbs about all resources; `pods/exec` is a subresource. */
function ask(verbs: readonly string[], group: string, resources: readonly string[]): RightQuestion[] {
  return resources.flatMap((each) => {
    const [resource = '', subresource] = each.split('/');
    return verbs.map((verb) => (subresource === undefined ? { verb, group, resource } : { verb, group, resource, subresource }));
  });
}

/** Of the verbs that Kubernetes takes for a connection: from 1.35 a WebSocket too has to be created. */
function connect(subresource: string): RightQuestion[] {
  const question = { group: '', resource: 'pods', subresource };
  return [
    { verb: 'create', ...question },
    { verb: 'get', ...question, until: 34 },
  ];
}

/** `approve` and `sign` are asked for the signer by its name, and for its domain with a literal star. */
function signers(verb: string): RightQuestion[] {
  return ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/*'].map((name) => ({
    verb,
    group: certificates,
    resource: 'signers',
    name,
  }));
}

/**
 * The rights that the guidance warns of, the worst first. They are questions to be answered exactly (wildcards, subresources,
 * names), never patterns to be found in the text of a rule.
 */
export const dangerousRights: readonly DangerousRight[] = [
  {
    id: 'everything',
    title: 'do everything',
    why: 'A rule of stars grants every verb on every resource, those of tomorrow included: it is cluster-admin by another name.',
    questions: [{ verb: '*', group: '*', resource: '*' }],
    scope: 'namespace',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-02', 'GOV-04'],
    attack: ['T1078', 'T1098.006'],
  },
  {
    id: 'escalate',
    title: 'give itself every right',
    why: 'The verb escalate switches off the check that nobody hands out more than they have: the holder gives himself everything.',
    questions: ask(['escalate'], rbac, ['roles', 'clusterroles']),
    scope: 'namespace',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-04', 'GOV-04'],
    attack: ['T1098.006'],
  },
  {
    id: 'bind',
    title: 'bind roles beyond its own rights',
    why: 'The verb bind lets its holder bind roles with more rights than his own, cluster-admin among them.',
    questions: [
      ...ask(['bind'], rbac, ['roles', 'clusterroles']),
      { verb: 'bind', group: rbac, resource: 'clusterroles', name: 'cluster-admin' },
    ],
    scope: 'namespace',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-04', 'GOV-04'],
    attack: ['T1098.006'],
  },
  {
    id: 'impersonate-users',
    title: 'act as any user',
    why: 'Whoever impersonates a user has all rights of that user; with the group system:masters no rule holds any more.',
    questions: ask(['impersonate'], '', ['users']),
    scope: 'cluster',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-04', 'GOV-04'],
    attack: ['T1078', 'T1098.006'],
  },
  {
    id: 'impersonate-groups',
    title: 'act as a member of system:masters',
    why: 'A group is impersonated together with some user: with system:masters among the groups no rule holds any more.',
    questions: [...ask(['impersonate'], '', ['groups']), { verb: 'impersonate', group: '', resource: 'groups', name: 'system:masters' }],
    and: ask(['impersonate'], '', ['users', 'serviceaccounts']).map((question) => ({ ...question, anyName: true })),
    scope: 'cluster',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-04', 'GOV-04'],
    attack: ['T1078', 'T1098.006'],
  },
  {
    id: 'impersonate-accounts',
    title: 'act as any service account',
    why: 'Among the service accounts of kube-system are those of controllers that write roles and read all Secrets.',
    questions: ask(['impersonate'], '', ['serviceaccounts']),
    scope: 'namespace',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-04', 'TOK-04', 'GOV-04'],
    attack: ['T1078', 'T1098.006'],
  },
  {
    id: 'impersonate-within-bounds',
    title: 'act as others for single verbs',
    why: 'Constrained impersonation is bounded by the verbs that are named besides, but not by the rights of its holder.',
    questions: [
      ...ask(['impersonate:user-info'], 'authentication.k8s.io', ['users']),
      ...ask(['impersonate:serviceaccount'], 'authentication.k8s.io', ['serviceaccounts']),
      ...ask(['impersonate:arbitrary-node'], 'authentication.k8s.io', ['nodes']),
    ].map((question) => ({ ...question, since: 36 })),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-04'],
    attack: ['T1078'],
  },
  {
    id: 'proxy-to-nodes',
    title: 'reach the API of kubelets',
    why: 'Through nodes/proxy the kubelet runs commands in every container of its node, past admission and without a record of them in the audit log.',
    questions: ask(['get', 'create'], '', ['nodes/proxy']),
    scope: 'cluster',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-06', 'RBAC-07', 'TOK-04', 'GOV-04'],
    attack: ['T1609', 'T1611'],
  },
  {
    id: 'approve-certificates',
    title: 'approve client certificates',
    why: 'An approved request becomes a certificate for the user and the groups that its author wrote into it, and nobody can revoke it.',
    questions: ask(change, certificates, ['certificatesigningrequests/approval']),
    and: signers('approve'),
    scope: 'cluster',
    takesOver: true,
    severity: 'critical',
    codes: ['RBAC-07', 'GOV-04'],
    attack: ['T1098.006'],
  },
  {
    id: 'sign-certificates',
    title: 'sign client certificates',
    why: 'A signer writes the certificate itself; where its holder has the key of the authority too, it is for whatever user he likes.',
    questions: ask(change, certificates, ['certificatesigningrequests/status']),
    and: signers('sign'),
    scope: 'cluster',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-07'],
    attack: ['T1098.006'],
  },
  {
    id: 'read-secrets',
    title: 'read Secrets',
    why: 'Secrets hold passwords, keys and tokens of service accounts. Listing and watching shows their contents as well as getting them.',
    questions: ask(['get', 'list', 'watch'], '', ['secrets']),
    scope: 'namespace',
    takesOver: true,
    severity: 'high',
    codes: ['SEC-09', 'TOK-04', 'GOV-04'],
    attack: ['T1552.007'],
  },
  {
    id: 'mint-tokens',
    title: 'issue tokens of service accounts',
    why: 'Whoever creates serviceaccounts/token gets a token of any account there, with all of its rights and for as long as he asks.',
    questions: ask(['create'], '', ['serviceaccounts/token']),
    scope: 'namespace',
    takesOver: true,
    severity: 'high',
    codes: ['TOK-04', 'RBAC-07', 'GOV-04'],
    attack: ['T1528', 'T1552.007'],
  },
  {
    id: 'exec',
    title: 'run commands in containers',
    why: 'A command in a container has its files, its network and the token of its service account.',
    questions: connect('exec'),
    scope: 'namespace',
    takesOver: true,
    severity: 'high',
    codes: ['RBAC-06', 'TOK-04', 'GOV-04'],
    attack: ['T1609'],
  },
  {
    id: 'attach',
    title: 'attach to containers',
    why: 'Whoever is attached to a process reads what it prints and types what it reads.',
    questions: connect('attach'),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-06'],
    attack: ['T1609'],
  },
  {
    id: 'debug-containers',
    title: 'add containers to running pods',
    why: 'A container for debugging runs beside those of the pod, with an image of its author and the volumes and processes of the pod.',
    questions: ask(change, '', ['pods/ephemeralcontainers']),
    scope: 'namespace',
    takesOver: true,
    severity: 'high',
    codes: ['RBAC-06', 'TOK-04', 'GOV-04'],
    attack: ['T1609', 'T1611'],
  },
  {
    id: 'forward-ports',
    title: 'forward ports of pods',
    why: 'A forwarded port is reached past every network policy, also one that listens on localhost alone.',
    questions: connect('portforward'),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-06'],
    attack: ['T1609'],
  },
  {
    id: 'proxy-to-pods',
    title: 'reach pods and Services through the API server',
    why: 'The API server carries the request to the pod, past the network policies that keep others away.',
    questions: ask(['get', 'create'], '', ['pods/proxy', 'services/proxy']),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-06'],
    attack: ['T1609'],
  },
  {
    id: 'run-pods',
    title: 'run pods',
    why: 'Whoever makes pods in a namespace uses every service account, Secret and volume claim in it, and a node where no level is enforced.',
    questions: [
      ...ask(write, '', ['pods', 'replicationcontrollers']),
      ...ask(write, 'apps', ['deployments', 'daemonsets', 'statefulsets', 'replicasets']),
      ...ask(write, 'batch', ['jobs', 'cronjobs']),
    ],
    scope: 'namespace',
    takesOver: true,
    makesPods: true,
    severity: 'high',
    codes: ['RBAC-05', 'TOK-04', 'GOV-04'],
    attack: ['T1610', 'T1053.007'],
  },
  {
    id: 'change-webhooks',
    title: 'change admission webhooks',
    why: 'A webhook sees and changes what everybody writes, Secrets included; whoever deletes one takes away what it refuses.',
    questions: ask([...write, 'delete'], admission, ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']),
    scope: 'cluster',
    takesOver: true,
    severity: 'high',
    codes: ['RBAC-07', 'ENF-04', 'GOV-04'],
    attack: ['T1562.001', 'T1098.006'],
  },
  {
    id: 'change-admission-policies',
    title: 'change admission policies',
    why: 'Admission policies refuse what breaks the rules, and mutating ones change what everybody writes.',
    questions: [
      ...ask([...write, 'delete'], admission, ['validatingadmissionpolicies', 'validatingadmissionpolicybindings']),
      ...ask([...write, 'delete'], admission, ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings']),
    ],
    scope: 'cluster',
    takesOver: false,
    severity: 'high',
    codes: ['RBAC-07', 'ENF-04'],
    attack: ['T1562.001'],
  },
  {
    id: 'serve-apis',
    title: 'take over groups of the API',
    why: 'An APIService sends the requests for a group of the API to a server of its author, who answers them and sees what is written.',
    questions: ask(write, 'apiregistration.k8s.io', ['apiservices']),
    scope: 'cluster',
    takesOver: false,
    severity: 'high',
    codes: ['RBAC-07'],
    attack: ['T1098.006'],
  },
  {
    id: 'define-resources',
    title: 'change definitions of custom resources',
    why: 'A conversion webhook in a definition sees every object of its kind, and a deleted definition takes all of them with it.',
    questions: ask([...write, 'delete'], 'apiextensions.k8s.io', ['customresourcedefinitions']),
    scope: 'cluster',
    takesOver: false,
    severity: 'low',
    codes: ['RBAC-07'],
    attack: ['T1098.006'],
  },
  {
    id: 'create-persistent-volumes',
    title: 'create PersistentVolumes',
    why: 'A PersistentVolume may be any folder of a node, which a pod then mounts although the level of its namespace forbids hostPath.',
    questions: ask(['create'], '', ['persistentvolumes']),
    scope: 'cluster',
    takesOver: false,
    severity: 'high',
    codes: ['RBAC-07'],
    attack: ['T1611'],
  },
  {
    id: 'change-nodes',
    title: 'change Nodes',
    why: 'Labels, taints and the removal of Nodes decide where pods run: others can be drawn to a node that is broken into.',
    questions: [...ask([...change, 'delete'], '', ['nodes']), ...ask(change, '', ['nodes/status'])],
    scope: 'cluster',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-07'],
    attack: ['T1098.006'],
  },
  {
    id: 'label-namespaces',
    title: 'change labels of namespaces',
    why: 'The labels of a namespace say which pods are refused there: whoever changes them admits privileged ones.',
    questions: ask(change, '', ['namespaces']),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-07', 'ENF-04'],
    attack: ['T1562.001'],
  },
  {
    id: 'change-system-configuration',
    title: 'change the configuration in kube-system',
    why: 'ConfigMaps of kube-system configure DNS, the proxies and the kubelets, and on some clouds say who is an administrator (aws-auth).',
    questions: ask(write, '', ['configmaps']),
    scope: 'namespace',
    only: 'kube-system',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-07'],
    attack: ['T1098.006'],
  },
  {
    id: 'write-bindings',
    title: 'write bindings',
    why: 'Whoever writes bindings hands on all that he has, and goes on having it under another name.',
    questions: ask(write, rbac, ['rolebindings', 'clusterrolebindings']),
    scope: 'namespace',
    takesOver: false,
    severity: 'medium',
    codes: ['RBAC-04'],
    attack: ['T1098.006'],
  },
  {
    id: 'write-roles',
    title: 'write roles',
    why: 'Whoever changes a role that others hold gives them what he has himself, or takes from them what they need.',
    questions: ask(write, rbac, ['roles', 'clusterroles']),
    scope: 'namespace',
    takesOver: false,
    severity: 'low',
    codes: ['RBAC-04'],
    attack: ['T1098.006'],
  },
  {
    id: 'review-tokens',
    title: 'ask whose token something is',
    why: 'Whoever may ask finds out which of the tokens that he came by are valid, and whose.',
    questions: ask(['create'], 'authentication.k8s.io', ['tokenreviews']),
    scope: 'cluster',
    takesOver: false,
    severity: 'low',
    codes: [],
    attack: [],
  },
];

/** The questions that matter for a minor of Kubernetes: 35 for 1.35. */
export function questionsFor(questions: readonly RightQuestion[], version: number): readonly RightQuestion[] {
  return questions.filter(({ since = 0, until = Infinity }) => since <= version && version <= until);
}

/** Those that concern one entry of the guidance. */
export function rightsFor(code: string): readonly DangerousRight[] {
  return dangerousRights.filter(({ codes }) => codes.includes(code));
}
