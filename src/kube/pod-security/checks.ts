import type { Metadata } from '../../core/index.ts';
import type { Capabilities, Container, Handler, PodSpec, SELinuxOptions, SharedSecurityContext } from '../types.ts';
import {
  allowedCapabilities,
  allowedSelinuxTypes,
  allowedSysctls,
  allowedVolumeSources,
  isAllowedProfile,
  restrictedCapability,
  volumeSource,
} from './allowed-values.ts';
import { containerList, goQuote, plural, quoteAll, sortedSet } from './wording.ts';

/** A pod as the checks look at it; `containers` are those of every kind: init, regular, ephemeral. */
export interface Reviewed {
  readonly spec: PodSpec;
  readonly metadata: Metadata;
  readonly containers: readonly Container[];
  readonly minor: number;
}

export interface Refusal {
  readonly reason: string;
  readonly detail: string;
}

/** One check of the Pod Security Standards, and what switches it on and off. */
export interface Check {
  /** Upstream's own id. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** The first minor version whose policies contain it. */
  readonly since: number;
  /** The baseline check that it replaces at level restricted, because it is stricter. */
  readonly overrides?: string;
  /** Stands back for Windows pods from 1.25 (exemptOnWindows). */
  readonly exemptOnWindows?: true;
  /** Stands back for pods with a user namespace of their own from 1.35 (relaxedByUserNamespace). */
  readonly relaxedByUserNamespace?: true;
  readonly refuse: (pod: Reviewed) => Refusal | undefined;
}

/**
 * All checks, in the order in which admission reports them: baseline by id, then restricted by id.
 * Source: k8s.io/pod-security-admission v0.37, policy/check_*.go.
 */
export const checks: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', since: 0, refuse: appArmorProfile },
  { id: 'capabilities_baseline', level: 'baseline', since: 0, refuse: addedCapabilities },
  { id: 'hostNamespaces', level: 'baseline', since: 0, refuse: hostNamespaces },
  { id: 'hostPathVolumes', level: 'baseline', since: 0, refuse: hostPathVolumes },
  { id: 'hostPorts', level: 'baseline', since: 0, refuse: hostPorts },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', since: 34, refuse: handlerHosts },
  { id: 'privileged', level: 'baseline', since: 0, refuse: privileged },
  { id: 'procMount', level: 'baseline', since: 0, relaxedByUserNamespace: true, refuse: procMount },
  { id: 'seLinuxOptions', level: 'baseline', since: 0, refuse: seLinuxOptions },
  { id: 'seccompProfile_baseline', level: 'baseline', since: 0, refuse: seccompIfSet },
  { id: 'sysctls', level: 'baseline', since: 0, refuse: sysctls },
  { id: 'windowsHostProcess', level: 'baseline', since: 0, refuse: windowsHostProcess },
  { id: 'allowPrivilegeEscalation', level: 'restricted', since: 8, exemptOnWindows: true, refuse: privilegeEscalation },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    since: 22,
    overrides: 'capabilities_baseline',
    exemptOnWindows: true,
    refuse: capabilitiesNotDropped,
  },
  // Before 1.35 the baseline check knew no exemption that restricted would have to take back.
  { id: 'procMount_restricted', level: 'restricted', since: 35, overrides: 'procMount', refuse: procMount },
  { id: 'restrictedVolumes', level: 'restricted', since: 0, overrides: 'hostPathVolumes', refuse: restrictedVolumes },
  { id: 'runAsNonRoot', level: 'restricted', since: 0, relaxedByUserNamespace: true, refuse: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', since: 23, relaxedByUserNamespace: true, refuse: runAsUser },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    since: 19,
    overrides: 'seccompProfile_baseline',
    exemptOnWindows: true,
    refuse: seccompRequired,
  },
];

const none: readonly string[] = [];

/** The names of the containers that offend; allocates only if there are any. */
function offenders(pod: Reviewed, offends: (container: Container, pod: Reviewed) => boolean): readonly string[] {
  let names: string[] | undefined;
  for (const container of pod.containers) {
    if (offends(container, pod)) (names ??= []).push(container.name ?? '');
  }
  return names ?? none;
}

/** Who sets a field that pod and containers have in common to a forbidden value. */
interface Setters {
  readonly pod: boolean;
  readonly containers: readonly string[];
}

/** Undefined when nobody offends. */
function setters(pod: Reviewed, offends: (context: SharedSecurityContext, minor: number) => boolean): Setters | undefined {
  const context = pod.spec.securityContext;
  const byPod = context !== undefined && offends(context, pod.minor);
  const containers = offenders(pod, ({ securityContext }) => securityContext !== undefined && offends(securityContext, pod.minor));
  return byPod || containers.length > 0 ? { pod: byPod, containers } : undefined;
}

/** `pod and containers "a", "b"`. */
function named(who: Setters, ...others: readonly string[]): string {
  const parts = [...others];
  if (who.containers.length > 0) parts.unshift(containerList(who.containers));
  if (who.pod) parts.unshift('pod');
  return parts.join(' and ');
}

/** What the security contexts of pod and containers hold, each read by `read`. */
function fromContexts<T>(pod: Reviewed, read: (context: SharedSecurityContext) => T | undefined): T[] {
  const contexts = [pod.spec.securityContext, ...pod.containers.map((container) => container.securityContext)];
  return contexts.flatMap((context) => {
    const value = context === undefined ? undefined : read(context);
    return value === undefined ? [] : [value];
  });
}

const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';

/** The type of a profile that is forbidden; the empty one where none is written. */
function forbiddenType(profile: { readonly type?: string } | undefined): string | undefined {
  return profile === undefined || isAllowedProfile(profile.type) ? undefined : (profile.type ?? '');
}

function forbiddenAppArmorType(context: SharedSecurityContext): string | undefined {
  return forbiddenType(context.appArmorProfile);
}

function appArmorProfile(pod: Reviewed): Refusal | undefined {
  const who = setters(pod, (context) => forbiddenAppArmorType(context) !== undefined);
  const annotations = forbiddenAppArmorAnnotations(pod.metadata);
  if (who === undefined && annotations.length === 0) return undefined;
  const values = [...sortedSet(fromContexts(pod, forbiddenAppArmorType)), ...annotations];
  const setBy = named(
    who ?? { pod: false, containers: none },
    ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
  );
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${setBy} must not set AppArmor profile type to ${quoteAll(values)}`,
  };
}

function forbiddenAppArmorAnnotations({ annotations }: Metadata): readonly string[] {
  if (annotations === undefined) return none;
  const forbidden: string[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(appArmorAnnotation)) continue;
    if (value === '' || value === 'runtime/default' || value.startsWith('localhost/')) continue;
    forbidden.push(`${key}=${goQuote(value)}`);
  }
  return sortedSet(forbidden);
}

function addsForbidden({ securityContext }: Container): boolean {
  return securityContext?.capabilities?.add?.some((capability) => !allowedCapabilities.has(capability)) === true;
}

function addedCapabilities(pod: Reviewed): Refusal | undefined {
  const containers = offenders(pod, addsForbidden);
  if (containers.length === 0) return undefined;
  const added = addedBy(pod, (capability) => !allowedCapabilities.has(capability));
  return {
    reason: 'non-default capabilities',
    detail: `${containerList(containers)} must not include ${quoteAll(added)} in securityContext.capabilities.add`,
  };
}

function addedBy(pod: Reviewed, forbidden: (capability: string) => boolean): string[] {
  return sortedSet(pod.containers.flatMap(({ securityContext }) => securityContext?.capabilities?.add?.filter(forbidden) ?? []));
}

function hostNamespaces({ spec }: Reviewed): Refusal | undefined {
  const shared = [];
  if (spec.hostNetwork === true) shared.push('hostNetwork=true');
  if (spec.hostPID === true) shared.push('hostPID=true');
  if (spec.hostIPC === true) shared.push('hostIPC=true');
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.join(', ') };
}

function hostPathVolumes({ spec }: Reviewed): Refusal | undefined {
  const names = spec.volumes?.filter((volume) => volume.hostPath !== undefined).map((volume) => volume.name ?? '') ?? none;
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoteAll(names)}` };
}

function usesHostPort({ ports }: Container): boolean {
  return ports?.some(({ hostPort }) => hostPort !== undefined && hostPort !== 0) === true;
}

function hostPorts(pod: Reviewed): Refusal | undefined {
  const containers = offenders(pod, usesHostPort);
  if (containers.length === 0) return undefined;
  // Sorted as text, as upstream does: 443 comes before 80.
  const ports = sortedSet(
    pod.containers.flatMap(
      (container) => container.ports?.flatMap(({ hostPort }) => (hostPort === undefined || hostPort === 0 ? [] : [`${hostPort}`])) ?? [],
    ),
  );
  return {
    reason: 'hostPort',
    detail: `${containerList(containers)} ${plural('uses', 'use', containers.length)} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
  };
}

/** Hosts that probes and lifecycle handlers are sent to; gRPC and exec have none. */
function hostsOf(container: Container): readonly string[] {
  let hosts: string[] | undefined;
  const collect = (handler: Handler | undefined): void => {
    if (handler === undefined) return;
    for (const host of [handler.httpGet?.host, handler.tcpSocket?.host]) {
      if (host !== undefined && host !== '') (hosts ??= []).push(host);
    }
  };
  collect(container.livenessProbe);
  collect(container.readinessProbe);
  collect(container.startupProbe);
  collect(container.lifecycle?.postStart);
  collect(container.lifecycle?.preStop);
  return hosts ?? none;
}

function handlerHosts(pod: Reviewed): Refusal | undefined {
  const offending = offenders(pod, (container) => hostsOf(container).length > 0);
  if (offending.length === 0) return undefined;
  // The one check that reports its containers as a sorted set.
  const containers = sortedSet(offending);
  const hosts = sortedSet(pod.containers.flatMap(hostsOf));
  const noun = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containerList(containers)} ${plural('uses', 'use', containers.length)} ${noun} ${quoteAll(hosts)}`,
  };
}

function privileged(pod: Reviewed): Refusal | undefined {
  const containers = offenders(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (containers.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containerList(containers)} must not set securityContext.privileged=true` };
}

function unmaskedProc({ securityContext }: Container): string | undefined {
  return securityContext?.procMount === 'Default' ? undefined : securityContext?.procMount;
}

function procMount(pod: Reviewed): Refusal | undefined {
  const containers = offenders(pod, (container) => unmaskedProc(container) !== undefined);
  if (containers.length === 0) return undefined;
  const types = sortedSet(pod.containers.map(unmaskedProc).filter((type) => type !== undefined));
  return {
    reason: 'procMount',
    detail: `${containerList(containers)} must not set securityContext.procMount to ${quoteAll(types)}`,
  };
}

function isForbiddenSelinux({ seLinuxOptions: options }: SharedSecurityContext, minor: number): boolean {
  return options !== undefined && (!allowedSelinuxTypes(minor).has(options.type ?? '') || isSet(options.user) || isSet(options.role));
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function seLinuxOptions(pod: Reviewed): Refusal | undefined {
  const who = setters(pod, isForbiddenSelinux);
  if (who === undefined) return undefined;
  const options: SELinuxOptions[] = fromContexts(pod, (context) => context.seLinuxOptions);
  const allowed = allowedSelinuxTypes(pod.minor);
  const types = sortedSet(options.map(({ type }) => type ?? '').filter((type) => !allowed.has(type)));
  const faults = [];
  if (types.length > 0) faults.push(`${plural('type', 'types', types.length)} ${quoteAll(types)}`);
  if (options.some(({ user }) => isSet(user))) faults.push('user may not be set');
  if (options.some(({ role }) => isSet(role))) faults.push('role may not be set');
  return {
    reason: 'seLinuxOptions',
    detail: `${named(who)} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}`,
  };
}

function forbiddenSeccompType(context: SharedSecurityContext): string | undefined {
  return forbiddenType(context.seccompProfile);
}

function forbiddenSeccomp(pod: Reviewed): Refusal | undefined {
  const who = setters(pod, (context) => forbiddenSeccompType(context) !== undefined);
  if (who === undefined) return undefined;
  const types = fromContexts(pod, forbiddenSeccompType);
  return {
    reason: 'seccompProfile',
    detail: `${named(who)} must not set securityContext.seccompProfile.type to ${quoteAll(sortedSet(types))}`,
  };
}

/** The field exists since 1.19; older policies read the alpha annotations instead, which newer ones ignore. */
function seccompIfSet(pod: Reviewed): Refusal | undefined {
  return pod.minor < 19 ? seccompAnnotations(pod) : forbiddenSeccomp(pod);
}

const podSeccompAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccompAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

function seccompAnnotations({ containers, metadata: { annotations } }: Reviewed): Refusal | undefined {
  if (annotations === undefined) return undefined;
  const keys = [podSeccompAnnotation, ...containers.map((container) => containerSeccompAnnotation + (container.name ?? ''))];
  const forbidden = sortedSet(
    keys.flatMap((key) => {
      const value = annotations[key];
      return value === undefined || isAllowedSeccompAnnotation(value) ? [] : [`${key}=${goQuote(value)}`];
    }),
  );
  if (forbidden.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', forbidden.length)} ${forbidden.join(', ')}`,
  };
}

function isAllowedSeccompAnnotation(value: string): boolean {
  return value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
}

function sysctls({ spec, minor }: Reviewed): Refusal | undefined {
  const set = spec.securityContext?.sysctls;
  if (set === undefined) return undefined;
  const allowed = allowedSysctls(minor);
  const forbidden = set.map(({ name }) => name ?? '').filter((name) => !allowed.has(name));
  return forbidden.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
}

function windowsHostProcess(pod: Reviewed): Refusal | undefined {
  const who = setters(pod, (context) => context.windowsOptions?.hostProcess === true);
  if (who === undefined) return undefined;
  return { reason: 'hostProcess', detail: `${named(who)} must not set securityContext.windowsOptions.hostProcess=true` };
}

function privilegeEscalation(pod: Reviewed): Refusal | undefined {
  const containers = offenders(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (containers.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containerList(containers)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function dropsAll(capabilities: Capabilities | undefined): boolean {
  return capabilities?.drop?.includes('ALL') === true;
}

function capabilitiesNotDropped(pod: Reviewed): Refusal | undefined {
  const keeping = offenders(pod, ({ securityContext }) => !dropsAll(securityContext?.capabilities));
  const adding = offenders(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.add?.some((capability) => capability !== restrictedCapability) === true,
  );
  if (keeping.length === 0 && adding.length === 0) return undefined;
  const details = [];
  if (keeping.length > 0) details.push(`${containerList(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const added = addedBy(pod, (capability) => capability !== restrictedCapability);
    details.push(`${containerList(adding)} must not include ${quoteAll(added)} in securityContext.capabilities.add`);
  }
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function restrictedVolumes({ spec }: Reviewed): Refusal | undefined {
  const names: string[] = [];
  const sources: string[] = [];
  for (const volume of spec.volumes ?? []) {
    const source = volumeSource(volume) ?? 'unknown';
    if (allowedVolumeSources.includes(source)) continue;
    names.push(volume.name ?? '');
    sources.push(source);
  }
  if (names.length === 0) return undefined;
  const types = sortedSet(sources);
  const noun = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', 'volumes', names.length)} ${quoteAll(names)} ${plural('uses', 'use', names.length)} ${noun} ${quoteAll(types)}`,
  };
}

function runAsNonRoot(pod: Reviewed): Refusal | undefined {
  const reason = 'runAsNonRoot != true';
  const who = setters(pod, (context) => context.runAsNonRoot === false);
  if (who !== undefined) return { reason, detail: `${named(who)} must not set securityContext.runAsNonRoot=false` };
  if (pod.spec.securityContext?.runAsNonRoot === true) return undefined;
  const containers = offenders(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (containers.length === 0) return undefined;
  return { reason, detail: `pod or ${containerList(containers)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(pod: Reviewed): Refusal | undefined {
  const who = setters(pod, (context) => context.runAsUser === 0);
  return who === undefined ? undefined : { reason: 'runAsUser=0', detail: `${named(who)} must not set runAsUser=0` };
}

function seccompRequired(pod: Reviewed): Refusal | undefined {
  const forbidden = forbiddenSeccomp(pod);
  // A pod that says anything at all says something allowed here.
  if (forbidden !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return forbidden;
  const containers = offenders(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (containers.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containerList(containers)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}
