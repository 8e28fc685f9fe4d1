import { defaultKubernetesVersion, newestKnownMinor, parseKubernetesVersion, type KubernetesVersion } from '../kube/kubernetes-version.ts';
import { OptionError } from './option-error.ts';

/** The version that is named, or the one that is taken where none is. @throws OptionError for what is none. */
export function readVersion(text: string | undefined): KubernetesVersion {
  if (text === undefined) return defaultKubernetesVersion();
  const version = parseKubernetesVersion(text);
  if ('error' in version) throw new OptionError([version.error, `for instance --kubernetes-version 1.${newestKnownMinor}`]);
  return version;
}

/** @throws OptionError for what cannot be the name of a namespace. */
export function checkNamespace(name: string | undefined): void {
  if (name !== undefined && !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    throw new OptionError([`"${name}" cannot be the name of a namespace`, 'it has at most 63 lower-case letters, digits and hyphens']);
}
