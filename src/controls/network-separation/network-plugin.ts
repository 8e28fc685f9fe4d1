import { defineControl, fail, unknown, type AnyControl, type Place, type Verdict } from '../../core/index.ts';
import type { NetworkPolicySupport } from '../../kube/known-products.ts';
import { clusters, hasOwnPolicyController, noneSeen, sightingsOf, type ClusterSubject, type Sighting } from '../../subjects/cluster.ts';
import { exampleCluster, exampleCollector, exampleSensor, exampleWorkload, type ExampleWorkload } from '../../subjects/example-cluster.ts';

/** What a plugin that was seen leaves open. */
const says: Readonly<Record<NetworkPolicySupport, string>> = {
  enforced: 'which enforces network policies, unless its configuration or a node says otherwise',
  conditional: 'which enforces network policies only where that is switched on',
  ignored: 'which enforces no network policies itself',
};

const flannel = plugin('kube-flannel', 'ghcr.io/flannel-io/flannel:v0.28.9');

export const networkPlugin: AnyControl = defineControl({
  id: 'network-separation/network-plugin',
  decides: ['NET-01'],
  title: 'The network plugin enforces NetworkPolicy objects',
  why: 'The API server takes network policies whether anything enforces them or not. Where nothing does, every pod reaches every other one, and all policies only look as if they did something.',
  severity: 'high',
  also: { cis: ['5.3.1'], attack: ['T1046'] },
  subject: clusters,
  inEveryCluster: true,
  never: ['pass'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['network plugin', 'network policy engine']);
    if (seen.length === 0)
      return noneSeen(cluster, 'no known network plugin runs in pods: it is a part of the nodes or of the cloud', [
        'node',
        'cloud',
        'events',
      ]);
    const enforcing = seen.filter(({ policies }) => policies === 'enforced');
    if (enforcing.length > 0) return open(enforcing, 'enforced', ['events']);
    const conditional = seen.filter(({ policies }) => policies === 'conditional');
    if (conditional.length > 0) return open(conditional, 'conditional', ['cloud', 'events']);
    return withoutEnforcing(cluster, seen);
  },

  remedy:
    'Install a plugin that enforces policies, or switch on the part of yours that does; policies without effect so far then apply at once, so compare them with recorded traffic first.',

  examples: () => ({
    pass: {},
    fail: {
      'flannel alone': withPlugins(flannel),
      'a plugin whose firewall is off': withPlugins(
        plugin('router', 'cloudnativelabs/kube-router:v2.6.1', 'args: [--run-router, --run-firewall=false]'),
      ),
      'a plugin whose agent is off': withPlugins(
        plugin('aws-node', 'mirror.example.com/amazon-k8s-cni:v1.23.0', 'args: [--enable-network-policy=false]'),
      ),
    },
    unknown: {
      Calico: withPlugins(plugin('calico-node', 'quay.io/calico/node:v3.32.0')),
      'a plugin whose agent is on': withPlugins(
        plugin('aws-node', 'mirror.example.com/amazon-k8s-cni:v1.23.0', 'args: [--enable-network-policy=true]'),
      ),
      'flannel beside an engine for policies': withPlugins(
        flannel,
        plugin('policies', 'registry.k8s.io/networking/kube-network-policies:v1.1.2'),
      ),
      'flannel in a distribution that enforces policies itself': exampleCluster({
        workloads: [flannel, exampleCollector, exampleSensor],
        nodes: [{ more: 'status: { nodeInfo: { kubeletVersion: v1.37.1+k3s1 } }' }],
      }),
      'flannel beside something that changes the network': withPlugins(flannel, plugin('own', 'registry.example.com/own/policies:1')),
      'a plugin that may enforce policies': withPlugins(plugin('kindnet', 'docker.io/kindest/kindnetd:v20250512')),
      'flannel among manifests': exampleWorkload(flannel),
      'no plugin in any pod': withPlugins(),
    },
  }),
});

function open(
  seen: readonly Sighting[],
  support: NetworkPolicySupport,
  needs: readonly ['events'] | readonly ['cloud', 'events'],
): Verdict {
  return { verdict: 'unknown', places: seen.map((each) => place(each, support)), needs };
}

function place({ by, product, at }: Sighting, support: NetworkPolicySupport): Place {
  return { where: at, message: `${by} ${product.name}, ${says[support]}` };
}

/** Unless something else does, which is known or looks like it. */
function withoutEnforcing({ server, nodes, daemonSets }: ClusterSubject, seen: readonly Sighting[]): Verdict {
  const places = seen.map((each) => place(each, 'ignored'));
  if (server === undefined) return { verdict: 'unknown', places, needs: ['cluster'] };
  if (nodes.enforcePolicies || hasOwnPolicyController(server.version))
    return unknown(server.at, 'network policies may be enforced by the distribution, in a process of the node', ['node', 'events']);
  const other = daemonSets.find(({ products, changesNetwork }) => changesNetwork && products.length === 0);
  if (other !== undefined)
    return unknown(other.at, `${other.title} changes the network of nodes: it may enforce network policies`, ['person', 'events']);
  const [first] = places;
  return first === undefined ? unknown(server.at, says.ignored, ['events']) : fail(first.where, first.message);
}

function plugin(name: string, image: string, container = ''): ExampleWorkload {
  return { name, image, pod: 'hostNetwork: true', container: `securityContext: { privileged: true }, ${container}`, nodes: [1, 1] };
}

function withPlugins(...plugins: readonly ExampleWorkload[]): string {
  return exampleCluster({ workloads: [...plugins, exampleCollector, exampleSensor] });
}
