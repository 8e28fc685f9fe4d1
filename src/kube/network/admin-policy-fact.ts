import { apiGroup, type AnchorOf, type Resource } from '../../core/index.ts';
import type { Protocol } from '../../core/reach.ts';
import { parseBlock } from '../ip-block.ts';
import { labelMatcher } from '../label-selector.ts';
import { isObject, readShape, structShape } from '../shape-reader.ts';
import type { LabelSelector } from '../types.ts';
import type { AdminAction, AdminPeer, AdminPolicyFact, AdminPort, AdminRule, PodsPeer } from './facts.ts';
import { policyPlaces } from './policy-places.ts';
import { integerOf, listOf, protocolOf, recordOf, textOf } from '../untyped.ts';

type Value = Readonly<Record<string, unknown>>;

/** What the kinds of policy.networking.k8s.io differ in. */
interface AdminKind {
  readonly tier: (spec: Value) => unknown;
  readonly priority: (spec: Value) => unknown;
  readonly actions: Readonly<Record<string, AdminAction>>;
  readonly ports: 'ports' | 'protocols';
  /** Of rules, and of peers in one. */
  readonly most: number;
}

/**
 * Source: sigs.k8s.io/network-policy-api, apis v1alpha1 (AdminNetworkPolicy, BaselineAdminNetworkPolicy), v1alpha2 and
 * v1beta1 (ClusterNetworkPolicy).
 */
const kinds: ReadonlyMap<string, AdminKind> = new Map<string, AdminKind>([
  [
    'AdminNetworkPolicy',
    {
      tier: () => 'Admin',
      priority: ({ priority }) => priority,
      actions: { Allow: 'Accept', Deny: 'Deny', Pass: 'Pass' },
      ports: 'ports',
      most: 100,
    },
  ],
  [
    'BaselineAdminNetworkPolicy',
    { tier: () => 'Baseline', priority: () => 0, actions: { Allow: 'Accept', Deny: 'Deny' }, ports: 'ports', most: 100 },
  ],
  [
    'ClusterNetworkPolicy',
    {
      tier: ({ tier }) => tier,
      priority: ({ priority }) => priority,
      actions: { Accept: 'Accept', Deny: 'Deny', Pass: 'Pass' },
      ports: 'protocols',
      most: 25,
    },
  ],
]);

/** Undefined for other kinds. What the schema of the kind refuses has `refused`: the API server would not take it. */
export function adminPolicyFact({ ref, object }: Resource, anchor: AnchorOf): AdminPolicyFact | undefined {
  const kind = apiGroup(ref.apiVersion) === 'policy.networking.k8s.io' ? kinds.get(ref.kind) : undefined;
  if (kind === undefined) return undefined;
  const spec = recordOf(object['spec']);
  const tier = kind.tier(spec);
  const priority = integerOf(kind.priority(spec)) ?? -1;
  const subject = podsPeer(spec['subject']);
  const ingress = listOf(spec['ingress']).map((rule) => adminRule(kind, rule, 'from'));
  const egress = listOf(spec['egress']).map((rule) => adminRule(kind, rule, 'to'));
  const rules = [...ingress, ...egress];
  const refused = ((): string | undefined => {
    if (tier !== 'Admin' && tier !== 'Baseline') return 'its tier is neither Admin nor Baseline';
    if (priority < 0 || priority > 1000) return 'its priority is not from 0 to 1000';
    if (subject === undefined) return 'its subject is neither namespaces nor pods';
    if (ref.kind === 'BaselineAdminNetworkPolicy' && ref.name !== 'default') return 'only one named default is taken';
    if (ingress.length > kind.most || egress.length > kind.most) return `it has more than ${kind.most} rules`;
    if (rules.some((rule) => rule === undefined)) return 'a rule has an action that the kind lacks';
    return rules.some((rule) => (rule?.peers.length ?? 0) > kind.most) ? `a rule has more than ${kind.most} peers` : undefined;
  })();
  return {
    type: 'admin-policy',
    kind: ref.kind,
    name: ref.name,
    tier: tier === 'Baseline' ? 'Baseline' : 'Admin',
    priority,
    subject: subject ?? { type: 'pods', namespaceSelector: {} },
    ingress: ingress.flatMap((rule) => rule ?? []),
    egress: egress.flatMap((rule) => rule ?? []),
    ...(refused === undefined ? {} : { refused }),
    at: anchor(['metadata', 'name']),
    places: policyPlaces(anchor, spec, kind.ports),
  };
}

function adminRule(kind: AdminKind, value: unknown, side: 'from' | 'to'): AdminRule | undefined {
  const rule = recordOf(value);
  const said = textOf(rule['action']) ?? '';
  const action = Object.hasOwn(kind.actions, said) ? kind.actions[said] : undefined;
  if (action === undefined) return undefined;
  const peers = listOf(rule[side]).map((peer) => podsPeer(peer) ?? (side === 'to' ? outerPeer(peer, action) : undefined));
  const entries = listOf(rule[kind.ports]).map(kind.ports === 'ports' ? adminPort : protocolPort);
  const known = peers.flatMap((peer) => peer ?? []);
  const ports = entries.flatMap((port) => port ?? []);
  return {
    action,
    closed: known.length < peers.length || known.length === 0 || ports.length < entries.length,
    peers: known,
    ...(entries.length === 0 ? {} : { ports }),
  };
}

/** A subject, or a peer of either direction. Anything else than one known field is a field of another version. */
function podsPeer(value: unknown): PodsPeer | undefined {
  const [only, ...others] = entriesOf(value);
  if (only === undefined || others.length > 0) return undefined;
  const [key, content] = only;
  if (key === 'namespaces') {
    const namespaceSelector = selectorOf(content);
    return namespaceSelector === undefined ? undefined : { type: 'pods', namespaceSelector };
  }
  if (key !== 'pods') return undefined;
  const namespaceSelector = selectorOf(recordOf(content)['namespaceSelector'] ?? {});
  const podSelector = selectorOf(recordOf(content)['podSelector'] ?? {});
  return namespaceSelector === undefined || podSelector === undefined ? undefined : { type: 'pods', namespaceSelector, podSelector };
}

function outerPeer(value: unknown, action: AdminAction): AdminPeer | undefined {
  const [only, ...others] = entriesOf(value);
  if (only === undefined || others.length > 0) return undefined;
  const [key, content] = only;
  const texts = listOf(content).flatMap((item) => textOf(item) ?? []);
  switch (key) {
    case 'nodes': {
      const selector = selectorOf(content);
      return selector === undefined ? undefined : { type: 'nodes', selector };
    }
    case 'networks':
      return texts.length > 0 && texts.every((cidr) => parseBlock(cidr) !== undefined) ? { type: 'networks', cidrs: texts } : undefined;
    case 'domainNames':
      return texts.length > 0 && action === 'Accept' ? { type: 'domain-names', names: texts } : undefined;
    default:
      return undefined;
  }
}

function adminPort(value: unknown): AdminPort | undefined {
  const [only, ...others] = entriesOf(value);
  if (only === undefined || others.length > 0) return undefined;
  const [key, content] = only;
  const { protocol, port, start, end } = recordOf(content);
  if (key === 'namedPort') return namedPort(content);
  if (key === 'portNumber') return portRange(protocolOf(protocol), port, port);
  return key === 'portRange' ? portRange(protocolOf(protocol), start, end) : undefined;
}

function protocolPort(value: unknown): AdminPort | undefined {
  const [only, ...others] = entriesOf(value);
  if (only === undefined || others.length > 0) return undefined;
  const [key, content] = only;
  if (key === 'destinationNamedPort') return namedPort(content);
  const protocol = protocolOf(key.toUpperCase());
  const [field, ...more] = entriesOf(content);
  if (protocol === undefined || field === undefined || field[0] !== 'destinationPort' || more.length > 0) return undefined;
  const { number, range } = recordOf(field[1]);
  return range === undefined ? portRange(protocol, number, number) : portRange(protocol, recordOf(range)['start'], recordOf(range)['end']);
}

function namedPort(content: unknown): AdminPort | undefined {
  const name = textOf(content);
  return name === undefined ? undefined : { name };
}

function portRange(protocol: Protocol | undefined, start: unknown, end: unknown): AdminPort | undefined {
  const [first, last] = [integerOf(start) ?? 0, integerOf(end) ?? 0];
  return protocol === undefined || first < 1 || last < first || last > 65535 ? undefined : { protocol, first, last };
}

/** Of an object, without what is null. */
function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value).filter(([, content]) => content !== null && content !== undefined) : [];
}

const selectorShape = structShape('LabelSelector');

/** Undefined for what is no selector, or one that the API server refuses. */
export function selectorOf(value: unknown): LabelSelector | undefined {
  if (!isObject(value)) return undefined;
  const read = readShape(value, selectorShape, []);
  if ('expectation' in read) return undefined;
  const selector = read.value as LabelSelector;
  return typeof labelMatcher(selector) === 'function' ? selector : undefined;
}
