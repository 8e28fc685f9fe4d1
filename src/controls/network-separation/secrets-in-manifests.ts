import { defineControl, fail, notApplicable, pass, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { secretManifests } from '../../subjects/secret-manifest.ts';

export const secretsInManifests: AnyControl = defineControl({
  id: 'network-separation/secrets-in-manifests',
  decides: ['SEC-02'],
  title: 'Manifests hold no values of Secrets',
  why: 'Base64 is no encryption: whoever reads the repository, a backup of it or the log of a pipeline has the value. In the history of the repository it stays for as long as that is kept.',
  severity: 'medium',
  also: { cis: ['5.4.2'], attack: ['T1552.001'] },
  subject: secretManifests,
  manifestsOnly: 'left to the manifests: in a cluster Secrets have their values, and a scan reads none of them',

  evaluate({ name, kept, field, keys }) {
    if (kept === 'empty') return notApplicable('no value stands in it');
    if (kept !== 'plain') return pass;
    const [first = ''] = keys;
    const more = keys.length === 1 ? '' : ` and ${keys.length - 1} more`;
    const where = [field, first];
    return fail(
      where,
      fitted((most) => `Secret "${short(name, most)}" stands in a manifest with the value of "${short(first, most)}"${more}`),
    );
  },

  remedy:
    'Take the value back where it was issued, keep its successor in an external store (External Secrets, the Secrets Store CSI driver) or encrypted (Sealed Secrets, SOPS), and let a controller write the Secret.',

  alsoFails: ['upgrading/unreferenced-objects'],

  examples: () => ({
    pass: {
      'from a store': `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: database, namespace: shop }
spec: { secretStoreRef: { name: vault, kind: ClusterSecretStore }, data: [{ secretKey: password, remoteRef: { key: shop/database } }] }
`,
      encrypted: `
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: database, namespace: shop }
spec: { encryptedData: { password: AgBy3i4OJSWK } }
`,
    },
    fail: {
      base64: secret('data: { password: aHVudGVyMg== }'),
      'as text': secret('stringData: { user: shop, password: hunter2 }'),
    },
    notApplicable: { 'filled in later': secret('stringData: { password: "${PASSWORD}" }') },
  }),
});

function secret(values: string): string {
  return `
apiVersion: v1
kind: Secret
metadata: { name: database, namespace: shop }
${values}
`;
}
