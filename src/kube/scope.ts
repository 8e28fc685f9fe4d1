import { apiGroup, type ResourceRef } from '../core/index.ts';

/** Kinds that live outside namespaces, by group; of the kinds that rules read or that hold pod templates. */
const clusterScoped: ReadonlySet<string> = new Set([
  '/Namespace',
  '/Node',
  '/PersistentVolume',
  'observed.plimsoll/APIServer',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'certificates.k8s.io/CertificateSigningRequest',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'storagemigration.k8s.io/StorageVersionMigration',
  'templates.gatekeeper.sh/ConstraintTemplate',
  'constraints.gatekeeper.sh/*',
  'argoproj.io/ClusterWorkflowTemplate',
  'trainer.kubeflow.org/ClusterTrainingRuntime',
]);

/** Whether objects of a group configure components: they are in files, and no API serves them. */
export function isOfComponents(group: string): boolean {
  return group.endsWith('.config.k8s.io') || group === 'audit.k8s.io';
}

/** A cluster-scoped object has no namespace, whatever its metadata or the user's `--namespace` say. */
export function isClusterScoped(ref: ResourceRef): boolean {
  const group = apiGroup(ref.apiVersion);
  return clusterScoped.has(`${group}/${ref.kind}`) || clusterScoped.has(`${group}/*`);
}
