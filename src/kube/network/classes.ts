import { word, type Anchor } from '../../core/index.ts';
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
    // Nothing that could ask for `__proto__` is a selector.
    const labels: Record<string, string> = {};
    let labelsKey = '';
    for (const key of askedLabels) {
      const value = Object.hasOwn(pod.labels, key) ? pod.labels[key]! : undefined;
      if (value !== undefined) labels[key] = value;
      labelsKey += word(value);
    }
    const named = pod.ports.filter(({ name }) => name !== undefined && asked.ports.has(name));
    const whereabouts = pod.addresses.length === 0 ? undefined : whereaboutsOf(pod.addresses);
    const { hostNetwork, everyNode } = pod;
    const portsKey = named
      .map(({ name, protocol, port }) => `${name}/${protocol}/${port}`)
      .sort()
      .join();
    const namedAlike = byPorts.get(portsKey) ?? byPorts.size;
    byPorts.set(portsKey, namedAlike);
    const place = whereabouts === undefined ? '' : JSON.stringify(whereabouts);
    const key = `${word(namespace.name)}${labelsKey}${namedAlike} ${word(hostNetwork)}${word(everyNode && hostNetwork)}${place}`;
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
      const pods = facts.length === 1 ? facts[0]!.pods : facts.flatMap((fact) => fact.pods);
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
  if (typeof whole !== 'function') return () => no;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const ofName = (key: string | undefined): boolean => key === namespaceNameLabel;
  const onlyName = Object.keys(matchLabels).every(ofName) && matchExpressions.every(({ key }) => ofName(key));
  // Mostly all namespaces are read.
  let byName: ReturnType<typeof labelMatcher> | undefined;
  return ({ labels, read }) => {
    if (read || onlyName) return whole(labels) ? yes : no;
    byName ??= labelMatcher({
      matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([key]) => ofName(key))),
      matchExpressions: matchExpressions.filter(({ key }) => ofName(key)),
    });
    return typeof byName === 'function' && byName(labels) ? maybe : no;
  };
}

/** Classes that a selector finds: for certain, and perhaps. */
export interface Selected {
  readonly [yes]: readonly PodClass[];
  readonly [maybe]: readonly PodClass[];
}

/**
 * The pods that a peer or a subject names, as far as labels decide: for each class of the namespaces in question. How certain
 * that can be of pods on the network of a node may be up to the plugin.
 */
export function selectClasses(
  { namespaces, podSelector }: Extract<Peer, { readonly type: 'pods' }>,
  all: ReadonlyMap<string, NamespaceWorld>,
  ofHostPods: Truth = yes,
): Selected {
  const found = { [yes]: [] as PodClass[], [maybe]: [] as PodClass[] };
  const selected = podSelector === undefined ? () => true : labelMatcher(podSelector);
  if (typeof selected !== 'function') return found;
  const collect = ({ classes }: NamespaceWorld, truth: typeof yes | typeof maybe): void => {
    for (let index = 0; index < classes.length; index++) {
      const podClass = classes[index]!;
      if (!selected(podClass.labels)) continue;
      const certain = podClass.hostNetwork && ofHostPods < truth ? ofHostPods : truth;
      if (certain !== no) found[certain].push(podClass);
    }
  };
  if (typeof namespaces === 'string') {
    const own = all.get(namespaces);
    if (own !== undefined) collect(own, yes);
    return found;
  }
  const matcher = namespaceMatcher(namespaces);
  const { [namespaceNameLabel]: name } = namespaces.matchLabels ?? {};
  for (const namespace of name === undefined ? all.values() : [all.get(name)]) {
    const truth = namespace === undefined ? no : matcher(namespace);
    if (truth !== no) collect(namespace!, truth);
  }
  return found;
}

/** The numbers that a name stands for on a pod: more than one where containers disagree, and then nobody knows which. */
export function resolvePort({ named }: PodClass, { name, protocol }: PortName): readonly DeclaredPort[] {
  return named.filter((port) => port.name === name && (protocol === undefined || port.protocol === protocol));
}
