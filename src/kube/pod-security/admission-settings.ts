import { apiGroup, type Path, type ResourceRef } from '../../core/index.ts';
import type { Labels } from '../label-selector.ts';
import { isObject } from '../shape-reader.ts';
import {
  compareLevels,
  defaultPolicy,
  labelPrefix,
  namespacePolicy,
  parseLevel,
  parseVersion,
  type LabelError,
  type LevelVersion,
  type NamespacePolicy,
  type PolicyMode,
} from './namespace-labels.ts';

/** What the API server's own configuration says about Pod Security admission; no object of the API shows it. */
export interface AdmissionSettings {
  /** For namespaces without labels. */
  readonly defaults: NamespacePolicy;
  readonly exempt: Exemptions;
}

/** Whose pods are not looked at. */
export interface Exemptions {
  readonly usernames: readonly string[];
  readonly runtimeClasses: readonly string[];
  readonly namespaces: readonly string[];
}

const pluginGroup = 'pod-security.admission.config.k8s.io';
const serverGroup = 'apiserver.config.k8s.io';

/** Kinds of files that configure admission, as in `Reads`: `--admission-control-config-file`, and what that names. */
export const admissionSettingsKinds: readonly string[] = [
  `AdmissionConfiguration.${serverGroup}`,
  `PodSecurityConfiguration.${pluginGroup}`,
];

export interface AdmissionSettingsInFile extends AdmissionSettings {
  /** Where they stand in the object. */
  readonly path: Path;
  /** A default that is no level or no version: the API server does not start with it. */
  readonly refused: { readonly field: string; readonly value: string } | undefined;
}

/**
 * The settings in an AdmissionConfiguration or a PodSecurityConfiguration; undefined in anything else, and where the former
 * names another file or says nothing of Pod Security.
 * Source: k8s.io/pod-security-admission v0.37, admission/api (v1, defaults.go), k8s.io/apiserver/pkg/apis/apiserver/v1.
 */
export function readAdmissionSettings(ref: Pick<ResourceRef, 'apiVersion' | 'kind'>, object: object): AdmissionSettingsInFile | undefined {
  const group = apiGroup(ref.apiVersion);
  if (group === pluginGroup && ref.kind === 'PodSecurityConfiguration')
    return { ...settingsOf(object), path: [], refused: refusedDefault(object) };
  if (group !== serverGroup || ref.kind !== 'AdmissionConfiguration') return undefined;
  const { plugins } = object as { readonly plugins?: unknown };
  if (!Array.isArray(plugins)) return undefined;
  const index = plugins.findIndex((each) => isObject(each) && each['name'] === 'PodSecurity');
  const { configuration } = (plugins[index] ?? {}) as { readonly configuration?: unknown };
  if (!isObject(configuration)) return undefined;
  return { ...settingsOf(configuration), path: ['plugins', index, 'configuration'], refused: refusedDefault(configuration) };
}

/** Source: k8s.io/pod-security-admission v0.37, admission/api/validation. */
function refusedDefault({ defaults }: { readonly defaults?: unknown }): AdmissionSettingsInFile['refused'] {
  const given = isObject(defaults) ? defaults : {};
  for (const mode of ['enforce', 'audit', 'warn']) {
    const [level, version] = [textOf(given[mode]), textOf(given[`${mode}-version`])];
    if (level !== undefined && parseLevel(level) === undefined) return { field: mode, value: level };
    if (version !== undefined && parseVersion(version) === undefined) return { field: `${mode}-version`, value: version };
  }
  return undefined;
}

function settingsOf(object: object): AdmissionSettings {
  const { defaults, exemptions } = object as { readonly defaults?: unknown; readonly exemptions?: unknown };
  const [given, exempt] = [defaults, exemptions].map((value) => (isObject(value) ? value : {})) as [Mapping, Mapping];
  const mode = (name: PolicyMode): LevelVersion => ({
    level: parseLevel(textOf(given[name])) ?? 'privileged',
    version: parseVersion(textOf(given[`${name}-version`]) ?? 'latest') ?? 'latest',
  });
  return {
    defaults: { enforce: mode('enforce'), audit: mode('audit'), warn: mode('warn') },
    exempt: {
      usernames: textsOf(exempt['usernames']),
      runtimeClasses: textsOf(exempt['runtimeClasses']),
      namespaces: textsOf(exempt['namespaces']),
    },
  };
}

type Mapping = Readonly<Record<string, unknown>>;

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Of several servers what all of them hold to: the weaker defaults, and every exemption. */
export function joinAdmissionSettings(a: AdmissionSettings | undefined, b: AdmissionSettings): AdmissionSettings {
  if (a === undefined) return b;
  const weaker = (mode: PolicyMode): LevelVersion =>
    compareLevels(a.defaults[mode].level, b.defaults[mode].level) <= 0 ? a.defaults[mode] : b.defaults[mode];
  const both = (list: keyof Exemptions): string[] => [...new Set([...a.exempt[list], ...b.exempt[list]])];
  return {
    defaults: { enforce: weaker('enforce'), audit: weaker('audit'), warn: weaker('warn') },
    exempt: { usernames: both('usernames'), runtimeClasses: both('runtimeClasses'), namespaces: both('namespaces') },
  };
}

export interface EffectivePolicy {
  readonly policy: NamespacePolicy;
  readonly errors: readonly LabelError[];
  /** The configuration exempts the namespace: nothing is refused, whatever its labels say. */
  readonly exempt: boolean;
  /** The level comes from the configuration, and from no label. */
  readonly byDefault: boolean;
}

/** What admission does in a namespace, of its labels and of the server's settings, as far as they are known. */
export function effectivePolicy(name: string | undefined, labels: Labels, settings: AdmissionSettings | undefined): EffectivePolicy {
  const { policy, errors } = namespacePolicy(labels, settings?.defaults);
  const exempt = name !== undefined && settings?.exempt.namespaces.includes(name) === true;
  const byDefault = labels[`${labelPrefix}enforce`] === undefined;
  return { policy: exempt ? defaultPolicy : policy, errors, exempt, byDefault };
}
