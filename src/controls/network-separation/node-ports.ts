import {
  decline,
  defineControl,
  failAt,
  pass,
  passSoFar,
  remove,
  set,
  strings,
  type AnyControl,
  type Edit,
  type Place,
} from '../../core/index.ts';
import { services } from '../../subjects/service.ts';

export const nodePorts: AnyControl = defineControl({
  id: 'network-separation/node-ports',
  decides: ['NODE-03'],
  title: 'Services open no port on every node unless somebody has approved it',
  why: 'A node port is open on every address of every node, on those of the internet too, and network policies of most plugins see the node as the sender. What a firewall in front lets through to 30000-32767 reaches the pods behind.',
  severity: 'medium',
  also: { attack: ['T1133'] },
  subject: services,
  params: { approved: strings('Services that may have node ports, as namespace/name', []) },

  evaluate({ name, namespace, spec: { type, ports = [], allocateLoadBalancerNodePorts = true } }, { params }) {
    const isBalancer = type === 'LoadBalancer';
    const asked = ports.flatMap(({ nodePort = 0 }, index) => (nodePort === 0 ? [] : [{ index, nodePort }]));
    if (type !== 'NodePort' && !(isBalancer && (allocateLoadBalancerNodePorts || asked.length > 0))) return pass;
    // Whether the range is open to the internet is a matter of firewalls.
    if (params.approved.includes(`${namespace ?? 'default'}/${name}`)) return passSoFar(['cloud']);
    const behind = isBalancer ? ' besides its load balancer' : '';
    if (asked.length === 0)
      return failAt([place(['spec', 'type'], `Service "${name}" opens a port of 30000-32767 on every node${behind}`, isBalancer)]);
    return failAt(
      asked.map(({ index, nodePort }) =>
        place(['spec', 'ports', index, 'nodePort'], `Service "${name}" opens port ${nodePort} on every node${behind}`, isBalancer),
      ),
    );
  },

  fix: {
    safety: 'review',
    risk: 'a load balancer that sends to the nodes no longer reaches the pods; show that yours sends to the pods themselves',
    edits({ spec: { type, ports = [] } }, { version }) {
      if (type !== 'LoadBalancer') return decline('only a person knows which way of access takes the place of the node port');
      if (version < 22) return decline('load balancers without node ports come with Kubernetes 1.22');
      const given = ports.flatMap(({ nodePort }, index): Edit[] =>
        nodePort === undefined ? [] : [remove(['spec', 'ports', index, 'nodePort'])],
      );
      return [...given, set(['spec', 'allocateLoadBalancerNodePorts'], false)];
    },
  },

  examples: () => ({
    pass: {
      'inside of the cluster': service('{ ports: [{ port: 80 }] }'),
      'a load balancer that sends to pods': service('{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] }'),
    },
    fail: {
      'a load balancer': service('{ type: LoadBalancer, ports: [{ port: 80 }] }'),
      'a load balancer with a port that somebody chose': service(
        '{ type: LoadBalancer, ports: [{ port: 80, nodePort: 30080 }, { port: 443 }] }',
      ),
      'a node port': service('{ type: NodePort, ports: [{ port: 80, nodePort: 30080 }] }'),
      'a node port that the API server chooses': service('{ type: NodePort, ports: [{ port: 80 }] }'),
    },
  }),
});

function place(where: Place['where'], message: string, isBalancer: boolean): Place {
  return isBalancer ? { where, message, severity: 'low' } : { where, message };
}

function service(spec: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: ${spec}
`;
}
