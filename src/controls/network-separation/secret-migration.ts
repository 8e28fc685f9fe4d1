import { defineControl, unknown, type AnyControl } from '../../core/index.ts';
import { secretMigrations } from '../../subjects/secret-migration.ts';

export const secretMigration: AnyControl = defineControl({
  id: 'network-separation/secret-migration',
  decides: ['SEC-07'],
  title: 'Secrets are written anew after their encryption has changed',
  why: 'Encryption at rest covers what is written after it was switched on. Whatever was there before stays in etcd and in its backups as it was, in plain text or under a key that was to go.',
  severity: 'medium',
  also: {},
  subject: secretMigrations,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate({ name, state, ended }) {
    const migration = `migration "${name}"`;
    const on = ended === undefined ? '' : ` on ${ended}`;
    const where = ['status', 'conditions'];
    if (state === 'succeeded')
      return unknown(where, `${migration} has written all Secrets anew${on}: whether the key is older, the node shows`, ['node']);
    if (state === 'failed') return unknown(where, `${migration} of Secrets has failed${on}: some may be stored as they were`, ['node']);
    return unknown(where, `${migration} of Secrets has not ended: some may be stored as they were`, ['node']);
  },

  remedy:
    'Create a StorageVersionMigration for secrets after each change of the encryption or its key, and take the old key away once it has succeeded.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: {
      'one that succeeded': migrationThat('Succeeded'),
      'one that failed': migrationThat('Failed'),
      'one under way': migrationThat('Running'),
      'one that says nothing of itself': `
apiVersion: storagemigration.k8s.io/v1
kind: StorageVersionMigration
metadata: { name: odd }
spec: { resource: { resource: secrets } }
status: { conditions: { type: Succeeded } }
`,
    },
    notApplicable: { 'another kind': migrationThat('Succeeded', 'group: apps, resource: deployments') },
  }),
});

function migrationThat(condition: string, resource = 'resource: secrets'): string {
  return `
apiVersion: storagemigration.k8s.io/v1
kind: StorageVersionMigration
metadata: { name: keys-2026 }
spec: { resource: { ${resource} } }
status: { conditions: [{ type: ${condition}, status: "True", lastTransitionTime: "2026-07-01T12:00:00Z" }] }
`;
}
