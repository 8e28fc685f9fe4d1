import { groupBy } from '../../core/index.ts';
import { ownResources } from './own-resources.ts';

/** A resource that can be asked about, by all its names. */
export interface NamedResource {
  readonly group: string;
  /** In the plural, as URLs and rules have it. */
  readonly name: string;
  /** In small letters; the name of the kind. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** Undefined where it depends on the version. */
  readonly namespaced: boolean | undefined;
  readonly subresources: readonly string[];
  /** Nobody sends requests to it: the API server itself asks whether somebody may use it. */
  readonly virtual: boolean;
}

/** As discovery lists them (test/cluster/resource-names.test.ts compares). */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  '/componentstatuses': ['cs'],
  '/configmaps': ['cm'],
  '/endpoints': ['ep'],
  '/events': ['ev'],
  '/limitranges': ['limits'],
  '/namespaces': ['ns'],
  '/nodes': ['no'],
  '/persistentvolumeclaims': ['pvc'],
  '/persistentvolumes': ['pv'],
  '/pods': ['po'],
  '/replicationcontrollers': ['rc'],
  '/resourcequotas': ['quota'],
  '/serviceaccounts': ['sa'],
  '/services': ['svc'],
  'apiextensions.k8s.io/customresourcedefinitions': ['crd', 'crds'],
  'apps/daemonsets': ['ds'],
  'apps/deployments': ['deploy'],
  'apps/replicasets': ['rs'],
  'apps/statefulsets': ['sts'],
  'autoscaling/horizontalpodautoscalers': ['hpa'],
  'batch/cronjobs': ['cj'],
  'certificates.k8s.io/certificatesigningrequests': ['csr'],
  'events.k8s.io/events': ['ev'],
  'networking.k8s.io/ingresses': ['ing'],
  'networking.k8s.io/ipaddresses': ['ip'],
  'networking.k8s.io/networkpolicies': ['netpol'],
  'policy/poddisruptionbudgets': ['pdb'],
  'policy/podsecuritypolicies': ['psp'],
  'scheduling.k8s.io/priorityclasses': ['pc'],
  'storage.k8s.io/storageclasses': ['sc'],
  'storage.k8s.io/volumeattributesclasses': ['vac'],
};

/** Identities and signers: what impersonation and approvals are asked about. */
const virtual: ReadonlySet<string> = new Set([
  '/groups',
  '/users',
  ...['groups', 'nodes', 'serviceaccounts', 'uids', 'userextras', 'users'].map((name) => `authentication.k8s.io/${name}`),
  'certificates.k8s.io/signers',
]);

/** Of those whose list has no end: what there is today. */
const openEnded: Readonly<Record<string, readonly string[]>> = {
  '/nodes': ['checkpoint', 'configz', 'healthz', 'log', 'metrics', 'pods', 'proxy', 'spec', 'stats', 'status'],
  'certificates.k8s.io/certificatesigningrequests': ['approval', 'status'],
  'resource.k8s.io/resourceclaims': ['binding', 'driver', 'status'],
};

/** Made when a command asks about resources: a scan does not. */
let byName: ReadonlyMap<string, NamedResource> | undefined;

function known(): ReadonlyMap<string, NamedResource> {
  return (byName ??= new Map(all().map((resource) => [`${resource.group}/${resource.name}`, resource])));
}

/** Kubernetes' own. */
export function namedResources(): NamedResource[] {
  return [...known().values()];
}

function all(): NamedResource[] {
  const byParent = groupBy(ownResources(), ({ group, resource }) => `${group}/${resource.split('/', 1)[0]}`);
  return [...byParent].map(([key, list]) => {
    const { group, resource, scope } = list[0]!;
    const subresources = list.flatMap((each) => each.resource.split('/').slice(1)).filter((name) => name !== '*');
    return {
      group,
      name: resource,
      singular: singularOf(resource),
      shortNames: shortNames[key] ?? [],
      namespaced: scope === 'other' ? undefined : scope === 'namespaced',
      subresources: openEnded[key] ?? subresources,
      virtual: virtual.has(key),
    };
  });
}

function singularOf(plural: string): string {
  if (plural === 'endpoints') return plural;
  return plural.replace(/ies$|(?<=ss|us)es$|s$/, (end) => (end === 'ies' ? 'y' : ''));
}

/** The resource of this group and plural; undefined for what Kubernetes itself does not have. */
export function namedResource(group: string, name: string): NamedResource | undefined {
  return known().get(`${group}/${name}`);
}
