import type { Metadata } from '../../core/index.ts';
import type { AppArmorProfile, Container, ContainerPort, PodSpec, Volume } from '../types.ts';
import { volumeSource } from './allowed-values.ts';

/**
 * The pod as admission sees it, after the API server has filled in what matters to the Pod Security Standards: a volume
 * without a source is an emptyDir, a port of a pod in the host's network is a port of the host, and an AppArmor annotation
 * becomes the field (from 1.30). What mutating webhooks would change is not known. Returns `spec` itself where nothing changes.
 *
 * Sources: pkg/apis/core/v1/defaults.go (SetDefaults_Volume, SetDefaults_Pod) and pkg/registry/core/pod/strategy.go
 * (applyAppArmorVersionSkew) of Kubernetes 1.37.
 */
export function asAdmitted(spec: PodSpec, metadata: Metadata): PodSpec {
  return withAppArmorFields(withHostPorts(withVolumeSources(spec)), metadata);
}

function withVolumeSources(spec: PodSpec): PodSpec {
  const volumes = spec.volumes;
  if (volumes === undefined || !volumes.some(hasNoSource)) return spec;
  return { ...spec, volumes: volumes.map((volume) => (hasNoSource(volume) ? withEmptyDir(volume) : volume)) };
}

function hasNoSource(volume: Volume): boolean {
  return volumeSource(volume) === undefined;
}

function withEmptyDir(volume: Volume): Volume {
  return { ...volume, emptyDir: {} };
}

/** Ephemeral containers have no ports. */
function withHostPorts(spec: PodSpec): PodSpec {
  if (spec.hostNetwork !== true) return spec;
  return mapContainers(spec, ['initContainers', 'containers'], (container) => {
    if (container.ports?.some(isLeftToHost) !== true) return container;
    return { ...container, ports: container.ports.map((port) => (isLeftToHost(port) ? onHost(port) : port)) };
  });
}

function isLeftToHost({ hostPort = 0, containerPort = 0 }: ContainerPort): boolean {
  return hostPort === 0 && containerPort !== 0;
}

function onHost(port: ContainerPort): ContainerPort {
  return { ...port, hostPort: port.containerPort ?? 0 };
}

const annotationPrefix = 'container.apparmor.security.beta.kubernetes.io/';

function withAppArmorFields(spec: PodSpec, { annotations }: Metadata): PodSpec {
  if (annotations === undefined || spec.os?.name === 'windows') return spec;
  return mapContainers(spec, ['initContainers', 'containers', 'ephemeralContainers'], (container) => {
    const annotation = annotations[annotationPrefix + (container.name ?? '')];
    if (annotation === undefined || container.securityContext?.appArmorProfile !== undefined) return container;
    const profile = appArmorProfile(annotation);
    if (profile === undefined || sameProfile(profile, spec.securityContext?.appArmorProfile)) return container;
    return { ...container, securityContext: { ...container.securityContext, appArmorProfile: profile } };
  });
}

const localhost = 'localhost/';

/** What the API server makes of an annotation; undefined where it leaves the annotation alone. */
function appArmorProfile(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith(localhost)) return undefined;
  const localhostProfile = annotation.slice(localhost.length);
  return isValidProfileName(localhostProfile) ? { type: 'Localhost', localhostProfile } : undefined;
}

/** ValidateAppArmorProfileField: not empty, not padded with white space, no longer than a path may be. */
function isValidProfileName(name: string): boolean {
  if (name === '' || /^[\p{White_Space}]|[\p{White_Space}]$/u.test(name)) return false;
  return new TextEncoder().encode(name).length <= maxPath;
}

const maxPath = 4095;

function sameProfile(a: AppArmorProfile, b: AppArmorProfile | undefined): boolean {
  return b !== undefined && a.type === b.type && a.localhostProfile === b.localhostProfile;
}

type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';

/** `change` returns the container itself where there is nothing to change. */
function mapContainers(spec: PodSpec, lists: readonly ContainerList[], change: (container: Container) => Container): PodSpec {
  const changed: { [list in ContainerList]?: readonly Container[] } = {};
  for (const list of lists) {
    const before = spec[list];
    if (before === undefined) continue;
    const after = before.map(change);
    if (after.some((container, index) => container !== before[index])) changed[list] = after;
  }
  return Object.keys(changed).length === 0 ? spec : { ...spec, ...changed };
}
