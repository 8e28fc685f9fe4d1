/**
 * Secrets with a token of a service account that never expires. Kubernetes made one for each account up to 1.23, and people
 * still do. Source: k8s.io/kubernetes v1.37, pkg/serviceaccount/legacy.go; KEP 2799.
 */
export const tokenSecretType = 'kubernetes.io/service-account-token';

/** The annotation that names the account; without it the API server refuses such a Secret. */
export const tokenAccount = 'kubernetes.io/service-account.name';

/** A day as `2026-07-01`; the label is written since 1.26, and by all clusters since 1.28. */
export const tokenLastUsed = 'kubernetes.io/legacy-token-last-used';

/**
 * A day; from then on the token is refused until somebody removes the label. Kubernetes writes it on what it made itself and
 * nobody used for a year, since 1.29, and removes the Secret after another year.
 */
export const tokenInvalidSince = 'kubernetes.io/legacy-token-invalid-since';
