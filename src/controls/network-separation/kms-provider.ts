import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { encryptionConfigurations, exampleEncryption } from '../../subjects/encryption-configuration.ts';

/** KMS v1 is deprecated since 1.28, and off unless a feature gate brings it back since 1.29. */
const v1OffSince = 29;

/** Everybody on the node may make files there, and abstract sockets in its network. */
const openToAll = /^\/(?:@|\/*(?:tmp|var\/tmp|dev\/shm)\/)/;

/** Appendix I of the guide has all three mistakes: erratum 17. */
export const kmsProvider: AnyControl = defineControl({
  id: 'network-separation/kms-provider',
  decides: ['SEC-06'],
  title: 'The plugin of a key management service speaks v2 over a socket that is protected',
  why: 'KMS v1 asks the service for every object and ends the start of an API server that no longer has it. Whoever makes the socket first, where everybody may, is asked for the keys of all Secrets.',
  severity: 'medium',
  also: { cis: ['1.2.28'] },
  subject: encryptionConfigurations,
  inEveryCluster: true,

  evaluate({ entries }, { version }) {
    const providers = entries.flatMap((entry) => entry.providers.filter(({ type }) => type === 'kms'));
    if (providers.length === 0) return noService;
    const places: Place[] = [];
    for (const { path, version: protocol, endpoint } of providers) {
      if (protocol !== 'v2')
        places.push({
          where: [...path, 'apiVersion'],
          message:
            version >= v1OffSince
              ? `the plugin speaks KMS v1, which is off since 1.${v1OffSince}: the API server does not start (erratum 17)`
              : 'the plugin speaks KMS v1, which is deprecated since 1.28 (erratum 17)',
        });
      const where = [...path, 'endpoint'];
      const socket = /^unix:\/\/(\/.+)$/.exec(endpoint ?? '')?.[1];
      if (socket !== undefined && openToAll.test(socket))
        places.push({ where, message: 'everybody on the node may make that socket (erratum 17)', severity: 'high' });
      else if (socket === undefined)
        places.push({ where, message: 'the address of the socket is no unix:/// with an absolute path (erratum 17)' });
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Run a plugin for v2 with its socket in a directory of root, put it beside the old one, rewrite all Secrets, and then take out the old one.',

  examples: () => ({
    pass: {
      'v2 over a protected socket': exampleEncryption(['kms: { apiVersion: v2, name: vault, endpoint: unix:///run/kms/vault.sock }']),
    },
    fail: {
      'as appendix I has it': exampleEncryption(['kms: { name: vault, endpoint: "unix://tmp/vault.sock", cachesize: 100 }']),
      'a directory of everybody': exampleEncryption(['kms: { apiVersion: v2, name: vault, endpoint: unix:///tmp/vault.sock }']),
      'an abstract socket': exampleEncryption(['kms: { apiVersion: v2, name: vault, endpoint: unix:///@vault }']),
      'no address': exampleEncryption(['kms: { apiVersion: v2, name: vault }']),
    },
    notApplicable: { 'another provider': exampleEncryption(['secretbox: { keys: [{ name: first, secret: <key> }] }']) },
  }),
});

const noService = notApplicable('no key management service is asked');
