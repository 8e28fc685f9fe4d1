import { apiGroup, type ResourceRef } from '../core/index.ts';

/** Kinds that live outside namespaces, with their group; of the kinds that rules read or that hold pod templates. */
const clusterScoped: ReadonlyMap<string, string> = new Map([
  ['Namespace', ''],
  ['Node', ''],
  ['PersistentVolume', ''],
  ['APIServer', 'observed.plimsoll'],
  ['MutatingWebhookConfiguration', 'admissionregistration.k8s.io'],
  ['ValidatingAdmissionPolicy', 'admissionregistration.k8s.io'],
  ['ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io'],
  ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io'],
  ['CertificateSigningRequest', 'certificates.k8s.io'],
  ['ClusterRole', 'rbac.authorization.k8s.io'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io'],
  ['StorageVersionMigration', 'storagemigration.k8s.io'],
  ['ConstraintTemplate', 'templates.gatekeeper.sh'],
  ['ClusterWorkflowTemplate', 'argoproj.io'],
  ['ClusterTrainingRuntime', 'trainer.kubeflow.org'],
]);

/** Whether objects of a group configure components: they are in files, and no API serves them. */
export function isOfComponents(group: string): boolean {
  return group.endsWith('.config.k8s.io') || group === 'audit.k8s.io';
}

/** A cluster-scoped object has no namespace, whatever its metadata or the user's `--namespace` say. */
export function isClusterScoped({ kind, apiVersion }: ResourceRef): boolean {
  const group = clusterScoped.get(kind);
  if (group !== undefined && group === apiGroup(apiVersion)) return true;
  // Gatekeeper's users make the kinds of that group.
  return apiVersion.startsWith('constraints.gatekeeper.sh/');
}
