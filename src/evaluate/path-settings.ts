import { remembering, type AnyControl } from '../core/index.ts';
import { fitsPath } from './glob.ts';
import type { Folders, PathSettings, Policy } from './policy.ts';
import { leftOut } from './selection.ts';

/**
 * A file as globs see it: from the folder that they count from, or undefined for one outside of it. What is no file of the
 * disk (standard input, an object of a cluster) goes by its name.
 */
export function nameForGlobs(file: string, { files, globs }: Folders): string | undefined {
  if (file.startsWith('<')) return file;
  const whole = isAbsolute(file) ? file : `${files}/${file}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const above = globs.split('/').filter((part) => part !== '');
  return above.every((part, index) => parts[index] === part) ? parts.slice(above.length).join('/') : undefined;
}

function isAbsolute(file: string): boolean {
  return file.startsWith('/') || /^[A-Za-z]:\//.test(file);
}

/** Whether one of these globs describes a file; whoever asks about very many files asks about few different ones. */
export function pathMatcher({ folders, live }: Pick<Policy, 'folders' | 'live'>): (patterns: readonly string[], file: string) => boolean {
  const nameOf = remembering((file: string) => (live === true || folders === undefined ? file : (nameForGlobs(file, folders) ?? '')));
  return (patterns, file) => {
    const name = nameOf(file);
    return name !== '' && patterns.some((pattern) => fitsPath(pattern, name));
  };
}

/** What a run judges by, at some files. */
export type Settings = Pick<Policy, 'profile' | 'only' | 'skip' | 'params' | 'severities' | 'live' | 'systemNamespaces'>;

/** Answers with what the policy says about a file: one and the same object for all files of which it says the same. */
export function settingsByFile(policy: Policy): (file: string) => Settings {
  const { paths = [] } = policy;
  if (paths.length === 0) return () => policy;
  const fits = pathMatcher(policy);
  const known = new Map<string, Settings>();
  return remembering((file: string) => {
    const fitting = paths.filter((each) => fits(each.paths, file));
    if (fitting.length === 0) return policy;
    const key = fitting.map((each) => paths.indexOf(each)).join(' ');
    const settings = known.get(key) ?? fitting.reduce<Settings>(merged, policy);
    known.set(key, settings);
    return settings;
  });
}

function merged(settings: Settings, { profile, only, skip, params = {}, severities }: PathSettings): Settings {
  const all = { ...settings.params };
  for (const [id, values] of Object.entries(params)) all[id] = { ...all[id], ...values };
  return {
    ...settings,
    params: all,
    severities: { ...settings.severities, ...severities },
    ...(profile === undefined ? {} : { profile }),
    ...(only === undefined ? {} : { only }),
    ...(skip === undefined ? {} : { skip }),
  };
}

/** Whether a control that takes no part elsewhere may take part at some files. */
export function mayTakePart(control: AnyControl, policy: Policy): boolean {
  return (policy.paths ?? []).some(
    ({ profile = policy.profile, only = policy.only }) => leftOut(control, { ...policy, profile, only, skip: [] }) === undefined,
  );
}
