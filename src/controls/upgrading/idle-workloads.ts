import { defineControl, unknown, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { idleWorkloads as idle } from '../../subjects/idle-workload.ts';

/** To scale down is the first step of a removal; autoscalers do it as well. */
export const idleWorkloads: AnyControl = defineControl({
  id: 'upgrading/idle-workloads',
  decides: ['UPG-08'],
  title: 'What nobody needs any more is removed',
  why: 'What lies idle keeps its rights, its Secrets and its Service, and gets no updates: whoever may scale it runs an old image with all of them.',
  severity: 'low',
  also: {},
  subject: idle,
  never: ['pass', 'fail'],

  evaluate({ title, at }) {
    const why = at.at(-1) === 'suspend' ? 'is suspended' : 'runs no pods';
    return unknown(
      at,
      fitted((most) => `${short(title, most)} ${why}: whether anybody still needs it is open`),
      ['events', 'person'],
    );
  },

  remedy:
    'Ask its owner, keep its manifest in the history of the repository, and delete it together with its Service, account, roles, Secrets and claims.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: {
      'scaled to nothing': 'kind: Deployment\nmetadata: { name: web }\nspec: { replicas: 0 }',
    },
  }),
});
