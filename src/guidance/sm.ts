import type { Chapter } from './recommendation.ts';

/** Encryption, authorisation and telemetry between services. */
export const sm: Chapter = {
  code: 'SM',
  title: 'Service meshes',
  section: 'Service meshes',
  recommendations: [
    {
      code: 'SM-01',
      title: 'Service-to-service encryption with identity',
      reference: 'v1.0 pp. 17, 29-30; v1.2 "Service meshes"',
      origin: 'v1.0',
      asks: 'Traffic between services is encrypted and both sides prove their identity, for which a service mesh can be used.',
      today:
        'Meshes do this with mutual TLS in strict mode. Encryption by the network plugin protects traffic between nodes, but knows no identity of the workload.',
      remedy:
        'Move from permissive to strict mode by namespace. Clients outside the mesh break, so wait until no plaintext connection is left.',
      evidence: ['cluster', 'events'],
      mappings: { attack: ['T1040', 'T1557'] },
    },
    {
      code: 'SM-02',
      title: 'Mesh authorisation policy',
      reference: 'not in the guide as a setting; follows from v1.0 p. 29',
      origin: 'derived',
      asks: 'Where a mesh is in use, its policies deny requests between services by default and allow the needed ones.',
      today: '',
      remedy: 'Derive the policies from observed requests. Missing rules interrupt services.',
      evidence: ['manifest', 'cluster'],
    },
    {
      code: 'SM-03',
      title: 'Mesh telemetry and access logs collected',
      reference: 'v1.0 pp. 29-30, figure 5; v1.2 "Service meshes"',
      origin: 'v1.0',
      asks: 'Access logs and metrics of the mesh are collected and support the baseline of normal behaviour.',
      today: '',
      remedy: 'Enable access logs and ship them. The volume grows.',
      evidence: ['cluster', 'events'],
    },
    {
      code: 'SM-04',
      title: 'Mesh CA rotates certificates',
      reference: 'v1.0 pp. 29-30; v1.2 "Service meshes"',
      origin: 'v1.0',
      asks: 'The mesh issues its certificates from a managed authority and renews them automatically.',
      today: '',
      remedy: 'Connect the mesh to a managed certificate authority. Changing the root breaks trust during the transition, so plan it.',
      evidence: ['cluster', 'node'],
      mappings: { attack: ['T1552.004'] },
    },
  ],
};
