import { defineControl, fail, pass, remove, strings, type AnyControl } from '../../core/index.ts';
import { services } from '../../subjects/service.ts';

/** CVE-2020-8554; deprecated from 1.36 (KEP-5707), which names the admission plugin DenyServiceExternalIPs as the way out. */
export const externalIps: AnyControl = defineControl({
  id: 'network-separation/external-ips',
  decides: ['NET-08'],
  title: 'Services claim no external addresses',
  why: 'Nobody checks whose addresses these are: with the address of a public site or of another Service, whoever may create a Service takes the traffic of the whole cluster for it (CVE-2020-8554).',
  severity: 'high',
  also: { cis: ['1.2.3'], attack: ['T1557'] },
  subject: services,
  params: { approved: strings('Services that may have externalIPs, as namespace/name', []) },

  evaluate({ name, namespace, spec: { externalIPs = [] } }, { params, version }) {
    const [first] = externalIPs;
    if (first === undefined || params.approved.includes(`${namespace ?? 'default'}/${name}`)) return pass;
    const more = externalIPs.length === 1 ? '' : ` and ${externalIPs.length - 1} more`;
    const deprecated = version >= 36 ? ', which 1.36 deprecates' : '';
    return fail(
      ['spec', 'externalIPs'],
      `Service takes the traffic for ${first.slice(0, 45)}${more}, whoever has that address${deprecated}`,
    );
  },

  fix: {
    safety: 'review',
    risk: 'clients that use the address reach nothing any more; give the Service a load balancer, or a Gateway in front, and wait until no traffic for the address is left',
    edits: () => [remove(['spec', 'externalIPs'])],
  },

  examples: () => ({
    pass: { 'an address of the cluster': service('{ type: ClusterIP, ports: [{ port: 80 }] }') },
    fail: { 'an address': service('{ externalIPs: [198.51.100.7], ports: [{ port: 443 }] }') },
  }),
});

function service(spec: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: ${spec}
`;
}
