import type { Anchor } from '../../core/index.ts';
import { labelMatcher, type Labels } from '../label-selector.ts';
import { labelsOfControllers } from '../pod-outline.ts';
import type { LabelSelector } from '../types.ts';
import type { Whereabouts } from './address-plan.ts';
import { namespaceNameLabel, type DeclaredPort, type NamespaceFact, type PodFact, type WorkloadFact } from './facts.ts';
import type { Peer, PortName } from './rules.ts';

export const no = 0;
export const maybe = 1;
export const yes = 2;

/** Whether something holds: not, perhaps, certainly. */
export type Truth = typeof no | typeof maybe | typeof yes;

export interface NamespaceWorld {
  readonly name: string;
  readonly labels: Labels;
  /** Whether its labels were read; if not, only that with its name is known. */
  readonly read: boolean;
  readonly classes: PodClass[];
}

/** Pods that no policy can tell apart. */
export interface PodClass {
  readonly number: number;
  readonly namespace: NamespaceWorld;
  /** Those that any selector asks for. */
  readonly labels: Labels;
  readonly hostNetwork: boolean;
  readonly everyNode: boolean;
  /** Undefined where the address is not known. */
  readonly whereabouts: Whereabouts | undefined;
  /** The ports whose names any rule uses. */
  readonly named: readonly DeclaredPort[];
  /** The same number where these are the same. */
  readonly namedAlike: number;
}

/** A workload with the classes of its pods: more than one where its templates differ, or where two files have it. */
export interface WorkloadWorld {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly pods: readonly PodFact[];
  readonly classes: readonly PodClass[];
  /** Whether two pods of it can be there at a time. */
  readonly many: boolean;
  readonly at: Anchor;
}

export interface Classes {
  readonly namespaces: ReadonlyMap<string, NamespaceWorld>;
  readonly classes: readonly PodClass[];
  readonly workloads: readonly WorkloadWorld[];
}

/** What policies ask of pods, which is all that classes are made of. */
export interface Asked {
  readonly labels: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
}

export function askedKeys(selectors: Iterable<LabelSelector>): Set<string> {
  const keys = new Set<string>();
  for (const { matchLabels = {}, matchExpressions = [] } of selectors) {
    for (const key of Object.keys(matchLabels)) keys.add(key);
    for (const { key } of matchExpressions) if (key !== undefined) keys.add(key);
  }
  return keys;
}

export function buildClasses(
  workloadFacts: readonly WorkloadFact[],
  namespaceFacts: readonly NamespaceFact[],
  otherNamespaces: Iterable<string>,
  asked: Asked,
  whereaboutsOf: (addresses: readonly string[]) => Whereabouts,
): Classes {
  const namespaces = new Map<string, NamespaceWorld>();
  for (const { name, labels } of namespaceFacts) namespaces.set(name, { name, labels, read: true, classes: [] });
  const namespaceOf = (name: string): NamespaceWorld => {
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    const made: NamespaceWorld = { name, labels: { [namespaceNameLabel]: name }, read: false, classes: [] };
    namespaces.set(name, made);
    return made;
  };
  for (const name of otherNamespaces) namespaceOf(name);

  const classes: PodClass[] = [];
  const byKey = new Map<string, PodClass>();
  const byPorts = new Map<string, number>();
  const askedLabels = [...asked.labels];
  const classOf = (namespace: NamespaceWorld, pod: PodFact): PodClass => {
    const labels: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const key of askedLabels) if (Object.hasOwn(pod.labels, key)) labels[key] = pod.labels[key]!;
    const named = pod.ports.filter(({ name }) => name !== undefined && asked.ports.has(name));
    const whereabouts = pod.addresses.length === 0 ? undefined : whereaboutsOf(pod.addresses);
    const { hostNetwork, everyNode } = pod;
    const ports = named.map(({ name, protocol, port }) => `${name}/${protocol}/${port}`).sort();
    const portsKey = ports.join();
    const namedAlike = byPorts.get(portsKey) ?? byPorts.size;
    byPorts.set(portsKey, namedAlike);
    const key = JSON.stringify([namespace.name, labels, namedAlike, whereabouts, hostNetwork, everyNode && hostNetwork]);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const made: PodClass = { number: classes.length, namespace, labels, hostNetwork, everyNode, whereabouts, named, namedAlike };
    classes.push(made);
    byKey.set(key, made);
    namespace.classes.push(made);
    return made;
  };

  const workloads = new Map<string, WorkloadFact[]>();
  for (const fact of withoutProducts(workloadFacts)) {
    const key = nameOf(fact);
    const known = workloads.get(key);
    if (known === undefined) workloads.set(key, [fact]);
    else known.push(fact);
  }
  return {
    namespaces,
    classes,
    workloads: [...workloads.values()].map((facts) => {
      const { kind, namespace, name, at } = facts[0]!;
      const pods = facts.flatMap((fact) => fact.pods);
      const own = [...new Set(pods.map((pod) => classOf(namespaceOf(namespace), pod)))];
      return { kind, namespace, name, pods, classes: own, many: pods.some(({ many }) => many), at };
    }),
  };
}

function nameOf({ kind, namespace, name }: Pick<WorkloadFact, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

/** A list of everything has Deployments, their ReplicaSets and all pods: whoever is as the owner says, the owner stands for. */
function withoutProducts(facts: readonly WorkloadFact[]): readonly WorkloadFact[] {
  if (!facts.some(({ owner }) => owner !== undefined)) return facts;
  const owners = new Map(facts.map((fact) => [nameOf(fact), fact]));
  return facts.filter(({ owner, namespace, pods }) => {
    const maker = owner === undefined ? undefined : owners.get(nameOf({ ...owner, namespace }));
    return maker === undefined || !pods.every((pod) => maker.pods.some((template) => isMadeFrom(pod, template)));
  });
}

function isMadeFrom(pod: PodFact, template: PodFact): boolean {
  const [has, says] = [pod.labels, template.labels];
  return (
    pod.hostNetwork === template.hostNetwork &&
    JSON.stringify(pod.ports) === JSON.stringify(template.ports) &&
    Object.entries(says).every(([key, value]) => Object.hasOwn(has, key) && has[key] === value) &&
    Object.keys(has).every((key) => Object.hasOwn(says, key) || labelsOfControllers.has(key))
  );
}

/** Whether a selector finds a namespace: perhaps, where it asks for labels that were not read. */
export function namespaceMatcher(selector: LabelSelector): (namespace: NamespaceWorld) => Truth {
  const whole = labelMatcher(selector);
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const ofName = (key: string | undefined): boolean => key === namespaceNameLabel;
  const byName = labelMatcher({
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([key]) => ofName(key))),
    matchExpressions: matchExpressions.filter(({ key }) => ofName(key)),
  });
  const onlyName = Object.keys(matchLabels).every(ofName) && matchExpressions.every(({ key }) => ofName(key));
  if (typeof whole !== 'function' || typeof byName !== 'function') return () => no;
  return ({ labels, read }) => {
    if (read || onlyName) return whole(labels) ? yes : no;
    return byName(labels) ? maybe : no;
  };
}

/** The pods that a peer or a subject names, as far as labels decide: for each class of the namespaces in question. */
export function selectClasses(
  { namespaces, podSelector }: Extract<Peer, { readonly type: 'pods' }>,
  all: ReadonlyMap<string, NamespaceWorld>,
): [PodClass, Truth][] {
  const selected = podSelector === undefined ? () => true : labelMatcher(podSelector);
  if (typeof selected !== 'function') return [];
  const found: [PodClass, Truth][] = [];
  const collect = (namespace: NamespaceWorld, truth: Truth): void => {
    if (truth !== no) for (const each of namespace.classes) if (selected(each.labels)) found.push([each, truth]);
  };
  if (typeof namespaces === 'string') {
    const own = all.get(namespaces);
    if (own !== undefined) collect(own, yes);
    return found;
  }
  const matcher = namespaceMatcher(namespaces);
  const { [namespaceNameLabel]: name } = namespaces.matchLabels ?? {};
  const candidates = name === undefined ? all.values() : [all.get(name)];
  for (const namespace of candidates) if (namespace !== undefined) collect(namespace, matcher(namespace));
  return found;
}

/** The numbers that a name stands for on a pod: more than one where containers disagree, and then nobody knows which. */
export function resolvePort({ named }: PodClass, { name, protocol }: PortName): readonly DeclaredPort[] {
  return named.filter((port) => port.name === name && (protocol === undefined || port.protocol === protocol));
}
