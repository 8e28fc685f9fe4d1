import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';

export const secretsAsFiles: AnyControl = defineControl({
  id: 'network-separation/secrets-as-files',
  decides: ['SEC-02'],
  title: 'Containers read Secrets from files, not from environment variables',
  why: 'The environment is inherited by every child process, ends up in crash dumps and debug pages, and does not change when the Secret is rotated.',
  severity: 'low',
  also: { cis: ['5.4.1'], attack: ['T1552'] },
  subject: containers,

  evaluate({ container, name }) {
    const places: Place[] = [];
    for (const [index, { name: variable = '', valueFrom }] of (container.env ?? []).entries()) {
      if (valueFrom?.secretKeyRef === undefined) continue;
      places.push({
        where: ['env', index, 'valueFrom', 'secretKeyRef'],
        message: `container "${name}" has a Secret in variable "${variable}", which children inherit`,
      });
    }
    for (const [index, { secretRef }] of (container.envFrom ?? []).entries()) {
      if (secretRef === undefined) continue;
      places.push({
        where: ['envFrom', index, 'secretRef'],
        message: `container "${name}" takes all of Secret "${secretRef.name ?? ''}" into its environment`,
      });
    }
    return failAt(places);
  },

  remedy: 'Mount the Secret as a read-only volume and let the application read the file, again after a rotation.',

  examples: {
    pass: {
      'no Secret in the environment': 'env: [{ name: LOG_LEVEL, value: info }]',
      'a ConfigMap in the environment': 'envFrom: [{ configMapRef: { name: settings } }]',
    },
    fail: {
      'one key': 'env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: database, key: password } } }]',
      'all keys': 'envFrom: [{ secretRef: { name: database } }]',
    },
  },
});
