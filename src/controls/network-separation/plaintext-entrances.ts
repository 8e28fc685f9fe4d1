import { defineControl, failAt, notApplicable, pass, strings, type AnyControl, type Place, type Verdict } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { entranceExamples, entrances, namedBehind } from '../../subjects/entrance.ts';

const { service, ingress, gateway, httpRoute, openShiftRoute, mesh, inside } = entranceExamples;

export const plaintextEntrances: AnyControl = defineControl({
  id: 'network-separation/plaintext-entrances',
  decides: ['NET-08'],
  title: 'What is reached from outside is reached by TLS alone',
  why: 'Between a client and the cluster anybody on the way reads and changes what passes in plaintext: passwords, session cookies, answers. A certificate on the way in is the only proof for clients of whom they talk to.',
  severity: 'medium',
  also: { attack: ['T1040', 'T1557'] },
  subject: entrances,
  params: { approved: strings('Services, Ingresses, Routes and Gateways that may serve in plaintext, as namespace/name', []) },

  evaluate({ title, key, by, internal, listeners, leadsTo, toController }, { params }) {
    if (internal) return notApplicable('it is reached from the private network alone');
    // Whether anybody outside reaches a port of a node is up to firewalls, and network-separation/node-ports judges it.
    if (by === 'NodePort' || by === 'route') return notApplicable('what it listens on is decided elsewhere');
    if (toController && by !== 'Ingress' && by !== 'Route' && by !== 'Gateway')
      return notApplicable('its Ingresses and routes say what an ingress controller serves');
    if (params.approved.includes(key)) return pass;
    const places = (security: 'plain' | 'open', text: (what: string) => string): Place[] =>
      listeners.flatMap((each) =>
        each.security === security
          ? [{ where: each.at, message: fitted((most) => text(short(each.what, most)) + namedBehind(leadsTo, most)) }]
          : [],
      );
    const plain = places('plain', (what) => `${title} takes plaintext at ${what}`);
    if (plain.length > 0) return failAt(plain);
    const open = places('open', (what) => `whether ${title} takes only TLS at ${what} is open`);
    return open.length === 0 ? pass : ({ verdict: 'unknown', places: open, needs: ['events', 'person'] } satisfies Verdict);
  },

  remedy:
    'Give the listener a certificate (spec.tls of an Ingress or a Route, a listener of protocol HTTPS, a load balancer that ends TLS), answer plaintext with a redirect alone, and watch the access log for clients that still come without TLS before the old port is closed.',

  examples: () => ({
    pass: {
      'TLS for the host': ingress(
        'rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ hosts: [shop.example.com], secretName: shop-tls }]',
      ),
      'plaintext that only redirects': `${gateway('[{ name: http, protocol: HTTP, port: 80, hostname: shop.example.com }, { name: https, protocol: HTTPS, port: 443, hostname: shop.example.com, tls: { certificateRefs: [{ name: shop-tls }] } }]')}
${httpRoute('redirect', 'http', '[{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]')}
${httpRoute('web', 'https', '[{ backendRefs: [{ name: web, port: 8080 }] }]')}
${inside}`,
      'a Route that ends TLS, and redirects': openShiftRoute(
        'host: shop.example.com, tls: { termination: edge, insecureEdgeTerminationPolicy: Redirect }',
      ),
      'a Route that answers no plaintext': openShiftRoute('host: shop.example.com, tls: { termination: passthrough }'),
      'a Gateway of Istio that redirects': mesh(
        '[{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com], tls: { httpsRedirect: true } }, { port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop/shop.example.com], tls: { mode: SIMPLE, credentialName: shop-tls } }]',
      ),
      'a VirtualService that redirects': mesh(
        '[{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]',
        '[{ match: [{ port: 80 }], redirect: { scheme: https } }, { route: [{ destination: { host: web } }] }]',
      ),
    },
    fail: {
      'a Route without TLS': openShiftRoute('host: shop.example.com'),
      'a Route that answers in plaintext too': openShiftRoute(
        'host: shop.example.com, tls: { termination: reencrypt, insecureEdgeTerminationPolicy: Allow }',
      ),
      'a Gateway of Istio': mesh('[{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]'),
      'a load balancer': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 80 }] }',
      ),
      'an Ingress without TLS': ingress(
        'rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }]',
      ),
      'a host that the certificate is not for': ingress(
        'rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ hosts: [bank.example.com], secretName: shop-tls }]',
      ),
      'a listener of a Gateway': `${gateway('[{ name: http, protocol: HTTP, port: 80, hostname: shop.example.com }]')}
${httpRoute('web', 'http', '[{ backendRefs: [{ name: web, port: 8080 }] }]')}
${inside}`,
    },
    unknown: {
      'a Gateway of Istio that leads to nothing that was read': mesh(
        '[{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]',
      ).replace('mesh/edge', 'mesh/other'),
      'a port that may speak anything': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 5432 }] }',
      ),
    },
    notApplicable: {
      'a Gateway of Istio that only pods reach':
        `${mesh('[{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]')}
---
apiVersion: v1
kind: Service
metadata: { name: local-gateway, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`.replace('istio: ingressgateway', 'app: web'),
      'inside of the private network': service(
        '{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] }',
        '{ networking.gke.io/load-balancer-type: Internal }',
      ),
      'a node port': service('{ type: ClusterIP, ports: [{ port: 80 }] }'),
    },
  }),
});
