/** Whom the API server takes a request for that shows no credentials: it is both (k8s.io/apiserver, user.Anonymous). */
const anonymous: ReadonlySet<string> = new Set(['User system:anonymous', 'Group system:unauthenticated']);

export function isAnonymous({ kind = '', name = '' }: { readonly kind?: string; readonly name?: string }): boolean {
  return anonymous.has(`${kind} ${name}`);
}
