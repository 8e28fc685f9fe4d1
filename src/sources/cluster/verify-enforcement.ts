import type { ObservedEnforcement, ObservedTrial } from '../../kube/api-server.ts';
import { decode } from '../../kube/decode.ts';
import { barePod, filledIn, forbiddenPods, probeMetadata, soundPod } from '../../kube/enforcement-probes.ts';
import { groupPrefix, type Identity } from '../../kube/pod-makers.ts';
import { podSecurity } from '../../kube/pod-security/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import type { PodSpec } from '../../kube/types.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection, Impersonated } from './connect.ts';
import { mostBytes, parsed } from './json-answer.ts';
import type { Patience } from './patience.ts';
import { tryCreate, type Answer } from './requests.ts';

export interface VerifyOptions {
  /** The trials are of everybody who may make pods. */
  readonly everybody: boolean;
  /** Whom to act as in each namespace; undefined for whoever asks. */
  readonly trials: readonly { readonly namespace: string; readonly as: Identity | undefined }[];
  readonly patience: Patience;
  /** The minor of the server: 35 for Kubernetes 1.35. */
  readonly version: number;
  /** Called after each trial. */
  readonly onTrial?: () => void;
}

/** Two minutes at the usual pace. */
const mostTrials = 600;
/** Somebody whom no role names. */
export const strangerName = 'plimsoll-stranger';

/**
 * Asks the API server what it would do with pods that break the rules, in each namespace as each user. Every request is a dry
 * run: admission decides as always, webhooks without side effects included, and nothing is stored.
 */
export async function verifyEnforcement(connection: Connection, options: VerifyOptions): Promise<ObservedEnforcement> {
  const { trials, patience, onTrial } = options;
  const deadline = Date.now() + patience.all;
  const ask = async (namespace: string, as: Impersonated | undefined, spec: PodSpec): Promise<Outcome> => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...probeMetadata, namespace }, spec };
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    return outcomeOf(await tryCreate(connection, path, pod, as, { mostBytes, deadline }, patience));
  };
  const found: ObservedTrial[] = [];
  for (const { namespace, as } of trials.slice(0, mostTrials)) {
    const whom = as === undefined ? undefined : impersonated(as);
    found.push({
      namespace,
      ...(as === undefined ? {} : { as }),
      ...(await trialOf((spec) => ask(namespace, whom, spec), options.version)),
    });
    onTrial?.();
  }
  const [first] = trials;
  const stranger = first === undefined ? undefined : await ask(first.namespace, { user: strangerName, groups: [] }, soundPod);
  return {
    trials: found,
    ...(options.everybody ? { everybody: true } : {}),
    ...(trials.length > mostTrials ? { left: trials.length - mostTrials } : {}),
    ...(stranger === undefined || stranger.type === 'unclear'
      ? {}
      : { stranger: stranger.type === 'not permitted' ? 'not permitted' : 'permitted' }),
  };
}

/** The API server knows the groups of a service account by its name. */
function impersonated(identity: Identity): Impersonated {
  if (!identity.startsWith(groupPrefix)) return { user: identity, groups: [] };
  return { user: strangerName, groups: [identity.slice(groupPrefix.length)] };
}

async function trialOf(ask: (spec: PodSpec) => Promise<Outcome>, version: number): Promise<Omit<ObservedTrial, 'namespace' | 'as'>> {
  const sound = await ask(soundPod);
  if (sound.type === 'not permitted') return { sound: 'not permitted' };
  if (sound.type !== 'admitted') return { sound: 'unclear', reason: sound.reason };
  const [bare, ...others] = await Promise.all([ask(barePod), ...forbiddenPods.map(({ spec }) => ask(spec))]);
  const named = (type: Outcome['type']): string[] =>
    forbiddenPods.filter((_, index) => others[index]?.type === type).map(({ name }) => name);
  const weakened = podSecurity(sound.spec, {}, 'restricted', version).map(({ check }) => check);
  return {
    sound: 'admitted',
    admitted: named('admitted'),
    refused: named('refused'),
    undecided: [...named('unclear'), ...named('not permitted')],
    ...(bare?.type === 'admitted' ? { defaults: filledIn(bare.spec) } : {}),
    ...(weakened.length === 0 ? {} : { weakened }),
  };
}

type Outcome =
  | { readonly type: 'admitted'; readonly spec: PodSpec }
  | { readonly type: 'refused'; readonly reason: string }
  /** By RBAC or another authorizer: admission was not asked. */
  | { readonly type: 'not permitted' }
  | { readonly type: 'unclear'; readonly reason: string };

function outcomeOf(answer: Answer): Outcome {
  if (answer.type === 'too large') return { type: 'unclear', reason: 'the answer is too large' };
  if (answer.type === 'failed') return { type: 'unclear', reason: answer.reason };
  const said = parsed(answer.body);
  if (answer.type === 'refused') return refusal(answer.status, said);
  const pod = isObject(said) ? decode(said) : undefined;
  const [template] = pod === undefined || 'refused' in pod ? [] : pod.podTemplates;
  return template === undefined ? { type: 'unclear', reason: 'the answer is no pod' } : { type: 'admitted', spec: template.spec };
}

/** Of these that are no server's fault, none is decided by admission. */
const notAdmission: ReadonlySet<number> = new Set([401, 404, 405, 408, 429]);

function refusal(status: number, said: unknown): Outcome {
  const reason = isObject(said) && typeof said['message'] === 'string' ? oneLine(said['message']) : `status ${status}`;
  // k8s.io/apiserver, endpoints/handlers/responsewriters (Forbidden): what an authorizer refuses has no name yet.
  if (status === 403 && /^pods is forbidden: User ".*" cannot create resource "pods"/.test(reason)) return { type: 'not permitted' };
  if (reason.includes(' cannot impersonate resource ')) return { type: 'unclear', reason: 'acting as this user is not permitted' };
  // A webhook that cannot be asked without consequences.
  const unasked = status >= 500 || notAdmission.has(status) || reason.endsWith(' does not support dry run');
  return unasked ? { type: 'unclear', reason } : { type: 'refused', reason };
}
