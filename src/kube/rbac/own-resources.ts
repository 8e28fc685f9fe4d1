interface GroupResources {
  /** Objects that live in namespaces. */
  readonly namespaced?: string;
  readonly cluster?: string;
  /** Served in older versions only, each with the last minor: `podsecuritypolicies:24`. */
  readonly removed?: string;
}

/**
 * The resources of Kubernetes' own API groups, all versions of their groups and all feature gates on, as the API server of
 * v1.37 lists them (test/cluster/own-resources.test.ts compares), and what authorizers are asked about besides without there
 * being an object: identities to impersonate, signers, what a kubelet serves. `/*` are subresources without a list.
 */
const groups: Readonly<Record<string, GroupResources>> = {
  '': {
    namespaced:
      'bindings configmaps endpoints events limitranges persistentvolumeclaims persistentvolumeclaims/status pods pods/attach pods/binding pods/ephemeralcontainers pods/eviction pods/exec pods/log pods/portforward pods/proxy pods/resize pods/status podtemplates replicationcontrollers replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status secrets serviceaccounts serviceaccounts/token services services/proxy services/status',
    cluster:
      'componentstatuses groups namespaces namespaces/finalize namespaces/status nodes nodes/* persistentvolumes persistentvolumes/status users',
  },
  'admissionregistration.k8s.io': {
    cluster:
      'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicies/status validatingadmissionpolicybindings validatingwebhookconfigurations',
  },
  'apiextensions.k8s.io': { cluster: 'customresourcedefinitions customresourcedefinitions/status' },
  'apiregistration.k8s.io': { cluster: 'apiservices apiservices/status' },
  apps: {
    namespaced:
      'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  },
  'authentication.k8s.io': {
    namespaced: 'serviceaccounts',
    cluster: 'groups nodes selfsubjectreviews tokenreviews uids userextras userextras/* users',
  },
  'authorization.k8s.io': {
    namespaced: 'localsubjectaccessreviews',
    cluster: 'selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews',
  },
  autoscaling: { namespaced: 'horizontalpodautoscalers horizontalpodautoscalers/status' },
  batch: { namespaced: 'cronjobs cronjobs/status jobs jobs/status' },
  'certificates.k8s.io': {
    namespaced: 'podcertificaterequests podcertificaterequests/status',
    cluster: 'certificatesigningrequests certificatesigningrequests/* clustertrustbundles signers',
  },
  'coordination.k8s.io': { namespaced: 'leasecandidates leases' },
  'discovery.k8s.io': { namespaced: 'endpointslices' },
  'events.k8s.io': { namespaced: 'events' },
  extensions: { removed: 'ingresses:21 ingresses/status:21' },
  'flowcontrol.apiserver.k8s.io': {
    cluster: 'flowschemas flowschemas/status prioritylevelconfigurations prioritylevelconfigurations/status',
  },
  'internal.apiserver.k8s.io': { cluster: 'storageversions storageversions/status' },
  'lifecycle.k8s.io': { namespaced: 'evictionrequests evictionrequests/status evictions evictions/status' },
  'networking.k8s.io': {
    namespaced: 'ingresses ingresses/status networkpolicies',
    cluster: 'ingressclasses ipaddresses servicecidrs servicecidrs/status',
    removed: 'clustercidrs:28 networkpolicies/status:27',
  },
  'node.k8s.io': { cluster: 'runtimeclasses' },
  policy: { namespaced: 'poddisruptionbudgets poddisruptionbudgets/status', removed: 'podsecuritypolicies:24' },
  'rbac.authorization.k8s.io': { namespaced: 'rolebindings roles', cluster: 'clusterrolebindings clusterroles' },
  'resource.k8s.io': {
    namespaced: 'resourceclaims resourceclaims/* resourceclaimtemplates',
    cluster:
      'deviceclasses devicetaintrules devicetaintrules/status resourcepoolstatusrequests resourcepoolstatusrequests/status resourceslices',
    removed:
      'podschedulings:26 podschedulings/status:26 podschedulingcontexts:31 podschedulingcontexts/status:31 resourceclaimparameters:30 resourceclasses:30 resourceclassparameters:30',
  },
  'scheduling.k8s.io': {
    namespaced: 'compositepodgroups compositepodgroups/status podgroups podgroups/status workloads',
    cluster: 'priorityclasses',
  },
  'storage.k8s.io': {
    namespaced: 'csistoragecapacities',
    cluster: 'csidrivers csinodes csinodes/status storageclasses volumeattachments volumeattachments/status volumeattributesclasses',
  },
  'storagemigration.k8s.io': { cluster: 'storageversionmigrations storageversionmigrations/status' },
};

/** `other` says nothing: the group is not one of Kubernetes' own, or both kinds may be meant. */
export type Scope = 'namespaced' | 'cluster' | 'other';

interface Known {
  readonly scope: Scope;
  /** The last minor that serves it. */
  readonly until: number;
}

const unfolded = new Map<string, ReadonlyMap<string, Known>>();

function resourcesOf(group: string): ReadonlyMap<string, Known> | undefined {
  if (!Object.hasOwn(groups, group)) return undefined;
  const before = unfolded.get(group);
  if (before !== undefined) return before;
  const { namespaced = '', cluster = '', removed = '' } = groups[group]!;
  const known = new Map<string, Known>();
  const words = (text: string): string[] => text.split(' ').filter(Boolean);
  for (const name of words(namespaced)) known.set(name, { scope: 'namespaced', until: Infinity });
  for (const name of words(cluster)) known.set(name, { scope: 'cluster', until: Infinity });
  for (const text of words(removed)) {
    const [name = '', last] = text.split(':');
    known.set(name, { scope: 'other', until: Number(last) });
  }
  unfolded.set(group, known);
  return known;
}

/**
 * Where the objects of a resource (`pods`, `pods/exec`) of a group live; undefined for what no API server of this minor or a
 * later one that is known serves, `other` for groups that are not Kubernetes' own. A subresource `finalizers` is asked about
 * for every resource, by the admission plugin OwnerReferencesPermissionEnforcement.
 */
export function scopeOf(group: string, resource: string, minor: number): Scope | undefined {
  const resources = resourcesOf(group);
  if (resources === undefined) return 'other';
  const slash = resource.indexOf('/');
  const parent = slash === -1 ? resource : resource.slice(0, slash);
  const found =
    resources.get(resource) ??
    (resource === `${parent}/finalizers` ? resources.get(parent) : slash === -1 ? undefined : resources.get(`${parent}/*`));
  return found === undefined || found.until < minor ? undefined : found.scope;
}
