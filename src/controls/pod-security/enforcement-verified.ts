import { defineControl, failAt, pass, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import type { ObservedTrial } from '../../kube/api-server.ts';
import { isForbiddenByBaseline } from '../../kube/enforcement-probes.ts';
import { apiServers, exampleApiServer } from '../../subjects/api-server.ts';

const at = ['status', 'enforcement'];

export const enforcementVerified: AnyControl = defineControl({
  id: 'pod-security/enforcement-verified',
  decides: ['ENF-08'],
  title: 'Pods that break the rules are refused, whoever asks for them',
  why: 'Labels, policies and webhooks say what is meant to be refused. Only asking shows what is: for each namespace, and for each user who may create pods there.',
  severity: 'high',
  also: { attack: ['T1610'] },
  subject: apiServers,
  inEveryCluster: true,

  evaluate({ status: { enforcement } }) {
    if (enforcement === undefined)
      return unknown(['status'], 'nobody asked whether bad pods are refused: --verify-enforcement does, by dry runs', ['cluster']);
    const { trials, everybody, left = 0 } = enforcement;
    const places = trials.flatMap(faultsOf);
    if (places.length > 0) return failAt(places);
    const unclear = trials.findIndex(({ sound, undecided = [] }) => sound === 'unclear' || undecided.length > 0);
    const one = trials[unclear];
    if (one !== undefined) {
      const who = `${titleOf(one)}: `;
      const why =
        one.sound === 'unclear' ? `a pod without faults is not let in either: ${one.reason}` : `nobody decides about ${one.undecided?.[0]}`;
      return unknown([...at, 'trials', unclear], `${who}${why}`.slice(0, 110), ['cluster']);
    }
    if (left > 0) return unknown([...at, 'left'], `${left} trials were left out: name fewer users or namespaces`, ['cluster']);
    if (!trials.some(({ sound }) => sound === 'admitted'))
      return unknown([...at, 'trials'], 'nobody who was tried may create pods: --verify-as names others', ['cluster']);
    // What holds for some users may not hold for the next.
    return everybody === true ? pass : passSoFar(['cluster']);
  },

  remedy:
    'Raise the level that the namespace enforces, or close what lets the pod by: an exemption, a condition on users, a webhook that fails open.',

  examples: () => ({
    pass: {
      'all is refused': exampleApiServer({
        enforcement: {
          everybody: true,
          trials: [trial({ refused: ['privileged', 'root'] }), { namespace: 'shop', as: 'joe', sound: 'not permitted' }],
        },
      }),
    },
    fail: {
      'a privileged pod is let in': exampleApiServer({
        enforcement: { trials: [trial({}), trial({ as: 'group:developers', admitted: ['privileged', 'host path', 'root'], refused: [] })] },
      }),
      'a pod of root is let in': exampleApiServer({ enforcement: { trials: [trial({ admitted: ['root'] })] } }),
    },
    unknown: {
      'nobody asked': exampleApiServer({}),
      'nothing is let in': exampleApiServer({
        enforcement: { trials: [{ namespace: 'shop', sound: 'unclear', reason: 'exceeded quota: total, requested: pods=1' }] },
      }),
      'a webhook did not answer': exampleApiServer({ enforcement: { trials: [trial({ undecided: ['host network'] })] } }),
      'too many': exampleApiServer({ enforcement: { trials: [trial({})], left: 7 } }),
      'nobody may': exampleApiServer({ enforcement: { trials: [{ namespace: 'shop', sound: 'not permitted' }] } }),
    },
  }),
});

function trial(more: Partial<ObservedTrial>): ObservedTrial {
  return { namespace: 'shop', as: 'jane', sound: 'admitted', admitted: [], refused: ['privileged'], undecided: [], ...more };
}

function faultsOf(each: ObservedTrial, index: number): Place[] {
  const { admitted = [] } = each;
  const bad = admitted.filter(isForbiddenByBaseline);
  const [first, ...rest] = bad.length > 0 ? bad : admitted;
  if (first === undefined) return [];
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  const message = `${titleOf(each)}: a pod with ${first} is let in${more}`;
  const where = [...at, 'trials', index, 'admitted'];
  return bad.length > 0 ? [{ where, message }] : [{ where, message, severity: 'low' }];
}

function titleOf({ namespace, as }: ObservedTrial): string {
  return as === undefined ? `namespace "${namespace}"` : `namespace "${namespace}", as ${as}`;
}
