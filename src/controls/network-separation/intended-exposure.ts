import { defineControl, notApplicable, pass, strings, type AnyControl, type Place } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { entranceExamples, entrances } from '../../subjects/entrance.ts';

const { service, ingress, openShiftRoute, mesh, inside } = entranceExamples;

/** More than that is no evidence but a list. */
const mostPlaces = 8;

/** The list of what is reached from outside, each workload with its way. Whether it is meant, no manifest says. */
export const intendedExposure: AnyControl = defineControl({
  id: 'network-separation/intended-exposure',
  decides: ['NET-08'],
  title: 'Every way in from outside is meant',
  why: 'What nobody knows to be reached from outside nobody patches first, watches or protects by a login. Most of what is found open was opened for a test.',
  severity: 'medium',
  also: { attack: ['T1133', 'T1190'] },
  subject: entrances,
  never: ['fail'],
  params: { intended: strings('Services, Ingresses, Gateways and routes that somebody has approved as ways in, as namespace/name', []) },

  evaluate({ title, key, by, internal, leadsTo, at }, { params }) {
    if (internal) return notApplicable('it is reached from the private network alone');
    if (params.intended.includes(key)) return pass;
    const kind = by === 'LoadBalancer' || by === 'NodePort' ? ` of type ${by}` : by === 'externalIPs' ? ' with externalIPs' : '';
    const targets = leadsTo.length === 0 ? ['pods that were not read'] : leadsTo.slice(0, mostPlaces);
    const places = targets.map((target): Place => {
      const message = fitted(
        (most) => `${short(title, most)}${kind} leads from outside to ${short(target, most)}: whether that is meant is open`,
      );
      return { where: at, message };
    });
    return { verdict: 'unknown', places, needs: ['person'] };
  },

  remedy: 'Name the ways in that are meant in the parameter intended, each with somebody who answers for it, and remove the others.',

  examples: () => ({
    params: { intended: ['shop/meant'] },
    pass: {
      'somebody has approved it': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 443 }] }',
      ).replace('name: web', 'name: meant'),
    },
    fail: {},
    unknown: {
      'a Route': openShiftRoute('host: shop.example.com, tls: { termination: edge }'),
      'a Gateway of Istio': mesh('[{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com] }]'),
      'a load balancer': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 443 }] }',
      ),
      'an Ingress': ingress(
        'rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ hosts: [shop.example.com], secretName: shop-tls }]',
      ),
    },
    notApplicable: { 'inside of the cluster': inside },
  }),
});
