import { defineControl, failAt, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import type { ObservedTrial } from '../../kube/api-server.ts';
import { safeDefaults } from '../../kube/enforcement-probes.ts';
import { apiServers, exampleApiServer } from '../../subjects/api-server.ts';

const at = ['status', 'enforcement'];

export const injectedDefaults: AnyControl = defineControl({
  id: 'pod-security/injected-defaults',
  decides: ['ENF-07'],
  title: 'Admission fills in safe defaults or refuses what says nothing, and weakens no pod',
  why: 'Most authors leave the fields of security empty. What admission fills in holds for all of them; what it adds, such as a sidecar, can undo what an author has written.',
  severity: 'low',
  also: { attack: ['T1610'] },
  subject: apiServers,
  inEveryCluster: true,

  evaluate({ status: { enforcement } }) {
    if (enforcement === undefined)
      return unknown(['status'], 'nobody asked what admission fills in: --verify-enforcement does, by dry runs', ['cluster']);
    const { trials } = enforcement;
    const admitting = trials.map((each, index) => ({ each, index })).filter(({ each }) => each.sound === 'admitted');
    // Who asks makes no difference to most of them: one line for each namespace.
    const firsts = admitting.filter(({ each }, place) => admitting.findIndex((other) => other.each.namespace === each.namespace) === place);
    const places = [
      ...admitting.flatMap(({ each, index }) => weakening(each, index)),
      ...firsts.flatMap(({ each, index }) => lacking(each, index)),
    ];
    if (places.length > 0) return failAt(places);
    if (admitting.length === 0) return unknown([...at, 'trials'], 'no pod was let in, and none could be looked at', ['cluster']);
    // The kubelet has a default of its own for seccomp.
    return passSoFar(['node']);
  },

  remedy:
    'Correct the sources; where that is not possible let a MutatingAdmissionPolicy fill in what is empty, and let what adds containers add them without privileges.',

  examples: () => ({
    pass: {
      'a pod that says nothing is refused': exampleApiServer({ enforcement: { trials: [trial({})] } }),
      'a pod that says nothing gets all': exampleApiServer({ enforcement: { trials: [trial({ defaults: [...safeDefaults] })] } }),
    },
    fail: {
      'nothing is filled in': exampleApiServer({ enforcement: { trials: [trial({ defaults: [] }), trial({ as: 'jane', defaults: [] })] } }),
      'a sidecar that makes pods weaker': exampleApiServer({
        enforcement: { trials: [trial({ weakened: ['capabilities_baseline', 'runAsNonRoot'] })] },
      }),
    },
    unknown: {
      'nobody asked': exampleApiServer({}),
      'nothing is let in': exampleApiServer({ enforcement: { trials: [{ namespace: 'shop', sound: 'not permitted' }] } }),
    },
  }),
});

function trial(more: Partial<ObservedTrial>): ObservedTrial {
  return { namespace: 'shop', sound: 'admitted', admitted: [], refused: ['privileged'], undecided: [], ...more };
}

function weakening({ namespace, weakened: [first, ...rest] = [] }: ObservedTrial, index: number): Place[] {
  if (first === undefined) return [];
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  const message = `namespace "${namespace}": admission makes pods weaker: ${first}${more}`;
  return [{ where: [...at, 'trials', index, 'weakened'], message, severity: 'medium' }];
}

function lacking({ namespace, defaults }: ObservedTrial, index: number): Place[] {
  if (defaults === undefined) return [];
  const missing = safeDefaults.filter((name) => !defaults.includes(name));
  const [first, ...rest] = missing;
  if (first === undefined) return [];
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  const message = `namespace "${namespace}": pods that say nothing do not get ${first}${more}`;
  return [{ where: [...at, 'trials', index, 'defaults'], message }];
}
