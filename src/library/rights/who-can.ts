import type { RightsHolder, RightsRequest, WhoCanReport } from '../../core/index.ts';
import type { Holder } from '../../kube/rbac/index.ts';
import { isNamespaced } from './can.ts';
import type { Rights } from './rights.ts';

/** Everybody who may do something: in one namespace, or everywhere and in each namespace by its own RoleBindings. */
export function whoCan(rights: Rights, request: RightsRequest): WhoCanReport {
  const { rbac, input, objectOf } = rights;
  const everywhere = !('url' in request) && request.namespace === undefined && isNamespaced(rights, request);
  const scope = 'url' in request ? undefined : request.namespace;
  return {
    ...input,
    command: 'who-can',
    request,
    everywhere,
    holders: everywhere ? holdersWhere(rights, request) : rbac.whoCan(request).map((holder) => held(rights, holder, undefined)),
    unknown: rbac.missingRoles.filter(({ namespace }) => namespace === undefined || everywhere || namespace === scope).map(objectOf),
  };
}

/** Those everywhere, and then those of each namespace who do not hold it everywhere. */
export function holdersWhere(rights: Rights, request: Exclude<RightsRequest, { readonly url: string }>): RightsHolder[] {
  const { everywhere, namespaces } = rights.rbac.whoCanWhere(request);
  const all = new Set(everywhere.map(({ subject }) => JSON.stringify(subject)));
  return [
    ...everywhere.map((holder) => held(rights, holder, undefined)),
    ...[...namespaces].flatMap(([namespace, holders]) =>
      holders.filter(({ subject }) => !all.has(JSON.stringify(subject))).map((holder) => held(rights, holder, namespace)),
    ),
  ];
}

export function held({ chainOf }: Rights, { subject, grants }: Holder, namespace: string | undefined): RightsHolder {
  return { subject, ...(namespace === undefined ? {} : { namespace }), chains: grants.map(chainOf) };
}
