import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { encryptionConfigurations, exampleEncryption, exampleKey } from '../../subjects/encryption-configuration.ts';

export const encryptionKeyFile: AnyControl = defineControl({
  id: 'network-separation/encryption-key-file',
  decides: ['SEC-08'],
  title: 'The key of encryption at rest stands in no file that is kept with others',
  why: 'The key opens every Secret in etcd and in its backups. In a repository it is read by all who may clone it, today and from its history.',
  severity: 'high',
  also: { attack: ['T1552.004'] },
  subject: encryptionConfigurations,
  manifestsOnly: 'left to the manifests: no API shows the file',

  evaluate({ entries }) {
    const places: Place[] = [];
    for (const { providers } of entries)
      for (const { type, keys } of providers)
        for (const { path, bytes } of keys)
          if (bytes !== undefined)
            places.push({ where: path, message: `a key of ${type} stands in this file, and with it wherever the file is kept` });
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Make a new key on the node alone, rewrite all Secrets with it, and put a placeholder into the repository: the old key stays in its history.',

  examples: () => ({
    pass: {
      'a service has the key': exampleEncryption(['kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }']),
      'a placeholder': exampleEncryption(['secretbox: { keys: [{ name: first, secret: "<32 random bytes in base64>" }] }']),
    },
    fail: { 'a key': exampleEncryption([`secretbox: { keys: [{ name: first, secret: ${exampleKey} }] }`]) },
  }),
});
