import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleWaiver } from '../../subjects/example-waiver.ts';
import { titleOf, waivers } from '../../subjects/waiver.ts';

export const malformedWaivers: AnyControl = defineControl({
  id: 'governance/malformed-waivers',
  decides: ['GOV-01'],
  title: 'Every waiver says what it waives, why, who answers for it, and until when',
  why: 'A waiver that cannot be read waives nothing, and its author believes that it does. One without an owner or a last day is never reviewed: it would be a setting that nobody answers for.',
  severity: 'medium',
  also: {},
  subject: waivers,
  inEveryCluster: true,

  evaluate(waiver) {
    if (waiver.state !== 'malformed') return passSoFar(['person', 'cluster', 'events']);
    return fail(waiver.at, `${titleOf(waiver)} is none: ${waiver.fault}`);
  },

  remedy: 'Name a control, and give a reason, an owner and a last day as YYYY-MM-DD; docs/waivers.md shows each form.',

  examples: () => ({
    pass: { 'all that it must say': exampleWaiver({}) },
    fail: {
      'no owner': exampleWaiver({ owner: '' }),
      'no such day': exampleWaiver({ until: '2026-02-30' }),
      'no such control': exampleWaiver({ control: 'POD-99' }),
      'no JSON': 'kind: Deployment\nmetadata: { annotations: { plimsoll.dev/waive: POD-04 until spring } }\n',
    },
  }),
  alsoFails: ['pod-security/service-account-token'],
});
