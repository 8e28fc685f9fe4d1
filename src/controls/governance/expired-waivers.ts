import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleWaiver } from '../../subjects/example-waiver.ts';
import { titleOf, waivers } from '../../subjects/waiver.ts';

export const expiredWaivers: AnyControl = defineControl({
  id: 'governance/expired-waivers',
  decides: ['GOV-01'],
  title: 'No waiver has outlived its last day',
  why: 'The last day of a waiver is the day of its review. When it is over, what was waived counts again, and somebody has to repair it or to answer for it anew.',
  severity: 'medium',
  also: {},
  subject: waivers,
  inEveryCluster: true,

  evaluate(waiver) {
    const { state, until, findings, at } = waiver;
    if (state === 'malformed') return notApplicable('it is no waiver');
    if (state !== 'expired') return passSoFar(['person', 'cluster', 'events']);
    const open =
      findings === 0 ? 'nothing needs it any more' : `what it waived is open again, in ${findings} place${findings === 1 ? '' : 's'}`;
    return fail(at, `${titleOf(waiver)} ended on ${until}: ${open}`, findings === 0 ? 'low' : 'medium');
  },

  remedy: 'Repair what it waived and remove it, or let its owner decide anew and write a later day.',

  examples: () => ({
    pass: {
      'its last day is to come': exampleWaiver({}),
      'its last day is today': exampleWaiver({ until: '2026-01-15' }),
    },
    fail: {
      'its last day is over': exampleWaiver({ until: '2026-01-14' }),
      'over, and nothing needs it': exampleWaiver({ until: '2025-12-31', isNeeded: false }),
    },
  }),
  alsoFails: ['pod-security/service-account-token'],
});
