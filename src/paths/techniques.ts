import { dangerousRights, type RightQuestion } from '../kube/rbac/dangerous-rights.ts';

/** A thing that an attacker does, as data: the graph has an edge wherever its preconditions are met. */
export interface Technique {
  readonly id: string;
  /** What the attacker does, as after "the attacker". */
  readonly does: string;
  readonly preconditions: string;
  /** How much longer it makes a path: 0 for what follows by itself, 2 where a hole in a program has to be found. */
  readonly weight: 0 | 1 | 2;
  /** The first minor of Kubernetes where it works: 36 for 1.36. */
  readonly since?: number;
  /** The last one. */
  readonly until?: number;
  /** Kinds of changes that break it; what needs a right is also broken by taking away the right. */
  readonly brokenBy: readonly ChangeKindId[];
  /** Titles of public documents. */
  readonly documents: readonly string[];
  /** MITRE ATT&CK techniques. */
  readonly attack: readonly string[];
}

/** What a right of RBAC leads to. `namespace` and the three after it: in every namespace where it is held. */
export type Gain =
  | 'cluster-admin'
  /** Making pods there. */
  | 'namespace'
  /** Everything there: making pods and reading Secrets. */
  | 'namespace-admin'
  /** Code in the pods there. */
  | 'pods'
  /** Acting as the ServiceAccounts there. */
  | 'accounts'
  /** Reading the Secrets there. */
  | 'secrets'
  /** Code in the pods of all namespaces. */
  | 'all-pods'
  | 'every-node'
  /** Mounting PersistentVolumes that nobody has claimed. */
  | 'free-volumes';

/** A technique that takes nothing but rights. */
export interface RightTechnique extends Technique {
  /** What one may do who has them, as after "may". */
  readonly may: string;
  /** Of each list one right is needed, all by the same user, and in the same namespace where it is bound there. */
  readonly needs: readonly (readonly RightQuestion[])[];
  /** `cluster`: only where everything is bound for the whole cluster. `everywhere`: there, and in single namespaces. */
  readonly scope: 'cluster' | 'everywhere';
  /** The one namespace where it matters. */
  readonly only?: string;
  /** Held for the whole cluster. */
  readonly gains: Gain;
  /** Held in a namespace, where that gives something else. */
  readonly gainsInNamespace?: Gain;
  /** Also the identity that the accounts have in a cloud: what acts as an account by its name alone has no token for that. */
  readonly issuesTokens?: true;
  /** Why it may lead nowhere. */
  readonly unknown?: string;
  /** Only where a workload of one of these kinds was read. */
  readonly existing?: readonly string[];
  /** Certain only for who is bound to a Role of the namespace, which it then changes. */
  readonly ownRole?: true;
  /** It brings a container of its own into a pod: a privileged one, unless a level of Pod Security forbids it. */
  readonly bringsContainer?: true;
}

const rbacGroup = 'rbac.authorization.k8s.io';
const goodPractices = 'Kubernetes documentation: Role Based Access Control Good Practices';
const authorization = 'Kubernetes documentation: Using RBAC Authorization';
const standards = 'Kubernetes documentation: Pod Security Standards';
const serviceAccounts = 'Kubernetes documentation: Configure Service Accounts for Pods';

function questions(right: string): readonly RightQuestion[] {
  return dangerousRights.find(({ id }) => id === right)?.questions ?? [];
}

function ofVerbs(right: string, ...verbs: readonly string[]): readonly RightQuestion[] {
  return questions(right).filter(({ verb }) => verbs.includes(verb));
}

function ask(verbs: readonly string[], group: string, ...resources: readonly string[]): readonly RightQuestion[] {
  return resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })));
}

const change = ['update', 'patch'];
const write = ['create', ...change];
const makesPods = ofVerbs('run-pods', 'create');

const byRights: Pick<Technique, 'weight' | 'brokenBy'> = { weight: 1, brokenBy: ['remove-subject', 'narrow-rule'] };

export const rightTechniques: readonly RightTechnique[] = [
  {
    ...byRights,
    id: 'all-rights',
    does: 'uses a role that may do everything',
    preconditions: 'a rule with every verb, API group and resource',
    may: 'do everything',
    needs: [questions('everything')],
    scope: 'everywhere',
    gains: 'cluster-admin',
    gainsInNamespace: 'namespace-admin',
    documents: [authorization],
    attack: ['T1078'],
  },
  {
    ...byRights,
    id: 'escalate-cluster-role',
    does: 'adds every right to a ClusterRole that it holds',
    preconditions: 'escalate and update or patch on clusterroles, for the whole cluster',
    may: 'change ClusterRoles beyond its own rights',
    needs: [ask(['escalate'], rbacGroup, 'clusterroles'), ask(change, rbacGroup, 'clusterroles')],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: [goodPractices, authorization],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'escalate-role',
    does: 'adds every right to a Role that it holds',
    preconditions: 'escalate and update or patch on roles, and a Role of the namespace that is bound to the user',
    may: 'change Roles beyond its own rights',
    needs: [ask(['escalate'], rbacGroup, 'roles'), ask(change, rbacGroup, 'roles')],
    scope: 'everywhere',
    gains: 'namespace-admin',
    ownRole: true,
    documents: [goodPractices, authorization],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'bind-cluster-wide',
    does: 'binds cluster-admin to itself',
    preconditions: 'bind on clusterroles and a write to clusterrolebindings, for the whole cluster',
    may: 'bind any ClusterRole for the whole cluster',
    needs: [ask(['bind'], rbacGroup, 'clusterroles'), ask(write, rbacGroup, 'clusterrolebindings')],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: [goodPractices, authorization],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'bind-in-namespace',
    does: 'binds cluster-admin to itself in the namespace',
    preconditions: 'bind on clusterroles and a write to rolebindings',
    may: 'bind any ClusterRole',
    needs: [ask(['bind'], rbacGroup, 'clusterroles'), ask(write, rbacGroup, 'rolebindings')],
    scope: 'everywhere',
    gains: 'namespace-admin',
    documents: [goodPractices, authorization],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'impersonate-users',
    does: 'acts as a user with every right',
    preconditions: 'impersonate on users, not limited to names',
    may: 'act as any user',
    needs: [questions('impersonate-users')],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: ['Kubernetes documentation: User Impersonation', goodPractices],
    attack: ['T1078'],
  },
  {
    ...byRights,
    id: 'impersonate-groups',
    does: 'acts as a member of system:masters',
    preconditions: 'impersonate on groups, and on some user or ServiceAccount besides',
    may: 'act as a member of any group',
    needs: [
      ask(['impersonate'], '', 'groups'),
      ask(['impersonate'], '', 'users', 'serviceaccounts').map((question) => ({ ...question, anyName: true })),
    ],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: ['Kubernetes documentation: User Impersonation', goodPractices],
    attack: ['T1078'],
  },
  {
    ...byRights,
    id: 'impersonate-accounts',
    does: 'acts as a ServiceAccount',
    preconditions: 'impersonate on serviceaccounts',
    may: 'act as any ServiceAccount',
    needs: [questions('impersonate-accounts')],
    scope: 'everywhere',
    gains: 'accounts',
    documents: ['Kubernetes documentation: User Impersonation', goodPractices],
    attack: ['T1078'],
  },
  {
    ...byRights,
    id: 'mint-token',
    does: 'asks for a token of a ServiceAccount',
    preconditions: 'create on serviceaccounts/token',
    may: 'issue tokens of ServiceAccounts',
    needs: [questions('mint-tokens')],
    scope: 'everywhere',
    gains: 'accounts',
    issuesTokens: true,
    documents: [goodPractices, 'Kubernetes documentation: TokenRequest'],
    attack: ['T1528'],
  },
  {
    ...byRights,
    id: 'mint-token-secret',
    does: 'makes a Secret that is given a token of a ServiceAccount, and reads it',
    preconditions: 'create on secrets, and get, list or watch',
    may: 'write and read Secrets',
    needs: [ask(['create'], '', 'secrets'), questions('read-secrets')],
    scope: 'everywhere',
    gains: 'accounts',
    documents: [serviceAccounts],
    attack: ['T1528'],
  },
  {
    ...byRights,
    id: 'approve-certificate',
    does: 'has a client certificate issued for a user with every right',
    preconditions:
      'create on certificatesigningrequests, update or patch on their approval, approve for the signer kubernetes.io/kube-apiserver-client',
    may: 'request and approve client certificates',
    needs: [
      ask(['create'], 'certificates.k8s.io', 'certificatesigningrequests'),
      questions('approve-certificates'),
      ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'].map((name) => ({
        verb: 'approve',
        group: 'certificates.k8s.io',
        resource: 'signers',
        name,
      })),
    ],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: ['Kubernetes documentation: Certificates and Certificate Signing Requests', goodPractices],
    attack: ['T1098.006', 'T1649'],
  },
  {
    ...byRights,
    id: 'approve-node-certificate',
    does: 'has a client certificate issued for nodes, and asks for the tokens of their pods',
    preconditions:
      'create on certificatesigningrequests, update or patch on their approval, approve for the signer kubernetes.io/kube-apiserver-client-kubelet',
    may: 'request and approve certificates of nodes',
    needs: [
      ask(['create'], 'certificates.k8s.io', 'certificatesigningrequests'),
      questions('approve-certificates'),
      ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/*'].map((name) => ({
        verb: 'approve',
        group: 'certificates.k8s.io',
        resource: 'signers',
        name,
      })),
    ],
    scope: 'cluster',
    gains: 'all-pods',
    documents: [
      'Kubernetes documentation: Certificates and Certificate Signing Requests',
      'Kubernetes documentation: Using Node Authorization',
    ],
    attack: ['T1649'],
  },
  {
    ...byRights,
    id: 'mutating-webhook',
    does: 'puts a webhook of its own before every write, which adds what it likes to pods',
    preconditions: 'create, update or patch on mutatingwebhookconfigurations',
    may: 'write mutating webhooks',
    needs: [ask(write, 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations')],
    scope: 'cluster',
    gains: 'cluster-admin',
    documents: ['Kubernetes documentation: Dynamic Admission Control', goodPractices],
    attack: ['T1098.006', 'T1557'],
  },
  {
    ...byRights,
    id: 'validating-webhook',
    does: 'puts a webhook of its own before every write, which is sent the Secrets',
    preconditions: 'create, update or patch on validatingwebhookconfigurations',
    may: 'write validating webhooks',
    needs: [ask(write, 'admissionregistration.k8s.io', 'validatingwebhookconfigurations')],
    scope: 'cluster',
    gains: 'secrets',
    unknown: 'it sees a Secret when somebody writes it: which ones, and when, is not in the input',
    documents: ['Kubernetes documentation: Dynamic Admission Control', goodPractices],
    attack: ['T1557', 'T1552.007'],
  },
  {
    ...byRights,
    id: 'mutating-policy',
    does: 'writes an admission policy that adds what it likes to pods',
    preconditions: 'a write to mutatingadmissionpolicies and to their bindings, served by default from 1.36',
    may: 'write mutating admission policies',
    needs: [
      ask(write, 'admissionregistration.k8s.io', 'mutatingadmissionpolicies'),
      ask(write, 'admissionregistration.k8s.io', 'mutatingadmissionpolicybindings'),
    ],
    scope: 'cluster',
    gains: 'cluster-admin',
    since: 36,
    documents: ['Kubernetes documentation: Mutating Admission Policy'],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'kubelet-api',
    does: 'runs commands in containers through the kubelets',
    preconditions: 'get or create on nodes/proxy',
    may: 'reach the API of kubelets',
    needs: [questions('proxy-to-nodes')],
    scope: 'cluster',
    gains: 'all-pods',
    documents: [goodPractices, 'Kubernetes documentation: Kubelet authentication/authorization'],
    attack: ['T1609'],
  },
  {
    ...byRights,
    id: 'exec',
    does: 'runs a command in a container',
    preconditions: 'create on pods/exec; up to 1.34 get is enough',
    may: 'run commands in containers',
    needs: [questions('exec')],
    scope: 'everywhere',
    gains: 'pods',
    documents: [goodPractices],
    attack: ['T1609'],
  },
  {
    ...byRights,
    id: 'attach',
    does: 'attaches to the process of a container',
    preconditions: 'create on pods/attach; up to 1.34 get is enough',
    may: 'attach to containers',
    needs: [questions('attach')],
    scope: 'everywhere',
    gains: 'pods',
    unknown: 'it takes a process that reads commands from its input',
    documents: [goodPractices],
    attack: ['T1609'],
  },
  {
    ...byRights,
    id: 'ephemeral-container',
    does: 'adds a container of its own to a running pod',
    preconditions: 'update or patch on pods/ephemeralcontainers',
    may: 'add containers to running pods',
    needs: [questions('debug-containers')],
    scope: 'everywhere',
    gains: 'pods',
    bringsContainer: true,
    documents: ['Kubernetes documentation: Ephemeral Containers', goodPractices],
    attack: ['T1609'],
  },
  {
    ...byRights,
    id: 'change-image',
    does: 'gives a running pod an image of its own',
    preconditions: 'update or patch on pods',
    may: 'change pods',
    needs: [ask(change, '', 'pods')],
    scope: 'everywhere',
    gains: 'pods',
    documents: [goodPractices],
    attack: ['T1610'],
  },
  {
    ...byRights,
    id: 'create-workload',
    does: 'makes pods',
    preconditions: 'create on pods or on a workload that makes them',
    may: 'make pods',
    needs: [makesPods],
    scope: 'everywhere',
    gains: 'namespace',
    documents: [goodPractices],
    attack: ['T1610'],
  },
  {
    ...byRights,
    id: 'change-workload',
    does: 'changes the template of a workload, and with it its pods',
    preconditions: 'update or patch on a workload that is there',
    may: 'change workloads',
    needs: [
      [
        ...ask(change, 'apps', 'deployments', 'daemonsets', 'statefulsets', 'replicasets'),
        ...ask(change, 'batch', 'cronjobs'),
        ...ask(change, '', 'replicationcontrollers'),
      ],
    ],
    scope: 'everywhere',
    gains: 'namespace',
    existing: ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'CronJob', 'ReplicationController'],
    documents: [goodPractices],
    attack: ['T1610'],
  },
  {
    ...byRights,
    id: 'read-secrets',
    does: 'reads Secrets',
    preconditions: 'get, list or watch on secrets, not limited to names',
    may: 'read Secrets',
    needs: [questions('read-secrets')],
    scope: 'everywhere',
    gains: 'secrets',
    documents: [goodPractices, 'Kubernetes documentation: Good practices for Kubernetes Secrets'],
    attack: ['T1552.007'],
  },
  {
    ...byRights,
    id: 'host-path-volume',
    does: 'makes a PersistentVolume of a folder of a node, and a pod that mounts it',
    preconditions: 'create on persistentvolumes, persistentvolumeclaims and pods',
    may: 'make PersistentVolumes and pods with them',
    needs: [ask(['create'], '', 'persistentvolumes'), ask(['create'], '', 'persistentvolumeclaims'), makesPods],
    scope: 'cluster',
    gains: 'every-node',
    documents: [goodPractices, standards],
    attack: ['T1611'],
  },
  {
    ...byRights,
    id: 'claim-volume',
    does: 'claims a PersistentVolume that is a folder of a node, and makes a pod that mounts it',
    preconditions: 'create on persistentvolumeclaims and pods, and such a PersistentVolume that nobody has claimed',
    may: 'claim PersistentVolumes and make pods with them',
    needs: [ask(['create'], '', 'persistentvolumeclaims'), makesPods],
    scope: 'everywhere',
    gains: 'free-volumes',
    brokenBy: [...byRights.brokenBy, 'delete-volume'],
    documents: ['Kubernetes documentation: Persistent Volumes', goodPractices],
    attack: ['T1611'],
  },
  {
    ...byRights,
    id: 'lift-level',
    does: 'takes the level of Pod Security off the namespace, and makes a privileged pod',
    preconditions: 'update or patch on the namespace, create on pods',
    may: 'change the labels of namespaces, and make pods',
    needs: [ask(change, '', 'namespaces'), makesPods],
    scope: 'everywhere',
    gains: 'every-node',
    documents: ['Kubernetes documentation: Pod Security Admission', goodPractices],
    attack: ['T1562.001', 'T1611'],
  },
  {
    ...byRights,
    id: 'administrators-by-config-map',
    does: 'adds itself to the administrators of the cluster',
    preconditions: 'update or patch on configmaps of kube-system, in a cluster that reads its administrators from aws-auth',
    may: 'change ConfigMaps of kube-system',
    needs: [ask(change, '', 'configmaps')],
    scope: 'everywhere',
    only: 'kube-system',
    gains: 'cluster-admin',
    unknown: 'whether the cluster reads its administrators from the ConfigMap aws-auth is not in the input',
    documents: ['Amazon EKS documentation: Grant IAM users and roles access to Kubernetes APIs'],
    attack: ['T1098.006'],
  },
  {
    ...byRights,
    id: 'create-custom-workload',
    does: 'makes a custom resource of which a controller makes pods',
    preconditions: 'create on a kind whose objects hold a pod template (Argo, Knative, KEDA, JobSet, Kubeflow, OpenShift, Tekton)',
    may: 'make custom resources that become pods',
    needs: [
      [
        ...ask(['create'], 'argoproj.io', 'workflows', 'cronworkflows', 'rollouts'),
        ...ask(['create'], 'serving.knative.dev', 'services', 'configurations'),
        ...ask(['create'], 'keda.sh', 'scaledjobs'),
        ...ask(['create'], 'jobset.x-k8s.io', 'jobsets'),
        ...ask(['create'], 'kubeflow.org', 'notebooks', 'pytorchjobs', 'tfjobs', 'mpijobs'),
        ...ask(['create'], 'apps.openshift.io', 'deploymentconfigs'),
        ...ask(['create'], 'tekton.dev', 'taskruns', 'pipelineruns'),
      ],
    ],
    scope: 'everywhere',
    gains: 'namespace',
    unknown: 'whether the controller of such objects runs, and lets them choose their ServiceAccount, is not in the input',
    documents: [goodPractices],
    attack: ['T1610'],
  },
];

/** What takes more than rights, and what follows from something else. */
export type OtherTechniqueId =
  | 'exposed-service'
  | 'anonymous-request'
  | 'network-reach'
  | 'mounted-token'
  | 'mounted-token-secret'
  | 'privileged-container'
  | 'dangerous-capability'
  | 'host-path'
  | 'claimed-host-path'
  | 'runtime-socket'
  | 'host-processes'
  | 'windows-host-process'
  | 'pod-with-account'
  | 'privileged-pod'
  | 'controller-account'
  | 'secret-token'
  | 'pods-of-node'
  | 'control-plane-node'
  | 'cloud-of-node'
  | 'cloud-identity'
  | 'named-identity'
  | 'bind-named-role'
  | 'escalate-named-role'
  | 'impersonate-within-bounds'
  | 'unread-role'
  | 'unread-secrets'
  | 'implied';

const others: Readonly<Record<OtherTechniqueId, Omit<Technique, 'id'>>> = {
  'exposed-service': {
    does: 'breaks into the program that answers',
    preconditions: 'a Service, an Ingress, a route or a port of a node that leads to the pod from outside, and a hole in its program',
    weight: 2,
    brokenBy: ['close-entry'],
    documents: ['Kubernetes documentation: Service'],
    attack: ['T1190'],
  },
  'anonymous-request': {
    does: 'asks the API server without credentials',
    preconditions: 'an API server that is reached from outside and takes anonymous requests, and a role for anonymous users',
    weight: 1,
    brokenBy: ['remove-subject', 'narrow-rule'],
    documents: ['Kubernetes documentation: Authenticating'],
    attack: ['T1190'],
  },
  'network-reach': {
    does: 'connects to another pod and breaks into its program',
    preconditions: 'network policies that let the connection pass, and a hole in the program',
    weight: 2,
    brokenBy: ['isolate-ingress'],
    documents: ['Kubernetes documentation: Network Policies'],
    attack: ['T1210'],
  },
  'mounted-token': {
    does: 'takes the token that is mounted in the pod',
    preconditions: 'a pod with the token of its ServiceAccount, mounted by itself or as a projected volume',
    weight: 1,
    brokenBy: ['no-token', 'no-projected-token'],
    documents: [serviceAccounts],
    attack: ['T1528', 'T1552.007'],
  },
  'mounted-token-secret': {
    does: 'takes the token that the pod has in a Secret',
    preconditions: 'a pod with a Secret of type kubernetes.io/service-account-token',
    weight: 1,
    brokenBy: ['unmount-secret', 'delete-token-secret'],
    documents: [serviceAccounts],
    attack: ['T1528', 'T1552.007'],
  },
  'privileged-container': {
    does: 'leaves a privileged container',
    preconditions: 'privileged: true, and no user namespace of its own',
    weight: 1,
    brokenBy: ['unprivileged'],
    documents: [standards],
    attack: ['T1611'],
  },
  'dangerous-capability': {
    does: 'leaves the container by a capability',
    preconditions: 'SYS_ADMIN, SYS_MODULE, SYS_RAWIO or DAC_READ_SEARCH, and no user namespace of its own',
    weight: 1,
    brokenBy: ['drop-capability'],
    documents: [standards, 'Linux manual: capabilities(7)'],
    attack: ['T1611'],
  },
  'host-path': {
    does: 'uses the files of the node that are mounted',
    preconditions: 'a hostPath volume with what the node trusts',
    weight: 1,
    brokenBy: ['unmount-host-path'],
    documents: ['Kubernetes documentation: Volumes (hostPath)', standards],
    attack: ['T1611'],
  },
  'claimed-host-path': {
    does: 'uses the files of the node that a PersistentVolume mounts',
    preconditions: 'a PersistentVolume of a folder that the node trusts, and its claim in a pod or in a namespace where pods can be made',
    weight: 1,
    brokenBy: ['unmount-claim', 'delete-volume'],
    documents: ['Kubernetes documentation: Persistent Volumes', 'Kubernetes documentation: Volumes (hostPath)'],
    attack: ['T1611'],
  },
  'runtime-socket': {
    does: 'orders a privileged container from the container engine',
    preconditions: 'a hostPath volume with the socket of a container engine, read-only or not',
    weight: 1,
    brokenBy: ['unmount-socket'],
    documents: ['Kubernetes documentation: Volumes (hostPath)', standards],
    attack: ['T1611', 'T1610'],
  },
  'host-processes': {
    does: 'enters a process of the node',
    preconditions: 'hostPID, and the capability SYS_PTRACE or a process with as few rights',
    weight: 1,
    brokenBy: ['own-processes'],
    documents: [standards, 'Linux manual: ptrace(2)'],
    attack: ['T1611'],
  },
  'windows-host-process': {
    does: 'runs on the Windows node itself',
    preconditions: 'windowsOptions.hostProcess: true',
    weight: 1,
    brokenBy: ['no-windows-host-process'],
    documents: ['Kubernetes documentation: Create a Windows HostProcess Pod'],
    attack: ['T1611'],
  },
  'pod-with-account': {
    does: 'makes a pod that runs as a ServiceAccount',
    preconditions: 'making pods in the namespace of the ServiceAccount',
    weight: 1,
    brokenBy: [],
    documents: [goodPractices],
    attack: ['T1610', 'T1528'],
  },
  'privileged-pod': {
    does: 'makes a privileged pod on a node of its choice',
    preconditions: 'making pods in a namespace where no level of Pod Security is enforced',
    weight: 1,
    brokenBy: ['enforce-level'],
    documents: ['Kubernetes documentation: Pod Security Admission', standards],
    attack: ['T1610', 'T1611'],
  },
  'controller-account': {
    does: 'acts as a ServiceAccount of a controller of Kubernetes',
    preconditions: 'acting as the ServiceAccounts of kube-system, where the controllers have accounts of their own',
    weight: 1,
    brokenBy: [],
    documents: [authorization],
    attack: ['T1078'],
  },
  'secret-token': {
    does: 'uses the token in a Secret',
    preconditions: 'reading a Secret of type kubernetes.io/service-account-token',
    weight: 1,
    brokenBy: ['delete-token-secret'],
    documents: [serviceAccounts],
    attack: ['T1528'],
  },
  'pods-of-node': {
    does: 'takes over the pods of the node',
    preconditions: 'root on a node where the pod runs',
    weight: 1,
    brokenBy: [],
    documents: ['Kubernetes documentation: Using Node Authorization'],
    attack: ['T1552.001', 'T1528'],
  },
  'control-plane-node': {
    does: 'takes the keys of the control plane',
    preconditions: 'root on a node of the control plane',
    weight: 1,
    brokenBy: [],
    documents: ['Kubernetes documentation: PKI certificates and requirements'],
    attack: ['T1552.004'],
  },
  'cloud-of-node': {
    does: 'asks the metadata service for the credentials of the node',
    preconditions: 'a node that is a machine of a cloud, or a pod that is let through to 169.254.169.254',
    weight: 1,
    brokenBy: ['isolate-egress'],
    documents: ['Kubernetes documentation: Securing a Cluster (restricting cloud metadata API access)'],
    attack: ['T1552.005'],
  },
  'cloud-identity': {
    does: 'uses the identity that the ServiceAccount has in the cloud',
    preconditions: 'a pod or a token of a ServiceAccount with an annotation for it',
    weight: 1,
    brokenBy: ['remove-identity'],
    documents: ['Amazon EKS: IAM roles for service accounts', 'GKE: Workload Identity Federation', 'Microsoft Entra Workload ID for AKS'],
    attack: ['T1078.004', 'T1552.005'],
  },
  'named-identity': {
    does: 'acts as one that it is allowed to act as',
    preconditions: 'a rule that allows it by name',
    weight: 1,
    brokenBy: ['remove-subject', 'narrow-rule'],
    documents: ['Kubernetes documentation: User Impersonation'],
    attack: ['T1078'],
  },
  'bind-named-role': {
    does: 'binds a role to itself that it may bind by name',
    preconditions: 'bind on the role by its name, and a write to bindings',
    weight: 1,
    brokenBy: ['remove-subject', 'narrow-rule'],
    documents: [goodPractices],
    attack: ['T1098.006'],
  },
  'escalate-named-role': {
    does: 'adds every right to a role that it holds and may change by its name',
    preconditions: 'escalate and update or patch on the role by its name, and a binding of it to the user',
    weight: 1,
    brokenBy: ['remove-subject', 'narrow-rule'],
    documents: [goodPractices, authorization],
    attack: ['T1098.006'],
  },
  'impersonate-within-bounds': {
    does: 'acts as somebody else for verbs that it may use as him',
    preconditions:
      'impersonate:user-info on a user, or impersonate:serviceaccount on a ServiceAccount, who has the right, and impersonate-on:…:VERB on the resource',
    weight: 1,
    since: 36,
    brokenBy: ['remove-subject', 'narrow-rule'],
    documents: ['Kubernetes documentation: User Impersonation'],
    attack: ['T1078'],
  },
  'unread-role': {
    does: 'uses a role that was not read',
    preconditions: 'a binding to a role that is not in the input',
    weight: 1,
    brokenBy: ['remove-subject'],
    documents: [authorization],
    attack: ['T1078'],
  },
  'unread-secrets': {
    does: 'finds credentials with every right among the Secrets',
    preconditions: 'reading all Secrets',
    weight: 1,
    brokenBy: [],
    documents: ['Kubernetes documentation: Good practices for Kubernetes Secrets'],
    attack: ['T1552.007'],
  },
  implied: {
    does: 'has that too',
    preconditions: 'none',
    weight: 0,
    brokenBy: [],
    documents: [],
    attack: [],
  },
};

export const otherTechniques: Readonly<Record<OtherTechniqueId, Technique>> = Object.fromEntries(
  Object.entries(others).map(([id, technique]) => [id, { id, ...technique }]),
) as Record<OtherTechniqueId, Technique>;

/** All of them: what the documentation lists. */
export const techniques: readonly Technique[] = [...Object.values(otherTechniques), ...rightTechniques];

/** What people do about it. */
export interface ChangeKind {
  /** The control whose fix does it: its risk is then that of the fix. */
  readonly control?: string;
  /** Where no fix does it. `safe`: keeps what the workload does; `review`: may change it; `shown`: needs a decision. */
  readonly risk: 'safe' | 'review' | 'shown';
  /** What it takes to carry out, by comparison. */
  readonly cost: number;
  /** What may break. */
  readonly breaks: string;
}

export type ChangeKindId =
  | 'unprivileged'
  | 'unmount-host-path'
  | 'unmount-socket'
  | 'unmount-claim'
  | 'delete-volume'
  | 'own-processes'
  | 'drop-capability'
  | 'no-windows-host-process'
  | 'no-token'
  | 'no-projected-token'
  | 'unmount-secret'
  | 'delete-token-secret'
  | 'remove-subject'
  | 'narrow-rule'
  | 'enforce-level'
  | 'isolate-ingress'
  | 'isolate-egress'
  | 'remove-identity'
  | 'close-entry';

export const changeKinds: Readonly<Record<ChangeKindId, ChangeKind>> = {
  'no-token': {
    control: 'pod-security/service-account-token',
    risk: 'review',
    cost: 1,
    breaks: 'a program that calls the API no longer can',
  },
  'delete-token-secret': { risk: 'review', cost: 1, breaks: 'whoever still shows this token is refused' },
  'no-projected-token': { risk: 'shown', cost: 2, breaks: 'the program that reads this token no longer can call the API' },
  'unmount-secret': { risk: 'shown', cost: 2, breaks: 'the program that reads this token no longer can call the API' },
  unprivileged: { control: 'pod-security/privileged', risk: 'review', cost: 2, breaks: 'the container may need some of what it had' },
  'drop-capability': { control: 'pod-security/added-capabilities', risk: 'review', cost: 2, breaks: 'what the capability was for fails' },
  'own-processes': {
    control: 'pod-security/host-pid',
    risk: 'review',
    cost: 2,
    breaks: 'the pod no longer sees the processes of its node',
  },
  'unmount-host-path': { risk: 'shown', cost: 3, breaks: 'what the files were for needs another way' },
  'unmount-socket': { risk: 'shown', cost: 3, breaks: 'what talks to the container engine needs another way' },
  'unmount-claim': { risk: 'shown', cost: 3, breaks: 'what the files were for needs another way' },
  'delete-volume': { risk: 'shown', cost: 3, breaks: 'whatever mounts it needs another volume' },
  'no-windows-host-process': { risk: 'shown', cost: 3, breaks: 'what it does on the node needs another way' },
  'enforce-level': {
    control: 'pod-security/pod-security-admission',
    risk: 'review',
    cost: 2,
    breaks: 'pods that break the level are refused when they are next made',
  },
  'remove-subject': { risk: 'shown', cost: 3, breaks: 'the subject loses everything that this binding gives it' },
  'narrow-rule': { risk: 'shown', cost: 4, breaks: 'everybody who holds the role loses it' },
  'isolate-ingress': {
    control: 'network-separation/default-deny-ingress',
    risk: 'review',
    cost: 4,
    breaks: 'connections to the namespace that no policy allows are cut',
  },
  'isolate-egress': {
    control: 'network-separation/default-deny-egress',
    risk: 'review',
    cost: 4,
    breaks: 'connections from the namespace that no policy allows are cut',
  },
  'remove-identity': { risk: 'shown', cost: 3, breaks: 'pods of the account lose their rights in the cloud' },
  'close-entry': { risk: 'shown', cost: 8, breaks: 'nobody outside reaches it any more' },
};
