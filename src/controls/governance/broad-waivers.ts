import { defineControl, failAt, notApplicable, number, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleWaiver } from '../../subjects/example-waiver.ts';
import { titleOf, waivers } from '../../subjects/waiver.ts';

export const broadWaivers: AnyControl = defineControl({
  id: 'governance/broad-waivers',
  decides: ['GOV-01'],
  title: 'No waiver waives more than one person can answer for',
  why: 'A waiver that fits everything also fits what nobody has looked at: a pattern for a whole chapter or for all files turns the scan off without saying so.',
  severity: 'high',
  also: {},
  subject: waivers,
  inEveryCluster: true,

  params: { most: number('How many findings one waiver may waive', 50) },

  evaluate(waiver, { params }) {
    const { state, findings, at } = waiver;
    if (state === 'malformed') return notApplicable('it is no waiver');
    if (state === 'expired') return notApplicable('it waives nothing any more');
    if (findings <= params.most) return passSoFar(['person', 'cluster', 'events']);
    return failAt([{ where: at, message: `${titleOf(waiver)} waives ${findings} findings, more than ${params.most}` }]);
  },

  remedy:
    'Name the controls and the places that are meant, or leave whole folders out with the settings for paths, which the ledger shows.',

  examples: () => ({
    params: { most: 0 },
    pass: { 'it waives no more than it may': exampleWaiver({ control: 'GOV-02', isNeeded: false }) },
    fail: { 'it waives more': exampleWaiver({}) },
  }),
});
