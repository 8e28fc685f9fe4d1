import { apiGroup, type LocalSubjectKind } from '../core/index.ts';
import { recordOf } from '../kube/untyped.ts';

/** How a Secret is kept: with its values in a manifest, encrypted there, or in a store outside. */
export interface SecretManifest {
  readonly kind: string;
  readonly name: string;
  /** `plain`: values stand there, and where. */
  readonly kept: 'plain' | 'empty' | 'encrypted' | 'store';
  readonly field: 'data' | 'stringData';
  readonly keys: readonly string[];
}

const stores: readonly string[] = [
  'ExternalSecret.external-secrets.io',
  'SecretProviderClass.secrets-store.csi.x-k8s.io',
  'VaultStaticSecret.secrets.hashicorp.com',
];
const sealed = 'SealedSecret.bitnami.com';

/** What anybody may see, and Kubernetes' own. */
const isPublic = (key: string): boolean => /\.(?:crt|pub|pem\.pub)$/.test(key) || key === 'namespace';

/** Paths of controls are relative to the object. */
export const secretManifests: LocalSubjectKind<SecretManifest> = {
  scope: 'local',
  name: 'Secret as it is kept',
  reads: { podTemplates: false, kinds: ['Secret', sealed, ...stores] },
  example: 'objects',
  subjects({ ref, object }) {
    const { kind, name } = ref;
    const full = `${kind}.${apiGroup(ref.apiVersion)}`;
    const kept = stores.includes(full) ? 'store' : full === sealed ? 'encrypted' : undefined;
    if (kept !== undefined) return [{ subject: { kind, name, kept, field: 'data', keys: [] }, path: [] }];
    if (full !== 'Secret.') return [];
    // SOPS writes how it has encrypted into the object itself.
    if (object['sops'] !== undefined) return [{ subject: { kind, name, kept: 'encrypted', field: 'data', keys: [] }, path: [] }];
    for (const field of ['stringData', 'data'] as const) {
      const keys = Object.entries(recordOf(object[field])).flatMap(([key, value]) =>
        typeof value === 'string' && value !== '' && !isPublic(key) && !isVariable(value) ? [key] : [],
      );
      if (keys.length > 0) return [{ subject: { kind, name, kept: 'plain', field, keys }, path: [] }];
    }
    return [{ subject: { kind, name, kept: 'empty', field: 'data', keys: [] }, path: [] }];
  },
};

/** What is filled in later: `${PASSWORD}`, `$(PASSWORD)`, `<password>`, `{{ password }}`. */
function isVariable(value: string): boolean {
  return value.length < 200 && /^(?:\$\{[^}]*\}|\$\([^)]*\)|<[^>]*>|\{\{.*\}\})$/s.test(value.trim());
}
