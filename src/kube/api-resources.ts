// What permissions can be about: the resources that Kubernetes serves, beta and alpha APIs included, as the discovery of an API server of 1.37
// lists them (test/cluster/api-resources.test.ts compares), those that older servers had, and those that no server serves
// and the authorizer is asked about all the same.

/** A resource that rules can name. */
export interface ApiResource {
  readonly group: string;
  /** In the plural, as URLs and rules have it. */
  readonly name: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
  /** Nobody can send requests to it: the API server itself asks whether somebody may use it. */
  readonly virtual?: true;
}

/** By group: kind, plural, short names; `*` where it stands outside of namespaces; subresources behind `/`. */
const served: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding bindings',
    'ComponentStatus componentstatuses cs *',
    'ConfigMap configmaps cm',
    'Endpoints endpoints ep',
    'Event events ev',
    'LimitRange limitranges limits',
    'Namespace namespaces ns * / finalize status',
    'Node nodes no * / proxy status',
    'PersistentVolumeClaim persistentvolumeclaims pvc / status',
    'PersistentVolume persistentvolumes pv * / status',
    'Pod pods po / attach binding ephemeralcontainers eviction exec log portforward proxy resize status',
    'PodTemplate podtemplates',
    'ReplicationController replicationcontrollers rc / scale status',
    'ResourceQuota resourcequotas quota / status',
    'Secret secrets',
    'ServiceAccount serviceaccounts sa / token',
    'Service services svc / proxy status',
  ],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy mutatingadmissionpolicies *',
    'MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings *',
    'MutatingWebhookConfiguration mutatingwebhookconfigurations *',
    'ValidatingAdmissionPolicy validatingadmissionpolicies * / status',
    'ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings *',
    'ValidatingWebhookConfiguration validatingwebhookconfigurations *',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition customresourcedefinitions crd crds * / status'],
  'apiregistration.k8s.io': ['APIService apiservices * / status'],
  apps: [
    'ControllerRevision controllerrevisions',
    'DaemonSet daemonsets ds / status',
    'Deployment deployments deploy / scale status',
    'ReplicaSet replicasets rs / scale status',
    'StatefulSet statefulsets sts / scale status',
  ],
  'authentication.k8s.io': ['SelfSubjectReview selfsubjectreviews *', 'TokenReview tokenreviews *'],
  'authorization.k8s.io': [
    'LocalSubjectAccessReview localsubjectaccessreviews',
    'SelfSubjectAccessReview selfsubjectaccessreviews *',
    'SelfSubjectRulesReview selfsubjectrulesreviews *',
    'SubjectAccessReview subjectaccessreviews *',
  ],
  autoscaling: ['HorizontalPodAutoscaler horizontalpodautoscalers hpa / status'],
  batch: ['CronJob cronjobs cj / status', 'Job jobs / status'],
  'certificates.k8s.io': [
    'CertificateSigningRequest certificatesigningrequests csr * / approval status',
    'ClusterTrustBundle clustertrustbundles *',
    'PodCertificateRequest podcertificaterequests / status',
  ],
  'coordination.k8s.io': ['LeaseCandidate leasecandidates', 'Lease leases'],
  'discovery.k8s.io': ['EndpointSlice endpointslices'],
  'events.k8s.io': ['Event events ev'],
  'flowcontrol.apiserver.k8s.io': [
    'FlowSchema flowschemas * / status',
    'PriorityLevelConfiguration prioritylevelconfigurations * / status',
  ],
  'internal.apiserver.k8s.io': ['StorageVersion storageversions * / status'],
  'networking.k8s.io': [
    'IngressClass ingressclasses *',
    'Ingress ingresses ing / status',
    'IPAddress ipaddresses ip *',
    'NetworkPolicy networkpolicies netpol',
    'ServiceCIDR servicecidrs * / status',
  ],
  'node.k8s.io': ['RuntimeClass runtimeclasses *'],
  policy: ['PodDisruptionBudget poddisruptionbudgets pdb / status'],
  'rbac.authorization.k8s.io': [
    'ClusterRoleBinding clusterrolebindings *',
    'ClusterRole clusterroles *',
    'RoleBinding rolebindings',
    'Role roles',
  ],
  'resource.k8s.io': [
    'DeviceClass deviceclasses *',
    'DeviceTaintRule devicetaintrules * / status',
    'ResourceClaim resourceclaims / status',
    'ResourceClaimTemplate resourceclaimtemplates',
    'ResourcePoolStatusRequest resourcepoolstatusrequests * / status',
    'ResourceSlice resourceslices *',
  ],
  'scheduling.k8s.io': ['PriorityClass priorityclasses pc *'],
  'storage.k8s.io': [
    'CSIDriver csidrivers *',
    'CSINode csinodes * / status',
    'CSIStorageCapacity csistoragecapacities',
    'StorageClass storageclasses sc *',
    'VolumeAttachment volumeattachments * / status',
    'VolumeAttributesClass volumeattributesclasses vac *',
  ],
  'storagemigration.k8s.io': ['StorageVersionMigration storageversionmigrations * / status'],
};

/** Served until 1.21 or 1.24, and still in the rules of many charts. */
const removed: Readonly<Record<string, readonly string[]>> = {
  extensions: [
    'DaemonSet daemonsets ds / status',
    'Deployment deployments deploy / rollback scale status',
    'Ingress ingresses ing / status',
    'NetworkPolicy networkpolicies netpol',
    'PodSecurityPolicy podsecuritypolicies psp *',
    'ReplicaSet replicasets rs / scale status',
  ],
  policy: ['PodSecurityPolicy podsecuritypolicies psp *'],
};

const virtual: Readonly<Record<string, readonly string[]>> = {
  // Impersonation by Kubernetes 1.3 and later; serviceaccounts are served.
  '': ['User users *', 'Group groups *'],
  // Extras and UIDs; users, groups, nodes and accounts with the constrained impersonation of 1.36.
  'authentication.k8s.io': [
    'Group groups *',
    'Node nodes *',
    'ServiceAccount serviceaccounts',
    'UID uids *',
    'User users *',
    'UserExtra userextras *',
  ],
  'certificates.k8s.io': ['Signer signers *'],
};

/** What the kubelet asks of whoever calls it, as subresources of its node. */
const ofKubelets: readonly string[] = ['checkpoint', 'configz', 'healthz', 'log', 'metrics', 'pods', 'spec', 'stats'];

export const apiResources: readonly ApiResource[] = [...parsed(served), ...parsed(removed), ...parsed(virtual, true)];

function parsed(table: Readonly<Record<string, readonly string[]>>, isVirtual = false): ApiResource[] {
  return Object.entries(table).flatMap(([group, lines]) =>
    lines.map((line): ApiResource => {
      const [names = '', subresources = ''] = line.split(' / ');
      const [kind = '', name = '', ...rest] = names.split(' ');
      return {
        group,
        name,
        kind,
        shortNames: rest.filter((word) => word !== '*'),
        namespaced: !rest.includes('*'),
        subresources: [...subresources.split(' ').filter((word) => word !== ''), ...(name === 'nodes' && !isVirtual ? ofKubelets : [])],
        ...(isVirtual ? { virtual: true as const } : {}),
      };
    }),
  );
}

const byName: ReadonlyMap<string, ApiResource> = new Map(apiResources.map((resource) => [`${resource.group}/${resource.name}`, resource]));

/** The resource of this group and plural; undefined for what Kubernetes itself does not have. */
export function apiResource(group: string, name: string): ApiResource | undefined {
  return byName.get(`${group}/${name}`);
}

const groups: ReadonlySet<string> = new Set(apiResources.map(({ group }) => group));

/** Whether all resources of the group are Kubernetes' own: what `apiResource` does not find in it is nothing. */
export function isOwnGroup(group: string): boolean {
  return groups.has(group);
}
