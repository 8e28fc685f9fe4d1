import { compareText, groupBy, type RightsRequest, type RightsRule, type RightsSubject } from '../core/index.ts';

/** How far rules are limited to the names that were asked for. */
export type NamesPolicy = 'auto' | 'all' | 'none';

/** Requests counted by what a rule can tell apart; what is kept of them does not grow with the log. */
export interface Observations {
  /** `again`: it is counted when it comes once more. */
  add(request: RightsRequest, again?: boolean): void;
  /** Different requests that are kept. */
  readonly size: number;
  /** Requests that were added. */
  readonly count: number;
  /** Those among them that no rule can permit without permitting everything: somebody asked for a resource called `*`. */
  readonly starred: number;
  needs(): readonly Need[];
}

/** One verb on one resource (or URL) in one namespace. */
export interface Need {
  readonly verb: string;
  /** Undefined for all namespaces, and for what stands outside of them. */
  readonly namespace: string | undefined;
  /** Of objects: the group, and the resource with its subresource. */
  readonly group?: string;
  readonly resource?: string;
  readonly url?: string;
  /** The objects that were asked for; empty for all of them. */
  readonly names: readonly string[];
  /** How often. */
  readonly count: number;
  /** The objects had names, too many to list them. */
  readonly widened: boolean;
  /** Some of the requests had names, which are not kept. */
  readonly unnamed: boolean;
}

/** A role that grants what was observed. */
export interface LeastRole {
  /** Undefined for a ClusterRole. */
  readonly namespace: string | undefined;
  readonly rules: readonly RightsRule[];
}

/** More names of one resource than these are no list that somebody keeps. */
const mostNames = 10;
/** For what gives all power where it is not limited. */
const mostSensitiveNames = 100;
/** Whatever is wanted: a role must fit into an object. */
const mostNamesAtAll = 1000;

/** Whose names are made up by controllers, and tomorrow are others. */
const ephemeral: ReadonlySet<string> = new Set([
  '/pods',
  '/events',
  'events.k8s.io/events',
  'apps/replicasets',
  'apps/controllerrevisions',
  'batch/jobs',
  'certificates.k8s.io/certificatesigningrequests',
  'discovery.k8s.io/endpointslices',
]);

interface Kept {
  readonly need: Omit<Need, 'names' | 'count' | 'widened' | 'unnamed'>;
  /** Undefined once all objects are meant. */
  names: Set<string> | undefined;
  count: number;
  widened: boolean;
  named: boolean;
}

/** Starts to count requests. By `auto` names are kept where they are few and not made up by a controller. */
export function startObserving(policy: NamesPolicy = 'auto'): Observations {
  const kept = new Map<string, Kept>();
  let count = 0;
  let starred = 0;
  return {
    add(request, again = false) {
      if (!again) count++;
      if (isStarred(request)) {
        if (!again) starred++;
        return;
      }
      const need = needOf(request);
      const key = JSON.stringify([need.namespace ?? null, need.group ?? null, need.resource ?? need.url, need.verb]);
      let entry = kept.get(key);
      if (entry === undefined) kept.set(key, (entry = { need, names: new Set(), count: 0, widened: false, named: false }));
      if (!again) entry.count++;
      const name = 'url' in request ? undefined : request.name;
      entry.named ||= name !== undefined;
      const all = name === undefined || policy === 'none' || (policy === 'auto' && isEphemeral(request));
      if (all) {
        entry.names = undefined;
        entry.widened = false;
      } else if (entry.names !== undefined && entry.names.add(name).size > mostOf(need, policy)) {
        entry.names = undefined;
        entry.widened = true;
      }
    },
    get size() {
      return kept.size;
    },
    get count() {
      return count;
    },
    get starred() {
      return starred;
    },
    needs: () =>
      [...kept.values()].map(({ need, names, count: times, widened, named }) => ({
        ...need,
        names: [...(names ?? [])].sort(compareText),
        count: times,
        widened,
        unnamed: named && names === undefined,
      })),
  };
}

function isStarred(request: RightsRequest): boolean {
  if (request.verb === '*') return true;
  return 'url' in request ? request.url.endsWith('*') : request.group === '*' || request.resource === '*';
}

function needOf(request: RightsRequest): Kept['need'] {
  if ('url' in request) return { verb: request.verb, namespace: undefined, url: request.url };
  const { verb, group, resource, subresource, namespace } = request;
  return { verb, namespace, group, resource: subresource === undefined ? resource : `${resource}/${subresource}` };
}

function mostOf({ verb, group, resource }: Kept['need'], policy: NamesPolicy): number {
  if (policy === 'all') return mostNamesAtAll;
  const sensitive = verb.startsWith('impersonate') || (group === '' && (resource === 'secrets' || resource === 'serviceaccounts/token'));
  return sensitive ? mostSensitiveNames : mostNames;
}

function isEphemeral(request: RightsRequest): boolean {
  return !('url' in request) && ephemeral.has(`${request.group}/${request.resource}`);
}

/**
 * The roles that grant what is needed and nothing else: one for each namespace, and a ClusterRole for what is asked outside of
 * them. No entry of a rule can be taken out without denying something that was observed.
 */
export function leastRoles(needs: readonly Need[]): LeastRole[] {
  const everywhere = needs.filter(({ namespace }) => namespace === undefined);
  const granted = groupBy(everywhere, needKey);
  const inNamespaces = needs.flatMap((need): Need[] => {
    if (need.namespace === undefined) return [];
    // Asked in a namespace too, what a ClusterRole grants already.
    const wider = granted.get(needKey(need));
    if (wider === undefined) return [need];
    if (wider.some(({ names }) => names.length === 0)) return [];
    if (need.names.length === 0) return [need];
    const names = need.names.filter((name) => !wider.some((each) => each.names.includes(name)));
    return names.length === 0 ? [] : [{ ...need, names }];
  });
  const scopes = [...groupBy([...everywhere, ...inNamespaces], ({ namespace }) => namespace)];
  return scopes
    .sort(([a], [b]) => Number(a !== undefined) - Number(b !== undefined) || compareText(a ?? '', b ?? ''))
    .map(([namespace, own]) => ({ namespace, rules: rulesOf(own) }));
}

function needKey({ group, resource, url, verb }: Need): string {
  return JSON.stringify([group ?? null, resource ?? url, verb]);
}

/** What of a need makes a rule. */
export type NeededPart = Pick<Need, 'verb' | 'group' | 'resource' | 'url' | 'names'>;

/** As few rules as say exactly this: each is the product of its lists. */
export function rulesOf(needs: readonly NeededPart[]): RightsRule[] {
  const ofResources = needs.filter(({ url }) => url === undefined);
  const byResource = [...groupBy(ofResources, ({ group, resource, names }) => JSON.stringify([group, resource, names])).values()];
  const parts = byResource.map((list) => {
    const { group = '', resource = '', names } = list[0]!;
    return { group, resource, names, verbs: inOrder(list.map(({ verb }) => verb)) };
  });
  // Objects of several resources are hardly the same ones, whatever they are called: a rule with names is about one resource.
  const alike = groupBy(parts, ({ group, resource, names, verbs }) =>
    JSON.stringify([group, verbs, names.length === 0 ? '' : resource, names]),
  );
  const rules = [...alike.values()].map((list): RightsRule => {
    const { group, names, verbs } = list[0]!;
    const resources = list.map(({ resource }) => resource).sort(compareText);
    return { apiGroups: [group], resources, resourceNames: names, verbs, nonResourceURLs: [] };
  });
  const byUrl = [
    ...groupBy(
      needs.filter(({ url }) => url !== undefined),
      ({ url }) => url ?? '',
    ),
  ];
  const urls = groupBy(
    byUrl.map(([url, list]) => ({ url, verbs: inOrder(list.map(({ verb }) => verb)) })),
    ({ verbs }) => JSON.stringify(verbs),
  );
  for (const list of urls.values()) {
    const nonResourceURLs = list.map(({ url }) => url).sort(compareText);
    rules.push({ apiGroups: [], resources: [], resourceNames: [], verbs: list[0]?.verbs ?? [], nonResourceURLs });
  }
  return rules.sort((a, b) => compareText(orderOf(a), orderOf(b)));
}

function orderOf({ apiGroups, resources, resourceNames, verbs, nonResourceURLs }: RightsRule): string {
  const kind = nonResourceURLs.length > 0 ? 1 : 0;
  return [
    kind,
    apiGroups[0] ?? '',
    resources[0] ?? nonResourceURLs[0] ?? '',
    resourceNames.length,
    resourceNames.join(),
    verbs.join(),
  ].join('\0');
}

const verbOrder = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

function inOrder(list: readonly string[]): string[] {
  const place = (verb: string): number => (verbOrder.includes(verb) ? verbOrder.indexOf(verb) : verbOrder.length);
  return [...new Set(list)].sort((a, b) => place(a) - place(b) || compareText(a, b));
}

/** Parts of one rule, each of one verb and one resource or URL, put together again where that says the same. */
export function joinedParts(parts: readonly RightsRule[]): RightsRule[] {
  const alike = groupBy(parts, ({ verbs, apiGroups, resources, nonResourceURLs }) =>
    JSON.stringify([verbs, apiGroups, resources, nonResourceURLs]),
  );
  return rulesOf(
    [...alike.values()].map((list): NeededPart => {
      const { verbs, apiGroups, resources, nonResourceURLs } = list[0]!;
      const [url] = nonResourceURLs;
      const what = url === undefined ? { group: apiGroups[0] ?? '', resource: resources[0] ?? '' } : { url };
      return { verb: verbs[0] ?? '', names: list.flatMap(({ resourceNames }) => resourceNames), ...what };
    }),
  );
}

/** The objects for `kubectl apply`: each role with its binding. */
export function roleObjects(roles: readonly LeastRole[], subject: RightsSubject, name: string): Readonly<Record<string, unknown>>[] {
  const apiVersion = `${rbacGroup}/v1`;
  return roles.flatMap(({ namespace, rules }) => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    return [
      { apiVersion, kind, metadata, rules: rules.map(written) },
      {
        apiVersion,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup: rbacGroup, kind, name },
        subjects: [subjectObject(subject)],
      },
    ];
  });
}

function subjectObject(subject: RightsSubject): Readonly<Record<string, string>> {
  const { kind, name } = subject;
  return subject.kind === 'ServiceAccount' ? { kind, name, namespace: subject.namespace } : { apiGroup: rbacGroup, kind, name };
}

const rbacGroup = 'rbac.authorization.k8s.io';

/** Without empty lists. */
function written(rule: RightsRule): Readonly<Record<string, unknown>> {
  const { apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  return {
    ...(nonResourceURLs.length > 0 ? { nonResourceURLs } : { apiGroups, resources }),
    ...(resourceNames.length > 0 ? { resourceNames } : {}),
    verbs: rule.verbs,
  };
}
