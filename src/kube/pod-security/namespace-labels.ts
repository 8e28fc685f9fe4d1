import { newestMinor } from './allowed-values.ts';
import { goQuote } from './wording.ts';

/** A level of the Pod Security Standards. */
export type Level = 'privileged' | 'baseline' | 'restricted';

const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];

/** A version of the policies: that of Kubernetes 1.N, or always the server's own. */
export type PolicyVersion = 'latest' | number;

export interface LevelVersion {
  readonly level: Level;
  readonly version: PolicyVersion;
}

export type PolicyMode = 'enforce' | 'audit' | 'warn';

/** What admission does with the pods of a namespace, mode by mode. */
export type NamespacePolicy = Readonly<Record<PolicyMode, LevelVersion>>;

/** A label that admission cannot read. Namespaces with one are refused when created, and when the errors change. */
export interface LabelError {
  readonly label: string;
  readonly value: string;
  /** The API server's own words. */
  readonly message: string;
}

export const labelPrefix = 'pod-security.kubernetes.io/';

const privileged: LevelVersion = { level: 'privileged', version: 'latest' };

/** What holds where neither labels nor the API server's configuration say anything. */
export const defaultPolicy: NamespacePolicy = { enforce: privileged, audit: privileged, warn: privileged };

/**
 * Reads the labels of a namespace as Pod Security admission does: an unreadable enforce level means restricted, an
 * unreadable audit or warn level privileged, an unreadable version latest; warn follows a stricter enforce level unless it
 * is set itself. `defaults` are those of the API server's configuration. Always returns a policy, with the errors.
 *
 * Source: k8s.io/pod-security-admission v0.37, api/helpers.go (PolicyToEvaluate).
 */
export function namespacePolicy(
  labels: Readonly<Record<string, string>>,
  defaults: NamespacePolicy = defaultPolicy,
): { policy: NamespacePolicy; errors: LabelError[] } {
  const errors: LabelError[] = [];
  const read = <T>(name: string, parse: (text: string) => T | undefined, unset: T, unreadable: T, expected: string): T => {
    const label = labelPrefix + name;
    const value = labels[label];
    if (value === undefined) return unset;
    const parsed = parse(value);
    if (parsed === undefined)
      errors.push({ label, value, message: `metadata.labels[${label}]: Invalid value: ${goQuote(value)}: ${expected}` });
    return parsed ?? unreadable;
  };
  const readMode = (mode: PolicyMode, unreadable: Level): LevelVersion => ({
    level: read(mode, parseLevel, defaults[mode].level, unreadable, 'must be one of privileged, baseline, restricted'),
    version: read(`${mode}-version`, parseVersion, defaults[mode].version, 'latest', 'must be "latest" or "v1.x"'),
  });
  const enforce = readMode('enforce', 'restricted');
  const audit = readMode('audit', 'privileged');
  const warn = readMode('warn', 'privileged');

  // An unreadable enforce level is not followed.
  const follows =
    labels[`${labelPrefix}warn`] === undefined &&
    parseLevel(labels[`${labelPrefix}enforce`]) !== undefined &&
    compareLevels(enforce.level, warn.level) > 0;
  if (!follows) return { policy: { enforce, audit, warn }, errors };
  const version = labels[`${labelPrefix}warn-version`] === undefined ? enforce.version : warn.version;
  return { policy: { enforce, audit, warn: { level: enforce.level, version } }, errors };
}

/** Negative where `a` is less strict than `b`, positive where it is stricter. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** Since when level restricted has all its checks: the one of user ids came last. */
export const restrictedSince = 23;

/** What a level of a version is worth: level restricted of a version before 1.23 lets in what every later one refuses. */
export function guaranteedLevel({ level, version }: LevelVersion): Level {
  return level === 'restricted' && version !== 'latest' && version < restrictedSince ? 'baseline' : level;
}

/** Undefined for anything but the three levels; case counts. */
export function parseLevel(text: string | undefined): Level | undefined {
  return levels.find((level) => level === text);
}

/** `latest` or `v1.N` without leading zeros; undefined for anything else. */
export function parseVersion(text: string): PolicyVersion | undefined {
  if (text === 'latest') return 'latest';
  const minor = /^v1\.(0|[1-9][0-9]*)$/.exec(text)?.[1];
  // Upstream reads a 64-bit integer, of at most 19 digits.
  if (minor === undefined || minor.length > 19 || BigInt(minor) >= 2n ** 63n) return undefined;
  return Number(minor);
}

/** The minor version whose policies a server of 1.`server` applies: one that it does not know yet counts as its own newest. */
export function effectiveMinor(version: PolicyVersion, server: number = newestMinor): number {
  return version === 'latest' ? server : Math.min(version, server);
}
