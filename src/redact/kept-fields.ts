/** The parts of `metadata` that rules and the reading of a cluster need. */
export const keptMetadata: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'labels',
  'annotations',
  'ownerReferences',
  'creationTimestamp',
  'deletionTimestamp',
]);

/** The parts of an owner reference that lead to the owner. */
export const keptOfOwners: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'name', 'uid', 'controller']);

/** The parts of `status` that rules and the reading of a cluster need, by kind; of others nothing is kept. */
export const keptStatus: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod', ['phase']],
  ['Node', ['conditions', 'addresses', 'nodeInfo']],
  ['CertificateSigningRequest.certificates.k8s.io', ['conditions', 'certificate']],
  ['APIService.apiregistration.k8s.io', ['conditions']],
]);

/** Annotations by which something is configured, by the end of their domain. The values of all others are for people and for tools. */
const configuring = /(?:^|\.)(?:kubernetes\.io|k8s\.io|istio\.io|linkerd\.io|cilium\.io|projectcalico\.org|openshift\.io)\//;
/** They hold copies of objects and pieces of configuration files. */
const copying = /^kubectl\.kubernetes\.io\/|(?:^|\.)ingress\.kubernetes\.io\//;
const longestAnnotation = 512;

/** Whether the value of an annotation is kept, as long as there is no credential in it. */
export function keepsAnnotation(name: string, value: string): boolean {
  return value.length <= longestAnnotation && configuring.test(name) && !copying.test(name);
}
