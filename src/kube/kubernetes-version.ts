/** Judged where nobody names a version: what passes here passes on every cluster that still gets fixes. Not from the clock. */
export const oldestSupportedMinor = 35;
/** The newest minor that the tables of this release know. */
export const newestKnownMinor = 37;
/** The oldest minor that can be asked for. */
export const oldestAcceptedMinor = 20;

export interface KubernetesVersion {
  /** The minor that rules are judged for. */
  readonly minor: number;
  /** The version that was asked for: `1.38`. */
  readonly name: string;
  /** It was newer than the tables, and is judged as the newest that they know. */
  readonly newerThanKnown: boolean;
}

export interface VersionError {
  readonly error: string;
}

const written = /^v?(\d{1,3})\.(\d{1,4})(?:\.\d+)?(?:[-+.].*)?$/;

/** Reads `1.35`, `v1.35.2`, `1.35.2-eks-3025e55`, `1.35+`, or `latest`. */
export function parseKubernetesVersion(text: string): KubernetesVersion | VersionError {
  const trimmed = text.trim();
  if (trimmed === 'latest') return { minor: newestKnownMinor, name: `1.${newestKnownMinor}`, newerThanKnown: false };
  const parts = written.exec(trimmed);
  if (parts === null)
    return { error: `${JSON.stringify(trimmed.slice(0, 40))} is no Kubernetes version; write 1.${newestKnownMinor} or latest` };
  const minor = Number(parts[2]);
  if (Number(parts[1]) !== 1) return { error: `there is no Kubernetes ${parts[1]}; write 1.${newestKnownMinor} or latest` };
  if (minor < oldestAcceptedMinor) return { error: `Kubernetes 1.${minor} is too old to judge; the oldest is 1.${oldestAcceptedMinor}` };
  return { minor: Math.min(minor, newestKnownMinor), name: `1.${minor}`, newerThanKnown: minor > newestKnownMinor };
}

/** The version that is judged where the user names none. */
export function defaultKubernetesVersion(): KubernetesVersion {
  return { minor: oldestSupportedMinor, name: `1.${oldestSupportedMinor}`, newerThanKnown: false };
}
