import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleWaiver } from '../../subjects/example-waiver.ts';
import { titleOf, waivers } from '../../subjects/waiver.ts';

export const unusedWaivers: AnyControl = defineControl({
  id: 'governance/unused-waivers',
  decides: ['GOV-01'],
  title: 'Every waiver still waives something',
  why: 'A waiver that nothing needs any more waits for the next mistake: what it names can break again, and nobody will hear of it.',
  severity: 'low',
  also: {},
  subject: waivers,
  inEveryCluster: true,

  evaluate(waiver) {
    const { state, at } = waiver;
    if (state === 'malformed') return notApplicable('it is no waiver');
    if (state === 'idle') return notApplicable('this run cannot tell whether it is needed');
    if (state !== 'unused') return passSoFar(['person', 'cluster', 'events']);
    return fail(at, `${titleOf(waiver)} waives nothing: what it names does not fail there`);
  },

  remedy: 'Remove it, or correct what it names if something else was meant.',

  examples: () => ({
    pass: { 'it waives a finding': exampleWaiver({}) },
    notApplicable: { 'no control of this version decides what it names': exampleWaiver({ control: 'GOV-02', isNeeded: false }) },
    fail: { 'what it names holds': exampleWaiver({ isNeeded: false }) },
  }),
});
