/** Whom the API server takes a request for that shows no credentials: it is both (k8s.io/apiserver, user.Anonymous). */
const anonymous: ReadonlySet<string> = new Set(['User system:anonymous', 'Group system:unauthenticated']);

export function isAnonymous({ kind = '', name = '' }: { readonly kind?: string; readonly name?: string }): boolean {
  return anonymous.has(`${kind} ${name}`);
}

/**
 * What Kubernetes gives to everybody by itself: the version and the health of the server, and with kubeadm where a new node
 * finds the cluster, in the namespace kube-public.
 */
export function isPublic(roleRef: { readonly kind?: string; readonly name?: string }, namespace: string | undefined): boolean {
  if (roleRef.kind === 'ClusterRole') return roleRef.name === 'system:public-info-viewer';
  return namespace === 'kube-public' && roleRef.name === 'kubeadm:bootstrap-signer-clusterinfo';
}
