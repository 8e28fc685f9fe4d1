import { defineControl, failAt, notApplicable, strings, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { entranceExamples, entrances, namedBehind } from '../../subjects/entrance.ts';

const { ingress, gateway, openShiftRoute, mesh, inside } = entranceExamples;

export const wildcardHosts: AnyControl = defineControl({
  id: 'network-separation/wildcard-hosts',
  decides: ['NET-08'],
  title: 'Ways in are for hosts that are named',
  why: 'A rule for every host answers for names that nobody has thought of, those of other teams and forgotten ones included. Whoever can create an Ingress or a route beside a wildcard takes over names of others.',
  severity: 'low',
  also: { attack: ['T1190'] },
  subject: entrances,
  params: { approved: strings('Ingresses, Routes and Gateways that may answer for every host, as namespace/name', []) },

  evaluate({ title, key, by, listeners, leadsTo }, { params }) {
    if (by !== 'Ingress' && by !== 'Route' && by !== 'Gateway') return notApplicable('it knows no hosts');
    if (params.approved.includes(key)) return notApplicable('somebody has approved it');
    return failAt(
      listeners.flatMap(({ host, at, what }) => {
        if (host !== undefined && !host.startsWith('*')) return [];
        const named = (most: number): string => (host === undefined ? 'every host' : `all of "${short(host, most)}"`);
        const where = by === 'Gateway' ? ` at ${what}` : '';
        return [{ where: at, message: fitted((most) => `${title} answers for ${named(most)}${where}${namedBehind(leadsTo, most)}`) }];
      }),
    );
  },

  remedy:
    'Name the hosts in rules and listeners, each with its own certificate; a default backend answers 404 and leads to no application.',

  examples: () => ({
    pass: {
      'a host with a name': ingress(
        'rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ hosts: [shop.example.com], secretName: shop-tls }]',
      ),
      'a Route whose host the router makes up': openShiftRoute('tls: { termination: edge }'),
    },
    fail: {
      'all names of a domain': openShiftRoute('host: www.example.com, wildcardPolicy: Subdomain, tls: { termination: edge }'),
      'a Gateway of Istio': mesh('[{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com, "shop/*"] }]'),
      'every host': ingress(
        'rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ secretName: shop-tls }]',
      ),
      'a wildcard': ingress(
        'rules: [{ host: "*.example.com", http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }], tls: [{ hosts: ["*.example.com"], secretName: shop-tls }]',
      ),
      'a default backend': ingress('defaultBackend: { service: { name: web, port: { number: 8080 } } }, tls: [{ secretName: shop-tls }]'),
      'a listener without a host': `${gateway('[{ name: https, protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: shop-tls }] } }]')}${inside}`,
    },
    notApplicable: { 'no hosts': inside },
  }),
});
