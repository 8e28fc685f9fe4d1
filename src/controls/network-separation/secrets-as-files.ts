import { defineControl, failAt, pass, type AnyControl, type Place } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';

const none: readonly never[] = [];

export const secretsAsFiles: AnyControl = defineControl({
  id: 'network-separation/secrets-as-files',
  decides: ['SEC-02'],
  title: 'Containers read Secrets from files, not from environment variables',
  why: 'The environment is inherited by every child process, ends up in crash dumps and debug pages, and does not change when the Secret is rotated.',
  severity: 'low',
  also: { cis: ['5.4.1'], attack: ['T1552'] },
  subject: containers,

  evaluate({ container, name }) {
    const { env = none, envFrom = none } = container;
    let places: Place[] | undefined;
    for (let index = 0; index < env.length; index++) {
      const variable = env[index];
      if (variable?.valueFrom?.secretKeyRef === undefined) continue;
      (places ??= []).push({
        where: ['env', index, 'valueFrom', 'secretKeyRef'],
        message: `container "${name}" has a Secret in variable "${variable.name ?? ''}", which children inherit`,
      });
    }
    for (let index = 0; index < envFrom.length; index++) {
      const secret = envFrom[index]?.secretRef;
      if (secret === undefined) continue;
      (places ??= []).push({
        where: ['envFrom', index, 'secretRef'],
        message: `container "${name}" takes all of Secret "${secret.name ?? ''}" into its environment`,
      });
    }
    return places === undefined ? pass : failAt(places);
  },

  remedy: 'Mount the Secret as a read-only volume and let the application read the file, again after a rotation.',

  examples: () => ({
    pass: {
      'no Secret in the environment': 'env: [{ name: LOG_LEVEL, value: info }]',
      'a ConfigMap in the environment': 'envFrom: [{ configMapRef: { name: settings } }]',
    },
    fail: {
      'one key': 'env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: database, key: password } } }]',
      'all keys': 'envFrom: [{ secretRef: { name: database } }]',
    },
  }),
});
