import type { Metadata } from '../../core/index.ts';
import type { Container, Handler, PodSecurityContext, PodSpec, SecurityContext, Volume } from '../types.ts';

let last: { readonly spec: PodSpec; readonly metadata: Metadata; readonly text: string } | undefined;

/**
 * What of a pod decides the checks of Pod Security, as JSON (`readDeciding` reads it): the rest of a large pod (environment,
 * arguments) does not matter. Names only matter where annotations name containers, and without them the pods of many
 * workloads have one text. As a string it takes a fraction of the memory of the objects.
 */
export function decidingPart(spec: PodSpec, metadata: Metadata): string {
  if (last?.spec !== spec || last.metadata !== metadata) last = { spec, metadata, text: textOf(spec, metadata) };
  return last.text;
}

export function readDeciding(text: string): { readonly spec: PodSpec; readonly metadata: Metadata } {
  return JSON.parse(text) as ReturnType<typeof readDeciding>;
}

function textOf(spec: PodSpec, { annotations = {} }: Metadata): string {
  const relevant = Object.entries(annotations).filter(([key]) => key.includes('seccomp.') || key.includes('apparmor.'));
  const { hostNetwork, hostPID, hostIPC, hostUsers, os, securityContext, volumes } = spec;
  const whole = { named: relevant.length > 0, hostNetwork: hostNetwork === true };
  const fields = (container: Container): object => fieldsOf(container, whole);
  // What is undefined is no part of the JSON.
  return JSON.stringify({
    spec: {
      hostNetwork,
      hostPID,
      hostIPC,
      hostUsers,
      os: os && { name: os.name },
      securityContext: contextOf(securityContext),
      volumes: volumes?.map(sourcesOf),
      initContainers: spec.initContainers?.map(fields),
      containers: spec.containers?.map(fields),
      ephemeralContainers: spec.ephemeralContainers?.map(fields),
    },
    metadata: { annotations: Object.fromEntries(relevant) },
  });
}

/** Which sources a volume has matters, not what is in them. */
function sourcesOf(volume: Volume): object {
  const sources: Record<string, object> = {};
  for (const key in volume) if (key !== 'name') sources[key] = {};
  return sources;
}

/** Field by field: what else stands there may be anything, also what JSON has no word for. */
function contextOf(context: (PodSecurityContext & SecurityContext) | undefined): object | undefined {
  if (context === undefined) return undefined;
  const { seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions, capabilities, runAsUser } = context;
  return {
    privileged: context.privileged,
    allowPrivilegeEscalation: context.allowPrivilegeEscalation,
    procMount: context.procMount,
    runAsNonRoot: context.runAsNonRoot,
    // Only root matters; large numbers are big integers, which JSON has not.
    runAsUser: runAsUser === 0 ? 0 : undefined,
    seccompProfile: seccompProfile && { type: seccompProfile.type },
    appArmorProfile: appArmorProfile && { type: appArmorProfile.type, localhostProfile: appArmorProfile.localhostProfile },
    seLinuxOptions: seLinuxOptions && { type: seLinuxOptions.type, user: seLinuxOptions.user, role: seLinuxOptions.role },
    windowsOptions: windowsOptions && { hostProcess: windowsOptions.hostProcess },
    capabilities: capabilities && { add: capabilities.add, drop: capabilities.drop },
    sysctls: context.sysctls?.map(({ name }) => ({ name })),
  };
}

interface Whole {
  /** Whether names matter. */
  readonly named: boolean;
  /** Whether ports of containers are ports of the host. */
  readonly hostNetwork: boolean;
}

function fieldsOf(container: Container, { named, hostNetwork }: Whole): object {
  const { name, ports, securityContext, lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const onHost = hostNetwork ? ports : ports?.filter(({ hostPort = 0 }) => hostPort !== 0);
  return {
    name: named ? name : undefined,
    ports: onHost?.length === 0 ? undefined : onHost?.map(({ hostPort, containerPort }) => ({ hostPort, containerPort })),
    securityContext: contextOf(securityContext),
    livenessProbe: hostOf(livenessProbe),
    readinessProbe: hostOf(readinessProbe),
    startupProbe: hostOf(startupProbe),
    lifecycle: lifecycle && { postStart: hostOf(lifecycle.postStart), preStop: hostOf(lifecycle.preStop) },
  };
}

/** Of probes and hooks only another host matters. */
function hostOf(handler: Handler | undefined): object | undefined {
  const http = handler?.httpGet?.host;
  const tcp = handler?.tcpSocket?.host;
  if (http === undefined && tcp === undefined) return undefined;
  return { httpGet: { host: http }, tcpSocket: { host: tcp } };
}
