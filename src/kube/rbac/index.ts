/** Who may do what: RBAC as Kubernetes evaluates it, on the roles and bindings of manifests, a cluster or a snapshot. */
export * from './build.ts';
export * from './covers.ts';
export * from './escalation.ts';
export * from './facts.ts';
export * from './question.ts';
export * from './resource-names.ts';
export * from './served-resources.ts';
export * from './subject.ts';
