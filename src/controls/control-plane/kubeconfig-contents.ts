import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { certificateNames, fromBase64 } from '../../kube/certificate.ts';
import { textOf } from '../../kube/untyped.ts';
import { kubeconfigs } from '../../subjects/kubeconfig.ts';

/** The file of appendix N has http, a password and a context of a cluster that is missing: erratum 21. */
export const kubeconfigContents: AnyControl = defineControl({
  id: 'control-plane/kubeconfig-contents',
  decides: ['KCFG-03'],
  title: 'Kubeconfigs verify whom they talk to, and hold no passwords or tokens',
  why: 'Over http, or without looking at the certificate, whoever stands between gets the credential with the first request. A token in a file is good for whoever has the file, or an old copy of it.',
  severity: 'high',
  also: { cis: ['3.1.1'], attack: ['T1552.001'] },
  subject: kubeconfigs,
  manifestsOnly: 'left to the manifests: no API shows the files of its clients',

  evaluate({ clusters, users, contexts }) {
    const places: Place[] = [];
    for (const { path, value } of clusters) {
      if (typeof value['server'] === 'string' && /^http:\/\//i.test(value['server']))
        places.push({
          where: [...path, 'server'],
          message: 'the server is asked in plaintext: everybody between reads along (erratum 21)',
        });
      if (value['insecure-skip-tls-verify'] === true)
        places.push({
          where: [...path, 'insecure-skip-tls-verify'],
          message: 'the certificate of the server is not looked at: it may be anybody',
        });
    }
    for (const { path, value } of users) {
      const certificate = fromBase64(textOf(value['client-certificate-data']) ?? '') ?? '';
      if (certificateNames(certificate, 'system:masters'))
        places.push({
          where: [...path, 'client-certificate-data'],
          message: 'a certificate of the group system:masters stands in this file: no role restrains it, and nothing revokes it',
        });
      for (const field of ['password', 'token'])
        if (typeof value[field] === 'string' && value[field] !== '')
          places.push({ where: [...path, field], message: `a ${field} stands in this file, good for everybody who has a copy` });
    }
    for (const { path, value } of contexts)
      for (const [field, entries] of [
        ['cluster', clusters],
        ['user', users],
      ] as const)
        if (typeof value[field] === 'string' && entries.every(({ name }) => name !== value[field]))
          places.push({
            where: [...path, field],
            message: `a context names a ${field} that is not in the file (erratum 21)`,
            severity: 'low',
          });
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'person']);
  },

  remedy:
    'Ask the server over https with the authority of its certificate in the file, and get credentials from a program (users.user.exec) or as a client certificate.',

  examples: () => ({
    pass: {
      'a program brings the credential': kubeconfig(
        '{ server: https://audit.example.com, certificate-authority: ca.crt }',
        '{ exec: { command: login } }',
      ),
    },
    fail: {
      'as appendix N has it': kubeconfig(
        '{ server: http://audit.example.com/events }',
        '{ username: audit, password: not-a-real-one }',
        'other',
      ),
      'a scheme in capitals': kubeconfig('{ server: "HTTP://10.0.0.1:8080" }', '{ exec: { command: login } }'),
      'the certificate of all administrators': kubeconfig(
        '{ server: https://10.0.0.1:6443 }',
        `{ client-certificate-data: ${ofMasters}, client-key: admin.key }`,
      ),
      'nobody looks': kubeconfig('{ server: https://10.0.0.1:6443, insecure-skip-tls-verify: true }', '{ token: not-a-real-one }'),
    },
  }),
});

/** Its subject is O=system:masters, CN=admin, as kubeadm wrote it into admin.conf until 1.28. */
const ofMasters =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJwakNDQVUyZ0F3SUJBZ0lVWS9OeUc5VlV1VSt2QlVHRXA0Tjh1bVJwbWhzd0NnWUlLb1pJemowRUF3SXcKS1RFWE1CVUdBMVVFQ2d3T2MzbHpkR1Z0T20xaGMzUmxjbk14RGpBTUJnTlZCQU1NQldGa2JXbHVNQjRYRFRJMgpNVEV5TWpFNU5EUTFOMW9YRFRNMk1URXhPVEU1TkRRMU4xb3dLVEVYTUJVR0ExVUVDZ3dPYzNsemRHVnRPbTFoCmMzUmxjbk14RGpBTUJnTlZCQU1NQldGa2JXbHVNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUUKV0NmWlFJOVNPUkFIMTYxQkE5OG1xVzljZVZjNmpXRmFjbEhaalNXd1BvQk8zVUlwT2RYbzFzeE53RVVSMXNNRQpCZFZVNVloc3hreDlzQkJuR2MxaXhLTlRNRkV3SFFZRFZSME9CQllFRk50QklwUUlRaFRiYmFhWERaVFZycWVxCmRxeWhNQjhHQTFVZEl3UVlNQmFBRk50QklwUUlRaFRiYmFhWERaVFZycWVxZHF5aE1BOEdBMVVkRXdFQi93UUYKTUFNQkFmOHdDZ1lJS29aSXpqMEVBd0lEUndBd1JBSWdTanErb21vRmx5NXpyd1VOSk9BS21CQnVCeUNoMzdzQgpPb2F6T1lnbGttUUNJQ3JpekRUSkdZM0svYitDVldyMktmYm5naTNWYXVpVkFPdFRXNTBWSHh2cQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==';

function kubeconfig(cluster: string, user: string, context = 'audit'): string {
  return `
apiVersion: v1
kind: Config
clusters: [{ name: audit, cluster: ${cluster} }]
users: [{ name: api-server, user: ${user} }]
contexts: [{ name: default, context: { cluster: ${context}, user: api-server } }]
current-context: default
`;
}
