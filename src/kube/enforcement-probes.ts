import type { Metadata } from '../core/index.ts';
import type { Container, PodSpec, SecurityContext } from './types.ts';

/** A pod that is asked about and never made: sent as a dry run alone. */
export interface Probe {
  /** What is wrong with it, as messages say it: `host network`. */
  readonly name: string;
  /** The level of the Pod Security Standards that refuses it. */
  readonly level: 'baseline' | 'restricted';
  readonly spec: PodSpec;
}

export const probeMetadata: Metadata = {
  generateName: 'plimsoll-probe-',
  labels: { 'app.kubernetes.io/name': 'plimsoll-probe' },
};

const securityContext: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const resources: NonNullable<Container['resources']> = {
  requests: { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' },
  limits: { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' },
};

const container: Container = { name: 'probe', image: 'registry.k8s.io/pause:3.10.1', resources, securityContext };

/** Nobody schedules it: should it ever be stored against all odds, it runs nowhere. */
const nowhere = { schedulerName: 'plimsoll-nobody', restartPolicy: 'Never', automountServiceAccountToken: false } as const;

/** Breaks no rule: where it is refused, the refusal of the others proves nothing. */
export const soundPod: PodSpec = { ...nowhere, securityContext: { runAsNonRoot: true }, containers: [container] };

/** Says nothing of its security: what comes back shows what is filled in. */
export const barePod: PodSpec = { ...nowhere, containers: [{ name: 'probe', image: 'registry.k8s.io/pause:3.10.1', resources }] };

function probe(name: string, level: Probe['level'], pod: Partial<PodSpec>, context: SecurityContext = {}): Probe {
  const containers = [{ ...container, securityContext: { ...securityContext, ...context } }];
  return { name, level, spec: { ...soundPod, containers, ...pod } };
}

/** One for each way out of a container that the guide names; each is sound but for one thing. */
export const forbiddenPods: readonly Probe[] = [
  probe('privileged', 'baseline', {}, { privileged: true, allowPrivilegeEscalation: true }),
  probe('host network', 'baseline', { hostNetwork: true }),
  probe('host processes', 'baseline', { hostPID: true }),
  probe('host path', 'baseline', { volumes: [{ name: 'host', hostPath: { path: '/' } }] }),
  probe('capability SYS_ADMIN', 'baseline', {}, { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
  probe('unconfined seccomp', 'baseline', {}, { seccompProfile: { type: 'Unconfined' } }),
  probe('root', 'restricted', { securityContext: {} }, { runAsNonRoot: false, runAsUser: 0 }),
  probe('privilege escalation', 'restricted', {}, { allowPrivilegeEscalation: true }),
];

const baselineNames: ReadonlySet<string> = new Set(forbiddenPods.filter(({ level }) => level === 'baseline').map(({ name }) => name));

/** Whether already level baseline refuses the pod of this name. */
export function isForbiddenByBaseline(name: string): boolean {
  return baselineNames.has(name);
}

/** What a mutation can fill in, and what its absence or presence says. */
const defaults: readonly (readonly [string, (container: Container, spec: PodSpec) => boolean])[] = [
  [
    'a seccomp profile',
    ({ securityContext: own }, spec) => isProfile(own?.seccompProfile?.type ?? spec.securityContext?.seccompProfile?.type),
  ],
  ['dropped capabilities', ({ securityContext: own }) => own?.capabilities?.drop?.some((name) => name.toUpperCase() === 'ALL') === true],
  ['a ban on privilege escalation', ({ securityContext: own }) => own?.allowPrivilegeEscalation === false],
  ['a user that is not root', ({ securityContext: own }, spec) => (own?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) === true],
];

/** What safe defaults there are, as messages name them. */
export const safeDefaults: readonly string[] = defaults.map(([name]) => name);

/** Those that a pod got which asked for none. */
export function filledIn(spec: PodSpec): string[] {
  const probed = spec.containers?.find(({ name }) => name === 'probe');
  return probed === undefined ? [] : defaults.filter(([, isThere]) => isThere(probed, spec)).map(([name]) => name);
}

function isProfile(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}
