import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { encryptionConfigurations, exampleEncryption } from '../../subjects/encryption-configuration.ts';

export const secretEncryption: AnyControl = defineControl({
  id: 'network-separation/secret-encryption',
  decides: ['SEC-04'],
  title: 'The API server encrypts Secrets before it stores them',
  why: 'Without a provider that encrypts, every Secret stands in etcd, on its disks and in its backups as it is. Of several providers the first one writes; the others only read what is there.',
  severity: 'high',
  also: { cis: ['1.2.27'], attack: ['T1552.001'] },
  subject: encryptionConfigurations,
  inEveryCluster: true,

  evaluate({ secrets }) {
    if (secrets === undefined) return fail(['resources'], 'no entry names Secrets: they are stored in plain text');
    const [first] = secrets.providers;
    if (first === undefined)
      return fail([...secrets.path, 'providers'], 'the entry for Secrets has no provider: the API server does not start');
    if (first.type === 'identity') return fail(first.path, 'the first provider for Secrets is identity: they are stored in plain text');
    // Whether the API server was started with this file, and what was stored before.
    return passSoFar(['node']);
  },

  remedy:
    'Put kms (v2) or secretbox in front, on all API servers first as a provider that reads and then as the first one, and rewrite all Secrets.',

  examples: () => ({
    pass: {
      'an encrypting provider first': exampleEncryption(['kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }']),
      'everything of the core group': exampleEncryption(
        ['kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }'],
        '"*."',
      ),
    },
    fail: {
      'identity first': exampleEncryption(['identity: {}', 'kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }']),
      'other objects only': exampleEncryption(
        ['kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }'],
        'configmaps, events',
      ),
      'no provider': exampleEncryption([]),
    },
  }),
});
