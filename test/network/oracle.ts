// The definition of who reaches whom, read literally: one pod, one other end and one port at a time, from the objects as they
// were written. Slow on purpose, and nothing of the engine is used.

import type { Protocol, ReachAnswer, ReachEndpoint } from '../../src/core/reach.ts';
import type { PluginProfile } from '../../src/kube/network/index.ts';

// oxlint-disable-next-line typescript/no-explicit-any
type Value = any;

/** 0 not, 1 perhaps, 2 certainly. */
type Truth = 0 | 1 | 2;

interface Pod {
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly ports: readonly { name?: string; protocol: string; port: number }[];
  readonly hostNetwork: boolean;
  readonly everyNode: boolean;
  readonly addresses: readonly string[];
}

type Other = { readonly pod: Pod } | { readonly address: bigint; readonly family: 4 | 6 } | { readonly controller: true };

interface Named {
  readonly key: string;
  readonly pods: readonly Pod[];
  readonly many: boolean;
}

export function oracle(objects: readonly Value[], profile: PluginProfile) {
  const of = (kind: string): Value[] => objects.filter((object) => object.kind === kind);
  const named = workloads(objects);
  const namespaces = new Map<string, Record<string, string>>(
    of('Namespace').map(({ metadata }) => [metadata.name, { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }]),
  );
  const networkPolicies = of('NetworkPolicy');
  const adminPolicies = [
    ...of('AdminNetworkPolicy').map((policy) => ({ policy, tier: 'Admin', priority: policy.spec.priority })),
    ...of('BaselineAdminNetworkPolicy').map((policy) => ({ policy, tier: 'Baseline', priority: 0 })),
    ...of('ClusterNetworkPolicy').map((policy) => ({ policy, tier: policy.spec.tier, priority: policy.spec.priority })),
  ];
  const nodes = of('Node').map(({ metadata, status }) => ({
    labels: metadata.labels ?? {},
    addresses: (status.addresses as Value[]).map(({ address }) => parse(address)),
  }));
  const server = of('EndpointSlice')
    .filter(({ metadata }) => metadata.namespace === 'default' && metadata.labels['kubernetes.io/service-name'] === 'kubernetes')
    .flatMap(({ endpoints }) => (endpoints as Value[]).flatMap(({ addresses }) => (addresses as string[]).map(parse)));
  const seen = [
    ...nodes.flatMap(({ addresses }) => addresses),
    ...server,
    ...named.flatMap(({ pods }) => pods.flatMap(({ addresses }) => addresses.map(parse))),
  ];
  const families: readonly (4 | 6)[] =
    seen.length === 0 ? [4] : ([4, 6] as const).filter((family) => seen.some((each) => each.family === family));

  // Between the ends of blocks nothing changes: these addresses stand for all.
  const blocks = [...networkPolicies, ...adminPolicies.map(({ policy }) => policy)].flatMap((policy) => blocksIn(policy.spec));
  const fixed = [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
    '2000::/3',
    '0.0.0.0/8',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '::/8',
    'fe80::/10',
    'ff00::/8',
    '0.0.0.0/0',
    '::/0',
    '169.254.169.254/32',
  ];
  const samples = [
    ...new Map(
      [...blocks, ...fixed]
        .flatMap((cidr) => edges(block(cidr)))
        .concat(seen.flatMap(({ address, family }) => edges({ family, first: address, last: address })))
        .map((each) => [`${each.family}/${each.address}`, each]),
    ).values(),
  ];
  const inAny = (address: Address, cidrs: readonly string[]): boolean => cidrs.some((cidr) => holds(block(cidr), address));
  const pick = (family: 4 | 6, where: (address: Address) => boolean): Address[] =>
    samples.filter((each) => each.family === family && where(each));

  const nobodys = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '::/8', 'fe80::/10', 'ff00::/8'];
  const own = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
  const unicast = families.map((family) =>
    pick(family, (each) => !inAny(each, nobodys) && (each.family === 4 || inAny(each, ['2000::/3', 'fc00::/7']))),
  );
  const podPlaces = families.map((family) => pick(family, (each) => inAny(each, [...own, '2000::/3'])));
  const byFamily = (list: readonly Address[]): Address[][] =>
    ([4, 6] as const).map((family) => list.filter((each) => each.family === family)).filter((each) => each.length > 0);
  const nodePlaces = nodes.length > 0 ? byFamily(nodes.flatMap(({ addresses }) => addresses)) : unicast;
  const serverPlaces = server.length > 0 ? byFamily(server) : unicast;
  const narrow = blocks.filter((cidr) => Number(cidr.split('/')[1]) > (cidr.includes(':') ? 16 : 8));
  const ofWorld = (family: 4 | 6): Address[] => {
    const world = pick(family, (each) => !inAny(each, [...nobodys, ...own]) && (each.family === 4 || inAny(each, ['2000::/3'])));
    const rest = world.filter((each) => !inAny(each, narrow));
    return rest.length === 0 ? world : rest;
  };
  const internetPlaces = families.map(ofWorld);
  const perhapsPlaces = seen.length === 0 ? [ofWorld(6)] : [];

  function placesOf(pod: Pod): readonly (readonly Address[])[] {
    if (pod.hostNetwork) return nodePlaces;
    return pod.addresses.length > 0 ? byFamily(pod.addresses.map(parse)) : podPlaces;
  }

  function selectsNamespace(selector: Value, name: string): Truth {
    const labels = namespaces.get(name);
    const requirements = requirementsOf(selector);
    if (labels !== undefined) return requirements.every((each) => meets(each, labels)) ? 2 : 0;
    const known = requirements.filter(({ key }) => key === 'kubernetes.io/metadata.name');
    if (!known.every((each) => meets(each, { 'kubernetes.io/metadata.name': name }))) return 0;
    return known.length === requirements.length ? 2 : 1;
  }

  /** Whether all places of one family are covered, some, or none. */
  function covered(places: readonly (readonly Address[])[], covers: (address: Address) => boolean): Truth {
    let best: Truth = 0;
    for (const list of places) {
      if (list.every(covers)) return 2;
      if (list.some(covers)) best = 1;
    }
    return best;
  }

  const atMost = (a: Truth, b: Truth): Truth => (a < b ? a : b);
  const most = (list: readonly Truth[]): Truth => list.reduce((a, b) => (a > b ? a : b), 0 as Truth);
  const limitOf = (does: string): Truth => (does === 'yes' ? 2 : does === 'no' ? 0 : 1);

  function peersMatch(kind: 'v1' | 'admin', namespace: string, peers: readonly Value[] | undefined, other: Other): Truth {
    if (kind === 'v1' && (peers === undefined || peers.length === 0)) return 2;
    const list = peers ?? [];
    if ('controller' in other) return list.length > 0 ? 1 : 0;
    const found: Truth[] = [];
    for (const peer of list) {
      if (kind === 'v1' && peer.ipBlock === undefined && 'pod' in other) {
        const inNamespace =
          peer.namespaceSelector === undefined
            ? other.pod.namespace === namespace
              ? 2
              : 0
            : selectsNamespace(peer.namespaceSelector, other.pod.namespace);
        const labels: Truth = peer.podSelector === undefined || selects(peer.podSelector, other.pod.labels) ? 2 : 0;
        found.push(atMost(atMost(inNamespace, labels), other.pod.hostNetwork ? limitOf(profile.selectsHostPods) : 2));
      }
      if (kind === 'admin' && (peer.namespaces !== undefined || peer.pods !== undefined) && 'pod' in other) {
        const inNamespace = selectsNamespace(peer.namespaces ?? peer.pods.namespaceSelector ?? {}, other.pod.namespace);
        const labels: Truth = peer.namespaces !== undefined || selects(peer.pods.podSelector ?? {}, other.pod.labels) ? 2 : 0;
        found.push(atMost(atMost(inNamespace, labels), other.pod.hostNetwork ? limitOf(profile.selectsHostPods) : 2));
      }
      if (peer.nodes !== undefined) {
        const chosen = nodes.filter(({ labels }) => selects(peer.nodes, labels));
        const addresses = new Set(chosen.flatMap((node) => node.addresses.map(({ address, family }) => `${family}/${address}`)));
        if (nodes.length > 0) {
          if ('address' in other) found.push(addresses.has(`${other.family}/${other.address}`) ? 2 : 0);
          else if (other.pod.hostNetwork) found.push(covered(nodePlaces, ({ address, family }) => addresses.has(`${family}/${address}`)));
        } else if ('address' in other)
          found.push(unicast.flat().some((each) => each.address === other.address && each.family === other.family) ? 1 : 0);
        else if (other.pod.hostNetwork) found.push(requirementsOf(peer.nodes).length === 0 ? 2 : 1);
      }
      if (
        peer.domainNames !== undefined &&
        'address' in other &&
        [internetPlaces, perhapsPlaces].flat(2).some((each) => each.address === other.address && each.family === other.family)
      )
        found.push(1);
    }
    const inBlocks = (address: Address): boolean =>
      list.some(({ ipBlock }) => ipBlock !== undefined && holds(block(ipBlock.cidr), address) && !inAny(address, ipBlock.except ?? []));
    const inNetworks = (address: Address): boolean => list.some(({ networks }) => networks !== undefined && inAny(address, networks));
    if ('address' in other) return most([...found, inBlocks(other) || inNetworks(other) ? 2 : 0]);
    const places = placesOf(other.pod);
    const limit = other.pod.hostNetwork ? 2 : limitOf(profile.blocksMatchPods);
    return most([...found, atMost(covered(places, inBlocks), limit), covered(places, inNetworks)]);
  }

  function nameMatches(name: string, wanted: string | undefined, protocol: string, port: number, destination: Pod | undefined): Truth {
    if (destination === undefined || (wanted !== undefined && wanted !== protocol)) return 0;
    const numbers = new Set(destination.ports.filter((each) => each.name === name && each.protocol === protocol).map((each) => each.port));
    return numbers.has(port) ? (numbers.size === 1 ? 2 : 1) : 0;
  }

  function v1PortsMatch(ports: readonly Value[] | undefined, protocol: string, port: number, destination: Pod | undefined): Truth {
    if (ports === undefined || ports.length === 0) return 2;
    return most(
      ports.map((each): Truth => {
        const wanted = each.protocol ?? 'TCP';
        if (typeof each.port === 'string') return nameMatches(each.port, wanted, protocol, port, destination);
        if (wanted !== protocol) return 0;
        return each.port === undefined || (port >= each.port && port <= (each.endPort ?? each.port)) ? 2 : 0;
      }),
    );
  }

  function adminPortsMatch(rule: Value, protocol: string, port: number, destination: Pod | undefined): Truth {
    const list: Value[] = rule.ports ?? rule.protocols ?? [];
    if (list.length === 0) return 2;
    return most(
      list.map((each): Truth => {
        const name = each.namedPort ?? each.destinationNamedPort;
        if (name !== undefined) return nameMatches(name, undefined, protocol, port, destination);
        const inRange = (wanted: string, first: number, last: number): Truth =>
          wanted === protocol && port >= first && port <= last ? 2 : 0;
        if (each.portNumber !== undefined) return inRange(each.portNumber.protocol ?? 'TCP', each.portNumber.port, each.portNumber.port);
        if (each.portRange !== undefined) return inRange(each.portRange.protocol ?? 'TCP', each.portRange.start, each.portRange.end);
        const [[key, { destinationPort }]] = Object.entries(each) as [[string, Value]];
        const { number, range } = destinationPort;
        return inRange(key.toUpperCase(), number ?? range.start, number ?? range.end);
      }),
    );
  }

  /** A rule whose peer or port nobody knows. */
  function isClosed(rule: Value, direction: 'ingress' | 'egress'): boolean {
    const peers: Value[] = (direction === 'ingress' ? rule.from : rule.to) ?? [];
    const known = direction === 'ingress' ? ['namespaces', 'pods'] : ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'];
    if (peers.length === 0 || peers.some((peer) => Object.keys(peer).length !== 1 || !known.includes(Object.keys(peer)[0]!))) return true;
    if (peers.some((peer) => peer.domainNames !== undefined) && !['Allow', 'Accept'].includes(rule.action)) return true;
    const ports: Value[] = rule.ports ?? rule.protocols ?? [];
    const knownPorts = new Set(['portNumber', 'portRange', 'namedPort', 'tcp', 'udp', 'sctp', 'destinationNamedPort']);
    return ports.some((port) => Object.keys(port).length !== 1 || !knownPorts.has(Object.keys(port)[0]!));
  }

  type Fate = 'Accept' | 'Deny' | 'next';

  /** All that may become of a connection in a tier. */
  function tier(name: string, pod: Pod, direction: 'ingress' | 'egress', other: Other, protocol: string, port: number): Set<Fate> {
    const fates = new Set<Fate>();
    const destination = direction === 'ingress' ? pod : 'pod' in other ? other.pod : undefined;
    const selecting = adminPolicies.flatMap(({ policy, tier: itsTier, priority }) => {
      const { subject } = policy.spec;
      const truth = atMost(
        selectsNamespace(subject.namespaces ?? subject.pods.namespaceSelector ?? {}, pod.namespace),
        subject.namespaces !== undefined || selects(subject.pods.podSelector ?? {}, pod.labels) ? 2 : 0,
      );
      return itsTier === name && truth > 0 ? [{ policy, priority, truth }] : [];
    });
    for (const priority of [...new Set(selecting.map((each) => each.priority as number))].sort((a, b) => a - b)) {
      let undecided = true;
      for (const { policy, truth } of selecting.filter((each) => each.priority === priority)) {
        let open = true;
        for (const rule of policy.spec[direction] ?? []) {
          if (!open) break;
          const closed = isClosed(rule, direction);
          const said: Fate = rule.action === 'Pass' ? 'next' : rule.action === 'Deny' ? 'Deny' : 'Accept';
          if (closed && said === 'Accept') continue;
          const matches = closed
            ? truth
            : atMost(
                truth,
                atMost(
                  peersMatch('admin', '', direction === 'ingress' ? rule.from : rule.to, other),
                  adminPortsMatch(rule, protocol, port, destination),
                ),
              );
          if (matches > 0) fates.add(closed ? 'Deny' : said);
          if (matches === 2) open = false;
        }
        if (!open) undecided = false;
      }
      if (!undecided) return fates;
    }
    return fates.add('next');
  }

  function isolates(spec: Value, direction: 'ingress' | 'egress'): boolean {
    const types: string[] = spec.policyTypes ?? [];
    if (types.length > 0) return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
    return direction === 'ingress' || (spec.egress ?? []).length > 0;
  }

  /** What the policies of a pod say of a connection that begins or ends at it. */
  function policies(pod: Pod, direction: 'ingress' | 'egress', other: Other, protocol: string, port: number): Truth {
    if (!profile.enforces) return 2;
    const isolating = networkPolicies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.namespace && selects(spec.podSelector ?? {}, pod.labels) && isolates(spec, direction),
    );
    const destination = direction === 'ingress' ? pod : 'pod' in other ? other.pod : undefined;
    const allowed = most(
      isolating.flatMap(({ metadata, spec }) =>
        ((spec[direction] ?? []) as Value[]).map((rule) =>
          atMost(
            peersMatch('v1', metadata.namespace, direction === 'ingress' ? rule.from : rule.to, other),
            v1PortsMatch(rule.ports, protocol, port, destination),
          ),
        ),
      ),
    );
    const unread = objects.filter(
      (object) =>
        object.kind === 'CiliumNetworkPolicy' &&
        object.metadata.namespace === pod.namespace &&
        selects(object.spec.endpointSelector, pod.labels) &&
        object.spec[direction] !== undefined,
    );
    const mesh = objects.filter(
      (object) =>
        object.kind === 'AuthorizationPolicy' &&
        direction === 'ingress' &&
        object.metadata.namespace === pod.namespace &&
        selects(object.spec.selector ?? {}, pod.labels),
    );
    const answer = ((): Truth => {
      if (pod.hostNetwork) {
        if (isolating.length === 0 || profile.governsHostPods === 'no') return 2;
        return profile.governsHostPods === 'yes' ? allowed : allowed === 2 ? 2 : 1;
      }
      const first = tier('Admin', pod, direction, other, protocol, port);
      const may = new Set<boolean>();
      if (first.has('Accept')) may.add(true);
      if (first.has('Deny')) may.add(false);
      if (first.has('next') && isolating.length > 0) {
        if (allowed > 0) may.add(true);
        if (allowed < 2) may.add(false);
      }
      if (first.has('next') && isolating.length === 0)
        for (const fate of tier('Baseline', pod, direction, other, protocol, port)) may.add(fate !== 'Deny');
      return may.size === 2 ? 1 : may.has(true) ? 2 : 0;
    })();
    if (pod.hostNetwork && profile.governsHostPods === 'no') return answer;
    if (unread.length > 0) return 1;
    return mesh.length > 0 ? atMost(answer, 1) : answer;
  }

  const either = (list: readonly Truth[]): Truth => (list.every((each) => each === 2) ? 2 : list.every((each) => each === 0) ? 0 : 1);
  const toOwnNode = (truth: Truth, certain: boolean): Truth => {
    if (profile.governsOwnNode === 'yes' || truth === 2) return truth;
    return profile.governsOwnNode === 'no' && certain ? 2 : 1;
  };

  function podToPod(from: Pod, to: Pod, protocol: string, port: number): Truth {
    let out = policies(from, 'egress', { pod: to }, protocol, port);
    if (to.hostNetwork && !from.hostNetwork) out = toOwnNode(out, to.everyNode);
    let inward = policies(to, 'ingress', { pod: from }, protocol, port);
    if (from.hostNetwork && inward < 2) inward = from.everyNode ? 2 : 1;
    return atMost(out, inward);
  }

  function throughPlaces(
    pod: Pod,
    direction: 'ingress' | 'egress',
    places: readonly (readonly Address[])[],
    protocol: string,
    port: number,
  ): Truth {
    return most(
      places
        .filter((list) => list.length > 0)
        .map((list) => either(list.map((address) => policies(pod, direction, address, protocol, port)))),
    );
  }

  function placesOfEnd(end: Exclude<ReachEndpoint, { type: 'workload' }>): readonly (readonly Address[])[] {
    if (end.type === 'cidr') {
      const whole = block(end.cidr);
      return [samples.filter((each) => holds(whole, each) && !inAny(each, end.except ?? []))];
    }
    const places = {
      internet: internetPlaces,
      node: nodePlaces,
      'api-server': serverPlaces,
      metadata: [[parse('169.254.169.254')]],
      'ingress-controller': [],
    };
    return places[end.name];
  }

  /** Of the internet nobody knows whether the cluster reaches it in the other family too. */
  function throughEnd(
    pod: Pod,
    direction: 'ingress' | 'egress',
    end: Exclude<ReachEndpoint, { type: 'workload' }>,
    protocol: string,
    port: number,
  ): Truth {
    const answer = throughPlaces(pod, direction, placesOfEnd(end), protocol, port);
    if (end.type !== 'virtual' || end.name !== 'internet') return answer;
    return either([answer, most([answer, throughPlaces(pod, direction, perhapsPlaces, protocol, port)])]);
  }

  /** Ports that a Service opens to the world, and whether it does so for certain. */
  function ways(workload: Named): { protocol: string; port: number; certain: boolean; keeps: boolean }[] {
    const reachable =
      nodes.length === 0 || of('Node').some(({ status }) => status.addresses.some(({ type }: Value) => type === 'ExternalIP'));
    const found: { protocol: string; port: number; certain: boolean; keeps: boolean }[] = [];
    for (const { metadata, spec } of of('Service')) {
      const chosen = workload.pods.filter(
        (pod) => pod.namespace === metadata.namespace && Object.entries(spec.selector).every(([key, value]) => pod.labels[key] === value),
      );
      if (chosen.length === 0) continue;
      const certain = spec.type === 'LoadBalancer';
      if (
        !certain &&
        !(spec.type === 'NodePort' && spec.ports.some(({ nodePort }: Value) => nodePort !== undefined)) &&
        spec.type !== 'NodePort'
      )
        continue;
      if (!certain && !reachable) continue;
      for (const { protocol = 'TCP', port, targetPort = port } of spec.ports) {
        const numbers =
          typeof targetPort === 'number'
            ? [targetPort]
            : workload.pods.flatMap(({ ports }) =>
                ports.filter((each) => each.name === targetPort && each.protocol === protocol).map((each) => each.port),
              );
        for (const number of numbers) found.push({ protocol, port: number, certain, keeps: spec.externalTrafficPolicy === 'Local' });
      }
    }
    if (reachable)
      for (const pod of workload.pods)
        if (pod.hostNetwork) for (const { protocol, port } of pod.ports) found.push({ protocol, port, certain: false, keeps: true });
    return found;
  }

  function reaches(from: ReachEndpoint, to: ReachEndpoint, protocol: string, port: number): Truth {
    const [source, target] = [from, to].map((end) =>
      end.type === 'workload' ? named.find(({ key }) => key === `${end.kind}/${end.namespace}/${end.name}`) : undefined,
    );
    if (source !== undefined && target !== undefined) {
      if (source === target && !source.many) return 2;
      return either(source.pods.flatMap((out) => target.pods.map((into) => podToPod(out, into, protocol, port))));
    }
    if (source !== undefined && to.type !== 'workload') {
      if (to.type === 'virtual' && to.name === 'ingress-controller')
        return either(source.pods.map((pod) => policies(pod, 'egress', { controller: true }, protocol, port)));
      return either(
        source.pods.map((pod) => {
          const answer = throughEnd(pod, 'egress', to, protocol, port);
          return to.type === 'virtual' && to.name === 'node' && !pod.hostNetwork ? toOwnNode(answer, false) : answer;
        }),
      );
    }
    if (target !== undefined && from.type !== 'workload') {
      if (from.type === 'virtual' && from.name === 'node') return 2;
      if (from.type === 'virtual' && from.name === 'ingress-controller')
        return either(target.pods.map((pod) => policies(pod, 'ingress', { controller: true }, protocol, port)));
      return either(
        target.pods.map((pod) => {
          const client = throughEnd(pod, 'ingress', from, protocol, port);
          if (from.type !== 'virtual' || from.name !== 'internet') return client;
          const through = throughPlaces(pod, 'ingress', nodePlaces, protocol, port);
          return most(
            ways(target)
              .filter((way) => way.protocol === protocol && way.port === port)
              .map((way) => atMost(way.certain ? 2 : 1, way.keeps ? client : either([client, through]))),
          );
        }),
      );
    }
    return 2;
  }

  return {
    ask: (from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, port: number): ReachAnswer =>
      (['denied', 'unknown', 'allowed'] as const)[reaches(from, to, protocol, port)],
  };
}

function workloads(objects: readonly Value[]): Named[] {
  return objects
    .filter(({ kind }) => ['Deployment', 'DaemonSet', 'Pod'].includes(kind))
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .map(({ kind, metadata, spec, status }) => {
      const template = kind === 'Pod' ? { metadata, spec } : spec.template;
      const running = [
        ...template.spec.containers,
        ...(template.spec.initContainers ?? []).filter(({ restartPolicy }: Value) => restartPolicy === 'Always'),
      ];
      const pod: Pod = {
        namespace: metadata.namespace,
        labels: template.metadata.labels ?? {},
        ports: running.flatMap(({ ports = [] }: Value) =>
          ports.map(({ name, protocol = 'TCP', containerPort }: Value) => ({ name, protocol, port: containerPort })),
        ),
        hostNetwork: template.spec.hostNetwork === true,
        everyNode: kind === 'DaemonSet' && template.spec.nodeSelector === undefined,
        addresses: kind === 'Pod' && template.spec.hostNetwork !== true ? (status?.podIPs ?? []).map(({ ip }: Value) => ip) : [],
      };
      return {
        key: `${kind}/${metadata.namespace}/${metadata.name}`,
        pods: [pod],
        many: kind === 'DaemonSet' || (kind === 'Deployment' && (spec.replicas ?? 1) > 1),
      };
    });
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

function requirementsOf(selector: Value): Requirement[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value as string] })),
    ...(selector.matchExpressions ?? []),
  ];
}

function meets({ key, operator, values = [] }: Requirement, labels: Record<string, string>): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  return operator === 'In' ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value);
}

function selects(selector: Value, labels: Record<string, string>): boolean {
  return requirementsOf(selector).every((each) => meets(each, labels));
}

interface Address {
  readonly address: bigint;
  readonly family: 4 | 6;
}

interface Block {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

function parse(text: string): Address {
  if (!text.includes(':')) return { family: 4, address: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return { family: 6, address: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}

const parsed = new Map<string, Block>();

function block(cidr: string): Block {
  const known = parsed.get(cidr);
  if (known !== undefined) return known;
  const [base = '', prefix = '0'] = cidr.split('/');
  const { family, address } = parse(base);
  const size = 1n << BigInt((family === 4 ? 32 : 128) - Number(prefix));
  const first = (address / size) * size;
  const made = { family, first, last: first + size - 1n };
  parsed.set(cidr, made);
  return made;
}

function holds({ family, first, last }: Block, address: Address): boolean {
  return address.family === family && address.address >= first && address.address <= last;
}

/** The first and the last address of a block and those beside it. */
function edges({ family, first, last }: Block): Address[] {
  const highest = (1n << (family === 4 ? 32n : 128n)) - 1n;
  return [first, last, first - 1n, last + 1n]
    .filter((address) => address >= 0n && address <= highest)
    .map((address) => ({ family, address }));
}

function blocksIn(value: Value): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, content]: [string, Value]) => {
    if (key === 'cidr') return [content as string];
    if (key === 'except' || key === 'networks') return content as string[];
    return blocksIn(content);
  });
}
