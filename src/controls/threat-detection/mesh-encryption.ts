import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { recordOf, textOf } from '../../kube/untyped.ts';
import { peerAuthentications } from '../../subjects/peer-authentication.ts';

/** istio.io, "PeerAuthentication": what says nothing inherits from the namespace, and that from the mesh. */
export const meshEncryption: AnyControl = defineControl({
  id: 'threat-detection/mesh-encryption',
  decides: ['SM-01', 'SM-02'],
  title: 'A service mesh takes no plaintext',
  why: 'As long as plaintext is taken besides, a pod without a certificate is let in like any other, and rules that ask who calls have nobody to ask. Who can listen in the network reads along.',
  severity: 'low',
  also: { attack: ['T1040', 'T1557'] },
  subject: peerAuthentications,

  evaluate({ name, mtls, ports }) {
    const places: Place[] = [];
    const judge = (mode: string | undefined, where: Place['where'], port: string): void => {
      if (mode === 'DISABLE')
        places.push({
          where,
          message: `PeerAuthentication "${name}" switches mutual TLS off${port}: everything is plaintext`,
          severity: 'medium',
        });
      if (mode === 'PERMISSIVE') places.push({ where, message: `PeerAuthentication "${name}" takes plaintext besides mutual TLS${port}` });
    };
    judge(mtls, ['spec', 'mtls', 'mode'], '');
    for (const [port, value] of Object.entries(ports))
      judge(textOf(recordOf(value)['mode']), ['spec', 'portLevelMtls', port, 'mode'], ` at port ${port.slice(0, 5)}`);
    if (places.length > 0) return failAt(places);
    if (mtls !== 'STRICT') return notApplicable('it leaves the mode to its namespace or its mesh');
    // Whether all of the cluster is in the mesh, and who still comes in plaintext.
    return passSoFar(['cluster', 'events']);
  },

  remedy: 'Set the mode STRICT, namespace by namespace, once the metrics of the proxies show no plaintext any more.',

  examples: () => ({
    pass: { strict: peer('{ mtls: { mode: STRICT } }') },
    fail: {
      'plaintext besides': peer('{ mtls: { mode: PERMISSIVE } }'),
      'no encryption at all': peer('{ mtls: { mode: DISABLE } }'),
      'one port': peer('{ selector: { matchLabels: { app: web } }, mtls: { mode: STRICT }, portLevelMtls: { "8080": { mode: DISABLE } } }'),
    },
    notApplicable: { 'what the mesh says': peer('{ mtls: { mode: UNSET } }') },
  }),
});

function peer(spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: ${spec}
`;
}
