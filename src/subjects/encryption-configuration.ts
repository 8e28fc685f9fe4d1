import { apiGroup, type LocalSubjectKind } from '../core/index.ts';
import {
  encryptionConfigurationKind,
  readEncryptionConfiguration,
  type EncryptionConfiguration,
} from '../kube/encryption-configuration.ts';

/** A file that says how the API server encrypts what it stores. Paths of controls are relative to it. */
export const encryptionConfigurations: LocalSubjectKind<EncryptionConfiguration> = {
  scope: 'local',
  name: 'configuration of encryption at rest',
  reads: { podTemplates: false, kinds: [encryptionConfigurationKind] },
  example: 'objects',
  subjects: ({ ref, object }) =>
    `${ref.kind}.${apiGroup(ref.apiVersion)}` === encryptionConfigurationKind
      ? [{ subject: readEncryptionConfiguration(object), path: [] }]
      : [],
};

/** An EncryptionConfiguration for the examples of controls: the providers of Secrets. */
export function exampleEncryption(providers: readonly string[], resources = 'secrets'): string {
  return `
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [${resources}]
    providers:${providers.map((provider) => `\n      - ${provider}`).join('')}
`;
}

/** 32 bytes that are nobody's key. */
export const exampleKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
