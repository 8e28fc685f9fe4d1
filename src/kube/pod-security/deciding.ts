import { word, type Metadata } from '../../core/index.ts';
import type { Container, ContainerPort, Handler, PodSecurityContext, PodSpec, SecurityContext, Volume } from '../types.ts';

// What of a pod decides the checks of Pod Security: the rest of a large pod (environment, arguments) does not matter. Names
// only matter where annotations name containers, and without them the pods of many workloads are alike. Both functions look
// at the same fields, one by one: what else stands in a manifest may be anything.

/** The part itself as JSON, which takes a fraction of the memory of the objects; `readDeciding` reads it. */
export function decidingPart(spec: PodSpec, metadata: Metadata): string {
  const relevant = annotationsOf(metadata);
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
      volumes: volumes?.map((volume) => Object.fromEntries(sourcesOf(volume).map((source) => [source, {}]))),
      initContainers: spec.initContainers?.map(fields),
      containers: spec.containers?.map(fields),
      ephemeralContainers: spec.ephemeralContainers?.map(fields),
    },
    metadata: { annotations: Object.fromEntries(relevant) },
  });
}

export function readDeciding(text: string): { readonly spec: PodSpec; readonly metadata: Metadata } {
  return JSON.parse(text) as ReturnType<typeof readDeciding>;
}

let last: { readonly spec: PodSpec; readonly metadata: Metadata; readonly text: string } | undefined;

/** A text that is the same only for pods with the same part. It is made for every pod, in a fraction of the time of the part. */
export function decidingText(spec: PodSpec, metadata: Metadata): string {
  if (last?.spec !== spec || last.metadata !== metadata) last = { spec, metadata, text: textOf(spec, metadata) };
  return last.text;
}

function textOf(spec: PodSpec, metadata: Metadata): string {
  const relevant = annotationsOf(metadata);
  const { hostNetwork, hostPID, hostIPC, hostUsers, os, securityContext, volumes } = spec;
  const whole = { named: relevant.length > 0, hostNetwork: hostNetwork === true };
  let text = `${relevant.length}[`;
  for (const [key, value] of relevant) text += word(key) + word(value);
  text += word(hostNetwork) + word(hostPID) + word(hostIPC) + word(hostUsers);
  text += os === undefined ? '-' : `+${word(os.name)}`;
  text += contextText(securityContext);
  text += list(volumes, volumeText);
  text += containersText(spec.initContainers, whole);
  text += containersText(spec.containers, whole);
  return text + containersText(spec.ephemeralContainers, whole);
}

function containersText(containers: readonly Container[] | undefined, whole: Whole): string {
  return containers === undefined ? '-' : list(containers, (container) => containerText(container, whole));
}

function list<T>(items: readonly T[] | undefined, textOfItem: (item: T) => string): string {
  if (items === undefined) return '-';
  let text = `${items.length}[`;
  for (let index = 0; index < items.length; index++) text += textOfItem(items[index]!);
  return text;
}

const noAnnotations: readonly [string, string][] = [];

function annotationsOf({ annotations }: Metadata): readonly [string, string][] {
  let relevant: [string, string][] | undefined;
  for (const key in annotations)
    if (key.includes('seccomp.') || key.includes('apparmor.')) (relevant ??= []).push([key, annotations[key]!]);
  return relevant ?? noAnnotations;
}

function volumeText(volume: Volume): string {
  let text = '[';
  for (const key in volume) if (key !== 'name') text += word(key);
  return text;
}

/** Which sources a volume has matters, not what is in them. */
function sourcesOf(volume: Volume): string[] {
  const sources: string[] = [];
  for (const key in volume) if (key !== 'name') sources.push(key);
  return sources;
}

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

function contextText(context: (PodSecurityContext & SecurityContext) | undefined): string {
  if (context === undefined) return '-';
  const { seccompProfile: seccomp, appArmorProfile: appArmor, seLinuxOptions: selinux, windowsOptions, capabilities, sysctls } = context;
  return (
    `+${word(context.privileged)}${word(context.allowPrivilegeEscalation)}${word(context.procMount)}` +
    `${word(context.runAsNonRoot)}${context.runAsUser === 0 ? 't' : 'f'}` +
    (seccomp === undefined ? '-' : `+${word(seccomp.type)}`) +
    (capabilities === undefined ? '-' : `+${list(capabilities.add, word)}${list(capabilities.drop, word)}`) +
    // Few say any of these.
    (appArmor === undefined && selinux === undefined && windowsOptions === undefined && sysctls === undefined
      ? ''
      : (appArmor === undefined ? '-' : `+${word(appArmor.type)}${word(appArmor.localhostProfile)}`) +
        (selinux === undefined ? '-' : `+${word(selinux.type)}${word(selinux.user)}${word(selinux.role)}`) +
        (windowsOptions === undefined ? '-' : `+${word(windowsOptions.hostProcess)}`) +
        list(sysctls, ({ name }) => word(name))) +
    '.'
  );
}

interface Whole {
  /** Whether names matter. */
  readonly named: boolean;
  /** Whether ports of containers are ports of the host. */
  readonly hostNetwork: boolean;
}

function fieldsOf(container: Container, { named, hostNetwork }: Whole): object {
  const { name, ports, securityContext, lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  return {
    name: named ? name : undefined,
    ports: portsOf(ports, hostNetwork)?.map(({ hostPort, containerPort }) => ({ hostPort, containerPort })),
    securityContext: contextOf(securityContext),
    livenessProbe: hostsOf(livenessProbe),
    readinessProbe: hostsOf(readinessProbe),
    startupProbe: hostsOf(startupProbe),
    lifecycle: lifecycle && { postStart: hostsOf(lifecycle.postStart), preStop: hostsOf(lifecycle.preStop) },
  };
}

function containerText(container: Container, { named, hostNetwork }: Whole): string {
  const { name, ports, securityContext, lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  return (
    (named ? word(name) : '') +
    list(portsOf(ports, hostNetwork), ({ hostPort, containerPort }) => `${hostPort}/${containerPort};`) +
    contextText(securityContext) +
    hostsText(livenessProbe) +
    hostsText(readinessProbe) +
    hostsText(startupProbe) +
    (lifecycle === undefined ? '-' : `+${hostsText(lifecycle.postStart)}${hostsText(lifecycle.preStop)}`)
  );
}

/** Ports of the host; in its network all are. */
function portsOf(ports: readonly ContainerPort[] | undefined, hostNetwork: boolean): readonly ContainerPort[] | undefined {
  if (hostNetwork || ports === undefined) return ports;
  return ports.some(isOfHost) ? ports.filter(isOfHost) : noPorts;
}

const noPorts: readonly ContainerPort[] = [];

function isOfHost({ hostPort = 0 }: ContainerPort): boolean {
  return hostPort !== 0;
}

/** Of probes and hooks only another host matters. */
function hostsOf(handler: Handler | undefined): object | undefined {
  const http = handler?.httpGet?.host;
  const tcp = handler?.tcpSocket?.host;
  if (http === undefined && tcp === undefined) return undefined;
  return { httpGet: { host: http }, tcpSocket: { host: tcp } };
}

function hostsText(handler: Handler | undefined): string {
  if (handler === undefined) return '-';
  const http = handler.httpGet?.host;
  const tcp = handler.tcpSocket?.host;
  return http === undefined && tcp === undefined ? '-' : `+${word(http)}${word(tcp)}`;
}
