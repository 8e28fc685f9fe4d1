import { kindName } from '../../core/index.ts';
import { isWorkflow, workflowKinds } from '../../kube/argo-workflow.ts';
import { askingFor, type Asking } from './asking.ts';
import { isOfComponents } from '../../kube/scope.ts';
import { podTemplateKinds, templatePaths, type PodTemplateKind } from '../../kube/pod-templates.ts';

/** A kind that a scan reads, whether the cluster has it or not; `*` for all that a group has. */
export interface WantedKind {
  readonly group: string;
  readonly kind: string;
  readonly podTemplates: boolean;
  /** Kubernetes' own: a server that does not tell of it keeps it from us. */
  readonly own: boolean;
  readonly asking: Asking;
}

/** The groups of Kubernetes' own kinds among those that rules read. */
const ownGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apps',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
]);

/** Stable since 1.30: an older server that does not tell of them has none. */
const youngKinds: ReadonlySet<string> = new Set(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);

/** `kinds` are written as `NetworkPolicy.networking.k8s.io`; unless `workloads` is false, those with pod templates come besides. */
export function wantedKinds(
  kinds: readonly string[],
  podTemplates: readonly PodTemplateKind[],
  { readSecretKeys = false, workloads = true }: { readonly readSecretKeys?: boolean; readonly workloads?: boolean } = {},
): WantedKind[] {
  const holdingPods = [
    ...[...podTemplateKinds, ...podTemplates].map(({ group, kind }) => kindName(group, kind)),
    ...workflowKinds.map((kind) => kindName('argoproj.io', kind)),
  ];
  const names = new Set([...kinds, ...(workloads ? holdingPods : [])]);
  return [...names]
    .map((name): WantedKind => {
      const [kind = '', ...rest] = name.split('.');
      const group = rest.join('.');
      const holdsPods = templatePaths(group, kind, podTemplates).length > 0 || isWorkflow(group, kind);
      const own = ownGroups.has(group) && !youngKinds.has(kind);
      return { group, kind, podTemplates: holdsPods, own, asking: askingFor(group, kind, readSecretKeys) };
    })
    .filter(({ group }) => !isOfComponents(group))
    .sort(inOrder);
}

/**
 * Owners before what they own, so that what comes later is known to have been judged at its owner. Deployments own
 * ReplicaSets, Knative's Revisions own Deployments, and so on; pods come last. Of Deployments there are the most: as they come
 * before other workloads, it shows early how much there is to judge. What holds no pods stands between them and
 * what is made from their templates: while it is read they are judged, and nobody waits for that.
 */
function rank({ group, kind, podTemplates }: WantedKind): number {
  if (!podTemplates) return 6;
  if (group === '' && kind === 'Pod') return 8;
  if (group === 'serving.knative.dev') return ['Service', 'Configuration', 'Revision'].indexOf(kind) + 1;
  if (kind === 'ReplicaSet' || kind === 'Job' || kind === 'ReplicationController') return 7;
  if (group === 'apps') return kind === 'Deployment' ? 4 : 5;
  if (group === 'batch') return 5;
  return kind === 'Workflow' ? 2 : 1;
}

/** Whether its objects are mostly made from the templates of others. */
export function isMade(kind: WantedKind): boolean {
  return rank(kind) > 6;
}

function inOrder(a: WantedKind, b: WantedKind): number {
  const [nameA, nameB] = [kindName(a.group, a.kind), kindName(b.group, b.kind)];
  return rank(a) - rank(b) || Number(nameA > nameB) - Number(nameA < nameB);
}

/** As every kind that rules know forms it: `networkpolicies`, `ingressclasses`, `deployments`. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  // The only kind that is a plural itself, and all kinds of a group.
  if (name === 'endpoints' || name === '*') return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
