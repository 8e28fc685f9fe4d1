import { existsSync, readFileSync, statSync } from 'node:fs';
import type { PodTemplateKind } from '../kube/pod-templates.ts';
import { parseTemplatePath } from '../kube/pod-templates.ts';
import { OptionError } from '../options/option-error.ts';
import type { ParamValue } from '../options/policy-options.ts';
import { nearest } from '../options/spelling.ts';

/** The settings file: kinds with pod templates that the tables do not know, and parameters of controls. */
export interface Configuration {
  readonly podTemplates: readonly PodTemplateKind[];
  readonly params: Readonly<Record<string, Readonly<Record<string, ParamValue>>>>;
}

/** The file that is read when it stands in the working directory. */
export const configurationFile = 'plimsoll.yaml';

const largest = 1024 * 1024;
const none: Configuration = { podTemplates: [], params: {} };

/**
 * Reads the settings file: `named` by the user, or plimsoll.yaml where there is one.
 * @throws OptionError in three lines (what, where, what to do) for a file that cannot be read or says what it must not.
 */
export async function readConfiguration(named: string | undefined): Promise<Configuration> {
  const file = named ?? configurationFile;
  if (named === undefined && !existsSync(file)) return none;
  const text = readText(file);
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw complaint('the settings are not YAML', `${file}:${line}:${col}`, error.message.split('\n')[0] ?? 'correct it');
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw complaint('the settings repeat aliases without end', file, 'write the values out');
  }
  return checked(value, file);
}

function readText(file: string): string {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw complaint('the settings are not a file', file, 'name a YAML file with --config');
    if (stat.size > largest) throw complaint('the settings are larger than 1 MiB', file, 'name the right file with --config');
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw complaint(`the settings cannot be read (${code})`, file, 'name a readable file with --config');
  }
}

function complaint(what: string, where: string, todo: string): OptionError {
  return new OptionError([what, where, todo]);
}

function checked(value: unknown, file: string): Configuration {
  if (value === null || value === undefined) return none;
  const settings = mapping(value, file, 'the file');
  requireKeys(settings, ['podTemplates', 'params'], file, '');
  return {
    podTemplates: sequence(settings['podTemplates'], file, 'podTemplates').map((item, index) =>
      podTemplate(item, file, `podTemplates[${index}]`),
    ),
    params: Object.fromEntries(
      Object.entries(mapping(settings['params'] ?? {}, file, 'params')).map(([control, values]) => [
        control,
        paramsOf(mapping(values, file, `params.${control}`), file, `params.${control}`),
      ]),
    ),
  };
}

function podTemplate(value: unknown, file: string, at: string): PodTemplateKind {
  const entry = mapping(value, file, at);
  requireKeys(entry, ['group', 'kind', 'path'], file, `${at}.`);
  const { group = '', kind, path } = entry;
  if (typeof group !== 'string')
    throw complaint(`${at}.group is no text`, file, 'write the group of the apiVersion, for instance example.org');
  if (typeof kind !== 'string' || kind === '') throw complaint(`${at}.kind is missing`, file, 'write the kind, for instance Rollout');
  if (typeof path !== 'string' || parseTemplatePath(path) === undefined)
    throw complaint(`${at}.path is no path`, file, 'write where the template stands, for instance spec.workers[*].template');
  return { group, kind, path };
}

function paramsOf(values: Readonly<Record<string, unknown>>, file: string, at: string): Record<string, ParamValue> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (typeof value === 'boolean' || typeof value === 'string') return [key, value];
      if (typeof value === 'number') return [key, String(value)];
      if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number'))
        return [key, value.map(String)];
      throw complaint(`${at}.${key} has a value of the wrong kind`, file, 'write a list of texts, or true or false');
    }),
  );
}

function mapping(value: unknown, file: string, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw complaint(`${at} is no mapping`, file, 'write keys and values');
}

function sequence(value: unknown, file: string, at: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw complaint(`${at} is no list`, file, 'begin each item with -');
}

function requireKeys(value: Readonly<Record<string, unknown>>, known: readonly string[], file: string, at: string): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    throw complaint(`unknown key ${at}${key}`, file, meant === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${meant}?`);
  }
}
