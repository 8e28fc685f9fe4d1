import type { LocalSubject, LocalSubjectKind, Resource } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind } from '../kube/api-server.ts';
import { isObject } from '../kube/shape-reader.ts';
import { tokenAccount, tokenInvalidSince, tokenLastUsed, tokenSecretType } from '../kube/token-secrets.ts';

/** A Secret that holds a token of a service account, or looks like it; or the cluster that issues other tokens. */
export type TokenSecretSubject =
  | { readonly type: 'cluster' }
  /** Of another type, with the keys of a token. */
  | { readonly type: 'look-alike'; readonly name: string }
  | {
      readonly type: 'token';
      readonly name: string;
      readonly account: string;
      /** Days, as labels say them: `2026-07-01`. */
      readonly lastUsed?: string;
      readonly invalidSince?: string;
    };

/** One for each Secret with a token, and one for the cluster itself. Paths of controls are relative to the object. */
export const tokenSecrets: LocalSubjectKind<TokenSecretSubject> = {
  scope: 'local',
  name: 'Secret with a token',
  reads: { podTemplates: false, kinds: ['Secret', observedApiServerKind] },
  example: 'objects',
  subjects(resource) {
    if (isObservedApiServer(resource.ref)) return [{ subject: { type: 'cluster' }, path: [] }];
    if (resource.ref.kind !== 'Secret' || resource.ref.apiVersion !== 'v1') return [];
    return secretsOf(resource);
  },
};

function secretsOf({ ref: { name }, metadata: { labels = {}, annotations = {} }, object }: Resource): LocalSubject<TokenSecretSubject>[] {
  if (object['type'] === tokenSecretType) {
    const [account = '', lastUsed, invalidSince] = [annotations[tokenAccount], day(labels[tokenLastUsed]), day(labels[tokenInvalidSince])];
    const days = { ...(lastUsed === undefined ? {} : { lastUsed }), ...(invalidSince === undefined ? {} : { invalidSince }) };
    return [{ subject: { type: 'token', name, account, ...days }, path: [] }];
  }
  const keys = new Set([object['data'], object['stringData']].flatMap((values) => (isObject(values) ? Object.keys(values) : [])));
  return keys.has('token') && keys.has('ca.crt') ? [{ subject: { type: 'look-alike', name }, path: [] }] : [];
}

/** Anybody who may write the Secret may write anything there. */
function day(label: string | undefined): string | undefined {
  return label !== undefined && /^\d{4}-\d\d-\d\d$/.test(label) ? label : undefined;
}
