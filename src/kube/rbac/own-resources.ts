import { servedResources } from './served-resources.generated.ts';

/** A resource of one of Kubernetes' own groups, or a subresource: `pods/exec`. */
export interface OwnResource {
  readonly group: string;
  readonly resource: string;
  /** Whether its objects live in namespaces; `other` where that is known of no version that serves it. */
  readonly scope: 'namespaced' | 'cluster' | 'other';
  /** The last minor that serves it. */
  readonly until: number;
}

/** What authorizers are asked about besides, with `+` for what lives in namespaces. `/*` are subresources without a list. */
const virtual: Readonly<Record<string, string>> = {
  // A kubelet asks about what it serves itself.
  // OpenShift asks about addresses of Endpoints outside its own ranges, and Kubernetes' own roles have that too.
  '': 'users groups nodes/* +endpoints/restricted',
  'authentication.k8s.io': 'users groups +serviceaccounts nodes uids userextras/*',
  'certificates.k8s.io': 'signers certificatesigningrequests/nodeclient/selfnodeclient',
  'resource.k8s.io': '+resourceclaims/binding/driver',
};

/** What older versions served, each with the last minor. */
const removed: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  apps: { 'deployments/rollback': 15 },
  extensions: {
    ...servedUntil(21, 'ingresses ingresses/status'),
    ...servedUntil(15, 'daemonsets daemonsets/status deployments deployments/rollback deployments/scale deployments/status'),
    ...servedUntil(15, 'networkpolicies podsecuritypolicies replicasets replicasets/scale replicasets/status'),
    ...servedUntil(15, 'replicationcontrollers replicationcontrollers/scale'),
  },
  'networking.k8s.io': { clustercidrs: 28, 'networkpolicies/status': 27 },
  policy: { podsecuritypolicies: 24 },
  'resource.k8s.io': {
    ...servedUntil(26, 'podschedulings podschedulings/status'),
    ...servedUntil(30, 'resourceclaimparameters resourceclasses resourceclassparameters'),
    ...servedUntil(31, 'podschedulingcontexts podschedulingcontexts/status'),
  },
};

function servedUntil(minor: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name) => [name, minor]));
}

const groups: ReadonlyMap<string, ReadonlyMap<string, OwnResource>> = new Map(
  [...new Set([servedResources, virtual, removed].flatMap(Object.keys))].map((group) => [group, resourcesOf(group)]),
);

function resourcesOf(group: string): Map<string, OwnResource> {
  const known = new Map<string, OwnResource>();
  for (const text of [servedResources[group], virtual[group]].flatMap((list) => list?.split(' ') ?? [])) {
    const [name = '', ...subresources] = text.split('/');
    const parent = name.replace('+', '');
    const scope = parent === name ? 'cluster' : 'namespaced';
    for (const resource of [parent, ...subresources.map((subresource) => `${parent}/${subresource}`)])
      known.set(resource, { group, resource, scope, until: Infinity });
  }
  for (const [resource, until] of Object.entries(removed[group] ?? {})) known.set(resource, { group, resource, scope: 'other', until });
  return known;
}

/** All of them, whatever version serves them. */
export function ownResources(): OwnResource[] {
  return [...groups.values()].flatMap((resources) => [...resources.values()]);
}

export function isOwnGroup(group: string): boolean {
  return groups.has(group);
}

/**
 * What Kubernetes knows by this name: `pods`, `pods/exec`. A subresource `finalizers` is asked about for every resource, by
 * the admission plugin OwnerReferencesPermissionEnforcement.
 */
export function ownResource(group: string, resource: string): OwnResource | undefined {
  const resources = groups.get(group);
  const [parent = '', ...subresource] = resource.split('/', 3);
  const found = resources?.get(resource);
  if (found !== undefined || subresource.length === 0) return found;
  return subresource[0] === 'finalizers' ? resources?.get(parent) : resources?.get(`${parent}/*`);
}
