import { faultOfTerms, type AnyControl, type FaultyWaiver, type Path, type Severity, type WaiverRule } from '../core/index.ts';
import type { Profile } from '../evaluate/index.ts';
import { findRecommendation } from '../guidance/index.ts';
import { parseTemplatePath, type PodTemplateKind } from '../kube/pod-templates.ts';
import { readDocument, splitDocuments, type ReadDocument } from '../kube/yaml/index.ts';
import { OptionError } from './option-error.ts';
import { checkControlName, checkParams, type ParamValue, type PathOptions, type PolicyOptions } from './policy-options.ts';
import { policyShape, waiverShape } from './policy-shape.ts';
import { faultsOf, isMap, textOf, written } from './shape.ts';
import { checkNamespace, readVersion } from './target.ts';

/** What a policy file says, as options of a run. */
export interface PolicyFile extends Pick<
  PolicyOptions,
  | 'kubernetesVersion'
  | 'minSeverity'
  | 'profile'
  | 'only'
  | 'skip'
  | 'params'
  | 'severities'
  | 'systemNamespaces'
  | 'pathOptions'
  | 'waivers'
  | 'faultyWaivers'
> {
  readonly failOn?: Severity | 'none';
  readonly podTemplates?: readonly PodTemplateKind[];
}

/**
 * Reads the text of a policy file, which reports call `file`.
 * @throws OptionError in three lines (what, where, what to do) for what is no YAML, or says what it must not.
 */
export function parsePolicyFile(text: string, file: string, controls: readonly AnyControl[]): PolicyFile {
  const [first, second] = splitDocuments(text).filter((part) => 'error' in part || part.text.trim() !== '');
  if (second !== undefined) throw new OptionError(['the settings are more than one document', `${file}:${second.line}`, 'write one']);
  if (first === undefined) return {};
  const document = 'error' in first ? first : readDocument(first.text, first.line);
  if ('error' in document) throw new OptionError(['the settings are not YAML', `${file}:${document.line}`, document.error]);
  const { value } = document;
  if (value === null) return {};
  const at = (path: Path): string => placeOf(document, path, file);
  for (const { path, what, todo } of faultsOf(value, policyShape)) {
    if (path[0] === 'waivers' && path.length > 1) continue;
    throw new OptionError([what, at(path), todo]);
  }
  const settings = value as Settings;
  const duplicate = document.duplicates?.[0];
  if (duplicate !== undefined)
    throw new OptionError([`the key ${written(duplicate)} stands twice`, at(duplicate), 'leave one of them out']);

  /** Says where, of what others check. */
  function placed<T>(path: Path, check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const [what = '', ...todo] = error.lines;
      throw new OptionError([`${written(path)}: ${what}`, at(path), ...todo]);
    }
  }

  function checkNames(path: Path, names: readonly string[] | undefined): readonly string[] | undefined {
    for (const name of names ?? []) placed(path, () => checkControlName(name, controls));
    return names;
  }

  function general(from: OfPaths, path: Path): Omit<PathOptions, 'files'> {
    const only = checkNames([...path, 'only'], listOf(from.only));
    const skip = checkNames([...path, 'skip'], listOf(from.skip));
    const params = Object.entries(from.params ?? {}).map(([name, values]) => {
      const read = Object.fromEntries(Object.entries(values ?? {}).map(([key, each]) => [key, paramOf(each)]));
      for (const key of Object.keys(read))
        placed([...path, 'params', name, key], () => checkParams({ [name]: { [key]: read[key]! } }, controls));
      return [name, read] as const;
    });
    for (const name of Object.keys(from.severities ?? {})) checkNames([...path, 'severities', name], [name]);
    return {
      ...(isSet(from.profile) ? { profile: from.profile } : {}),
      ...(only === undefined ? {} : { only }),
      ...(skip === undefined ? {} : { skip }),
      ...(isSet(from.params) ? { params: Object.fromEntries(params) } : {}),
      ...(isSet(from.severities) ? { severities: from.severities } : {}),
    };
  }

  const version = isSet(settings.kubernetesVersion) ? textOf(settings.kubernetesVersion) : undefined;
  if (version !== undefined) placed(['kubernetesVersion'], () => readVersion(version));
  const system = listOf(settings.systemNamespaces);
  for (const name of system ?? []) placed(['systemNamespaces'], () => checkNamespace(name));
  return {
    ...(version === undefined ? {} : { kubernetesVersion: version }),
    ...(isSet(settings.failOn) ? { failOn: settings.failOn } : {}),
    ...(isSet(settings.minSeverity) ? { minSeverity: settings.minSeverity } : {}),
    ...general(settings, []),
    ...(isSet(settings.podTemplates)
      ? {
          podTemplates: settings.podTemplates.map(({ group, kind, path }, index) => {
            if (parseTemplatePath(path) === undefined)
              throw new OptionError([
                `podTemplates[${index}].path is no path`,
                at(['podTemplates', index, 'path']),
                'write where the template stands, for instance spec.workers[*].template',
              ]);
            return { group: group ?? '', kind, path };
          }),
        }
      : {}),
    ...(system === undefined ? {} : { systemNamespaces: system }),
    ...(isSet(settings.paths)
      ? { pathOptions: settings.paths.map((each, index) => ({ files: listOf(each.files) ?? [], ...general(each, ['paths', index]) })) }
      : {}),
    ...(isSet(settings.waivers) ? waiversOf(settings.waivers, document, file, controls) : {}),
  };
}

interface OfPaths {
  readonly profile?: Profile | null;
  readonly only?: Texts;
  readonly skip?: Texts;
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null;
  readonly severities?: Readonly<Record<string, Severity>> | null;
}

/** What has passed the shape. */
interface Settings extends OfPaths {
  readonly kubernetesVersion?: string | number | null;
  readonly failOn?: Severity | 'none' | null;
  readonly minSeverity?: Severity | null;
  readonly podTemplates?: readonly { readonly group?: string | null; readonly kind: string; readonly path: string }[] | null;
  readonly systemNamespaces?: Texts;
  readonly paths?: readonly (OfPaths & { readonly files: Texts })[] | null;
  readonly waivers?: readonly unknown[] | null;
}

type Texts = string | readonly unknown[] | null;

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function listOf(value: unknown): readonly string[] | undefined {
  if (!isSet(value)) return undefined;
  return (Array.isArray(value) ? value : [value]).map((item) => textOf(item) ?? '');
}

function paramOf(value: unknown): ParamValue {
  if (typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map((item) => textOf(item) ?? '') : (textOf(value) ?? '');
}

function placeOf({ locate }: ReadDocument, path: Path, file: string): string {
  const [place] = locate([path]);
  return place === undefined ? file : `${file}:${place.line}:${place.column}`;
}

/** What is a waiver, and what was meant to be one: that waives nothing and is a finding. */
function waiversOf(
  items: readonly unknown[],
  document: ReadDocument,
  file: string,
  controls: readonly AnyControl[],
): Pick<PolicyOptions, 'waivers' | 'faultyWaivers'> {
  const places = document.locate(items.map((_, index) => ['waivers', index]));
  const waivers: WaiverRule[] = [];
  const faulty: FaultyWaiver[] = [];
  for (const [index, item] of items.entries()) {
    const line = places[index]?.line ?? 1;
    const fault = faultOf(item, controls);
    const control = isMap(item) ? listOf(item['control'])?.join(', ') : undefined;
    if (fault !== undefined) faulty.push({ file, line, ...(control === undefined ? {} : { control }), fault });
    else waivers.push(ruleOf(item as Readonly<Record<string, unknown>>, file, line));
  }
  return { waivers, faultyWaivers: faulty };
}

function faultOf(item: unknown, controls: readonly AnyControl[]): string | undefined {
  if (!isMap(item)) return 'it is no mapping';
  const [fault] = faultsOf(item, waiverShape);
  if (fault !== undefined) return fault.what;
  for (const name of listOf(item['control']) ?? []) {
    // Of the guide, and not decided by this version: there is nothing to waive yet.
    if (findRecommendation(name.toUpperCase()) !== undefined) continue;
    try {
      checkControlName(name, controls);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      return error.lines[0];
    }
  }
  const { reason, owner, until, ticket } = item;
  return faultOfTerms({
    reason: textOf(reason),
    owner: textOf(owner),
    until: dayOf(until),
    ...(isSet(ticket) ? { ticket: textOf(ticket) } : {}),
  });
}

/** A day without quotes is a time to YAML as Kubernetes reads it. */
function dayOf(value: unknown): string | undefined {
  return textOf(value)?.replace(/T00:00:00Z$/, '');
}

function ruleOf(item: Readonly<Record<string, unknown>>, file: string, line: number): WaiverRule {
  const selectors = (['namespace', 'kind', 'name', 'container', 'path'] as const).flatMap((key) => {
    const patterns = listOf(item[key]);
    return patterns === undefined ? [] : [[key, patterns] as const];
  });
  const labels = isMap(item['labels'])
    ? { labels: Object.fromEntries(Object.entries(item['labels']).map(([key, value]) => [key, textOf(value) ?? ''])) }
    : {};
  return {
    controls: listOf(item['control']) ?? [],
    ...Object.fromEntries(selectors),
    ...labels,
    reason: textOf(item['reason']) ?? '',
    owner: textOf(item['owner']) ?? '',
    until: dayOf(item['until']) ?? '',
    ...(isSet(item['ticket']) ? { ticket: textOf(item['ticket']) ?? '' } : {}),
    file,
    line,
  };
}
