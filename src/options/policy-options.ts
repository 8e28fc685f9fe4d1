import { resolve } from 'node:path';
import { isDay, severities, type AnyControl, type FaultyWaiver, type Severity, type WaiverRule } from '../core/index.ts';
import { version as toolVersion } from '../core/version.ts';
import { profiles, selects, type PathSettings, type Policy, type Profile, type Waiving } from '../evaluate/index.ts';
import { chapters, findRecommendation, recommendations } from '../guidance/index.ts';
import { newestKnownMinor, type KubernetesVersion } from '../kube/kubernetes-version.ts';
import { OptionError } from './option-error.ts';
import { checkNamespace, readVersion } from './target.ts';
import { advice, nearest, oneOf } from './spelling.ts';

/** A parameter's value; a list may also be written as one text with commas, a switch as `true` or `false`, a number in digits. */
export type ParamValue = string | boolean | number | readonly string[];

/** What a user may decide about a run; everything has a default. */
export interface PolicyOptions {
  /** The version that will run the objects: `1.35`, `v1.35.2`, `latest`; default: the oldest one still supported. */
  readonly kubernetesVersion?: string;
  readonly profile?: Profile;
  /** Where objects without a namespace will be applied. */
  readonly namespace?: string;
  /** The input is a part of the desired state: what is absent is unknown, not missing. */
  readonly partial?: boolean;
  /** Judge by these controls only: ids, codes (`POD-12`), chapters (`POD`, `pod-security`), globs (`NET-*`). */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Leave out findings below. */
  readonly minSeverity?: Severity;
  /** Judge system workloads too. */
  readonly system?: boolean;
  /** List passing subjects too. */
  readonly all?: boolean;
  /** Parameters of controls, by the control's id or code and the parameter's name. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, ParamValue>>>>;
  /** Severities of findings, by control id, code, chapter or glob; of several that fit the last one counts. */
  readonly severities?: Readonly<Record<string, Severity>>;
  /** Namespaces that belong to the system besides those of Kubernetes itself. */
  readonly systemNamespaces?: readonly string[];
  /** What differs for some files; of several that fit the later ones count. */
  readonly pathOptions?: readonly PathOptions[];
  /** Findings that somebody answers for. */
  readonly waivers?: readonly WaiverRule[];
  /** What was meant to be a waiver and is none: each becomes a finding. */
  readonly faultyWaivers?: readonly FaultyWaiver[];
  /** Whether annotations and comments of the manifests waive findings; default: yes. */
  readonly inlineWaivers?: boolean;
  /** The day by which waivers are judged, `2027-01-31`; default: today, in UTC. */
  readonly today?: string;
  /** The folder that globs of files count from, in `pathOptions` and `waivers`; default: the working directory. */
  readonly globFolder?: string;
}

/** Settings of the files that these globs name. */
export interface PathOptions extends Pick<PolicyOptions, 'profile' | 'only' | 'skip' | 'params' | 'severities'> {
  readonly files: readonly string[];
}

/** What was read, as far as it decides what can be said of waivers. */
interface Scanned {
  readonly paths?: readonly string[];
  readonly cwd?: string;
}

/**
 * The policy of a run, with everything checked; `live` where a cluster is judged.
 * @throws OptionError where a version, a namespace, a pattern or a parameter is none, with the nearest correct spelling.
 */
export function policyOf(options: PolicyOptions & Scanned, controls: readonly AnyControl[], live?: true): Policy {
  const { profile = 'nsa', minSeverity = 'low', only = [], skip = [], namespace } = options;
  oneOf('profile', profile, profiles);
  oneOf('severity', minSeverity, severities);
  checkNamespace(namespace);
  for (const pattern of [...only, ...skip]) checkControlName(pattern, controls);
  for (const name of options.systemNamespaces ?? []) checkNamespace(name);
  const version = readVersion(options.kubernetesVersion);
  return {
    version: version.minor,
    kubernetesVersion: version.name,
    versionAssumed: options.kubernetesVersion === undefined,
    profile,
    partial: options.partial === true,
    ...(live === true ? { live } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    only,
    skip,
    minSeverity,
    system: options.system === true,
    all: options.all === true,
    params: readParams(options.params ?? {}, controls),
    severities: severitiesOf(options.severities ?? {}, controls),
    systemNamespaces: options.systemNamespaces ?? [],
    ...(options.pathOptions === undefined ? {} : { paths: options.pathOptions.map((each) => pathSettings(each, controls)) }),
    folders: foldersOf(options),
    waiving: waivingOf(options, live),
    assumptions: assumptionsOf(version, options, live),
    toolVersion,
  };
}

function assumptionsOf(
  version: KubernetesVersion,
  { kubernetesVersion, partial, namespace, inlineWaivers }: PolicyOptions,
  live: true | undefined,
): string[] {
  return [
    ...(kubernetesVersion === undefined
      ? [`the cluster runs Kubernetes ${version.name}, the oldest minor that is still supported (--kubernetes-version names another)`]
      : []),
    ...(version.newerThanKnown
      ? [`Kubernetes ${version.name} behaves like 1.${newestKnownMinor}, the newest that this version of plimsoll knows`]
      : []),
    ...(inlineWaivers === false ? ['annotations and comments waive nothing (--no-inline-waivers)'] : []),
    ...(partial === true || live === true ? [] : ['what was read is the whole desired state (--partial says that it is a part)']),
    ...(namespace === undefined ? [] : [`objects without a namespace are applied to ${namespace}`]),
  ];
}

function foldersOf({ cwd = process.cwd(), globFolder }: PolicyOptions & Scanned): NonNullable<Policy['folders']> {
  const files = slashed(resolve(cwd));
  return { files, globs: globFolder === undefined ? files : slashed(resolve(cwd, globFolder)) };
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

function waivingOf(options: PolicyOptions & Scanned, live: true | undefined): Waiving {
  const { today = new Date().toISOString().slice(0, 10), inlineWaivers = true, waivers = [], faultyWaivers = [] } = options;
  if (!isDay(today)) throw new OptionError([`"${today}" is no day`, 'write it as 2027-01-31']);
  return { today, inline: inlineWaivers, whole: live !== true && isWhole(options), rules: waivers, faulty: faultyWaivers };
}

/** Whether all files were read that a waiver could be about. */
function isWhole({ partial, paths = ['.'], ...options }: PolicyOptions & Scanned): boolean {
  const { files, globs } = foldersOf(options);
  return (
    partial !== true && paths.some((path) => path !== '-' && `${globs}/`.startsWith(`${slashed(resolve(files, path)).replace(/\/$/, '')}/`))
  );
}

function severitiesOf(
  chosen: NonNullable<PolicyOptions['severities']>,
  controls: readonly AnyControl[],
): NonNullable<Policy['severities']> {
  const found = new Map<string, Severity>();
  for (const [pattern, severity] of Object.entries(chosen)) {
    checkControlName(pattern, controls);
    oneOf('severity', severity, severities);
    for (const control of controls) if (selects(pattern, control)) found.set(control.id, severity);
  }
  return Object.fromEntries(found);
}

/** The controls with the severities that are chosen for them: what rules of reports say. */
export function withSeverities(controls: readonly AnyControl[], chosen: PolicyOptions['severities'] = {}): readonly AnyControl[] {
  const found = severitiesOf(chosen, controls);
  return controls.map((control) => ({ ...control, severity: found[control.id] ?? control.severity }));
}

function pathSettings(
  { files, profile, only, skip, params, severities: chosen }: PathOptions,
  controls: readonly AnyControl[],
): PathSettings {
  for (const pattern of [...(only ?? []), ...(skip ?? [])]) checkControlName(pattern, controls);
  if (profile !== undefined) oneOf('profile', profile, profiles);
  return {
    paths: files,
    ...(profile === undefined ? {} : { profile }),
    ...(only === undefined ? {} : { only }),
    ...(skip === undefined ? {} : { skip }),
    ...(params === undefined ? {} : { params: readParams(params, controls) }),
    ...(chosen === undefined ? {} : { severities: severitiesOf(chosen, controls) }),
  };
}

/** A pattern that selects no control is a mistake: a misspelt `--skip` would judge what was meant to be left out. @throws OptionError */
export function checkControlName(pattern: string, controls: readonly AnyControl[]): void {
  if (controls.some((control) => selects(pattern, control))) return;
  const code = pattern.toUpperCase();
  if (findRecommendation(code) !== undefined)
    throw new OptionError([`no control of this version decides ${code}`, `plimsoll explain ${code} says which evidence it needs`]);
  if (chapters.some((chapter) => chapter.code === code))
    throw new OptionError([
      `no control of this version decides a recommendation of chapter ${code}`,
      'plimsoll list controls lists what is decided',
    ]);
  throw new OptionError([
    `"${pattern}" is no control, code or chapter`,
    advice(nearestName(pattern, controls), 'plimsoll list controls lists them'),
  ]);
}

/** The name that a misspelt one most likely means; a control may be meant by the last part of its id alone. */
export function nearestName(word: string, controls: readonly AnyControl[]): string | undefined {
  const byLeaf = new Map(controls.map(({ id }) => [id.slice(id.indexOf('/') + 1), id]));
  const meant = nearest(word, [...byLeaf.keys(), ...controlNames(controls)]);
  return meant === undefined ? undefined : (byLeaf.get(meant) ?? meant);
}

/** Everything by which controls and recommendations are named. */
export function controlNames(controls: readonly AnyControl[]): string[] {
  const folders = new Set(controls.map(({ id }) => id.split('/')[0]!));
  const ids = controls.map(({ id }) => id);
  return [...ids, ...folders, ...recommendations.map(({ code }) => code), ...chapters.map(({ code }) => code)];
}

/** @throws OptionError where there is no such parameter, or the value is none of it. */
export function checkParams(chosen: NonNullable<PolicyOptions['params']>, controls: readonly AnyControl[]): void {
  readParams(chosen, controls);
}

function readParams(chosen: NonNullable<PolicyOptions['params']>, controls: readonly AnyControl[]): Policy['params'] {
  const params = new Map<string, Map<string, ReadValue>>();
  for (const [name, values] of Object.entries(chosen)) {
    const named = controls.filter(({ id, decides }) => id === name || decides.includes(name.toUpperCase()));
    if (named.length === 0)
      throw new OptionError([`"${name}" is no control`, advice(nearestName(name, controls), 'plimsoll list controls lists them')]);
    for (const [key, value] of Object.entries(values)) {
      const having = named.filter((control) => Object.hasOwn(control.params, key));
      if (having.length === 0) throw unknownParam(name, key, named);
      for (const control of having) {
        const ofControl = params.get(control.id) ?? new Map<string, ReadValue>();
        params.set(control.id, ofControl.set(key, readParam(`${name}.${key}`, value, control.params[key]!.type)));
      }
    }
  }
  return Object.fromEntries([...params].map(([id, values]) => [id, Object.fromEntries(values)]));
}

function unknownParam(name: string, key: string, named: readonly AnyControl[]): OptionError {
  const keys = named.flatMap(({ params }) => Object.keys(params));
  const otherwise = keys.length === 0 ? 'it has none' : `it has ${keys.join(', ')}`;
  const meant = nearest(key, keys);
  return new OptionError([`${name} has no parameter "${key}"`, advice(meant === undefined ? undefined : `${name}.${meant}`, otherwise)]);
}

type ReadValue = boolean | number | readonly string[];

function readParam(where: string, value: ParamValue, type: 'strings' | 'boolean' | 'number'): ReadValue {
  if (type === 'number') {
    if (/^\d{1,9}$/.test(String(value))) return Number(value);
    throw new OptionError([`${where} is a number`, `write ${where}=10`]);
  }
  if (type === 'boolean') {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw new OptionError([`${where} is a switch`, 'write true or false']);
  }
  if (typeof value === 'boolean' || typeof value === 'number') throw new OptionError([`${where} is a list`, `write ${where}=first,second`]);
  if (typeof value !== 'string') return value;
  return value === '' ? [] : value.split(',').map((item) => item.trim());
}
