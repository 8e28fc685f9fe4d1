import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { encryptionConfigurations, exampleEncryption, exampleKey } from '../../subjects/encryption-configuration.ts';

/** Bytes of a key that each provider takes (k8s.io/apiserver v0.37, apis/apiserver/validation). */
const keySizes: Readonly<Record<string, readonly number[]>> = { aescbc: [16, 24, 32], aesgcm: [16, 24, 32], secretbox: [32] };

const kms = 'kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }';

/** Appendix H of the guide shows aescbc with identity behind it: errata 6 and 17. */
export const encryptionProvider: AnyControl = defineControl({
  id: 'network-separation/encryption-provider',
  decides: ['SEC-05'],
  title: 'Secrets are encrypted by a strong provider, and by nothing weaker behind it',
  why: 'Provider aescbc does not notice changed ciphertext and has known padding attacks, aesgcm breaks when a key is used too long. A provider identity that stays behind takes plain text that somebody puts into etcd for a Secret.',
  severity: 'medium',
  also: { cis: ['1.2.28'] },
  subject: encryptionConfigurations,
  inEveryCluster: true,

  evaluate({ secrets }) {
    const [first] = secrets?.providers ?? [];
    if (secrets === undefined || first === undefined || first.type === 'identity') return nothingEncrypted;
    const places: Place[] = [];
    if (first.type === 'aescbc')
      places.push({
        where: first.path,
        message: 'aescbc encrypts Secrets, as appendix H has it: kms v2 or secretbox is strong (erratum 6)',
      });
    if (first.type === 'aesgcm')
      places.push({ where: first.path, message: 'aesgcm encrypts Secrets, and needs a new key every 200,000 writes', severity: 'low' });
    for (const { type, path, keys } of secrets.providers) {
      if (type === 'identity')
        places.push({
          where: path,
          message: 'provider identity takes plain text for Secrets once all are encrypted (erratum 17)',
          severity: 'low',
        });
      const names = new Set<string>();
      for (const key of keys) {
        if (names.has(key.name))
          places.push({ where: key.path, message: `two keys of ${type} have one name: which of them is meant is open` });
        names.add(key.name);
        const sizes = keySizes[type] ?? [];
        if (key.bytes !== undefined && !sizes.includes(key.bytes))
          places.push({
            where: key.path,
            message: `a key of ${type} has ${key.bytes} bytes, and the API server takes ${sizes.join(', ')}`,
          });
      }
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Put kms (v2) or secretbox in front of the weaker provider, rewrite all Secrets, and then take out the weaker one and identity: what only they can read is lost.',

  alsoFails: ['network-separation/encryption-key-file'],

  examples: () => ({
    pass: { 'a key management service alone': exampleEncryption([kms]) },
    fail: {
      'as appendix H has it': exampleEncryption([`aescbc: { keys: [{ name: first, secret: ${exampleKey} }] }`, 'identity: {}']),
      aesgcm: exampleEncryption([`aesgcm: { keys: [{ name: first, secret: ${exampleKey} }] }`]),
      'identity left behind': exampleEncryption([kms, 'identity: {}']),
      'a short key, and a name twice': exampleEncryption([
        `secretbox: { keys: [{ name: a, secret: AAECAwQFBgcICQoLDA0ODw== }, { name: a, secret: ${exampleKey} }] }`,
      ]),
    },
  }),
});

const nothingEncrypted = notApplicable('no provider encrypts Secrets, which network-separation/secret-encryption judges');
