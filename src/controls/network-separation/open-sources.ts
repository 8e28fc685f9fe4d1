import { defineControl, fail, notApplicable, pass, strings, type AnyControl } from '../../core/index.ts';
import { fitted } from '../../subjects/dangerous-grants.ts';
import { entranceExamples, entrances, namedBehind } from '../../subjects/entrance.ts';

const { service } = entranceExamples;

export const openSources: AnyControl = defineControl({
  id: 'network-separation/open-sources',
  decides: ['NET-08'],
  title: 'Load balancers take connections only from those whom they are meant for',
  why: 'A load balancer has an address of the internet within a minute, and is scanned within the hour. What was meant for a partner, an office or another cluster is then open to everybody who tries.',
  severity: 'low',
  also: { attack: ['T1133', 'T1190'] },
  subject: entrances,
  params: { approved: strings('Services that everybody may reach, as namespace/name', []) },

  evaluate({ title, key, by, openTo, internal, leadsTo }, { params }) {
    if (by !== 'LoadBalancer') return notApplicable('no load balancer of a Service');
    if (internal || openTo === undefined || params.approved.includes(key)) return pass;
    return fail(
      openTo,
      fitted((most) => `${title} lets in every address${namedBehind(leadsTo, most)}`),
    );
  },

  remedy:
    'List the networks of the clients in spec.loadBalancerSourceRanges, after a look at the access log for who comes today; what the world is meant to reach goes into the parameter approved.',

  examples: () => ({
    pass: {
      'some networks': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 443 }] }',
      ),
      'inside of the private network': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{ port: 443 }] }',
        '{ networking.gke.io/load-balancer-type: Internal }',
      ),
    },
    fail: {
      'nothing said': service('{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{ port: 443 }] }'),
      everybody: service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [10.0.0.0/8, 0.0.0.0/0], ports: [{ port: 443 }] }',
      ),
    },
    notApplicable: { 'inside of the cluster': service('{ type: ClusterIP, ports: [{ port: 443 }] }') },
  }),
});
