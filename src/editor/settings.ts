import type { ScanOptions } from '../library/scan.ts';
import { OptionError } from '../options/option-error.ts';
import type { ParamValue } from '../options/policy-options.ts';
import { nearest } from '../options/spelling.ts';

type Params = NonNullable<ScanOptions['params']>;

type Kind = 'text' | 'texts' | 'switch' | 'params';

type Setting = 'kubernetesVersion' | 'profile' | 'namespace' | 'minSeverity' | 'only' | 'skip' | 'partial' | 'system' | 'params';

/** What an editor may set (`initializationOptions`, or the section `plimsoll` of its settings), as the options of `scan`. */
const kinds: Readonly<Record<Setting, Kind>> = {
  kubernetesVersion: 'text',
  profile: 'text',
  namespace: 'text',
  minSeverity: 'text',
  only: 'texts',
  skip: 'texts',
  partial: 'switch',
  system: 'switch',
  params: 'params',
};

const examples: Readonly<Record<Kind, string>> = {
  text: '"1.36"',
  texts: '["POD", "NET-02"]',
  switch: 'true or false',
  params: '{ "CONTROL": { "KEY": "VALUE" } }',
};

/**
 * The settings of an editor, checked as far as their form goes.
 * @throws OptionError where a key is not known, or its value of the wrong kind.
 */
export function editorSettings(given: unknown): Pick<ScanOptions, Setting> {
  if (given === undefined || given === null) return {};
  if (!isMap(given)) throw new OptionError(['the settings of the editor are no mapping', 'write keys and values']);
  for (const [key, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key as Setting] : undefined;
    if (kind === undefined) {
      const meant = nearest(key, Object.keys(kinds));
      const advice = meant === undefined ? `they are ${Object.keys(kinds).join(', ')}` : `did you mean ${meant}?`;
      throw new OptionError([`the editor has no setting "${key}"`, advice]);
    }
    if (!isOf(kind, value))
      throw new OptionError([`the editor's setting ${key} has a value of the wrong kind`, `write for instance ${examples[kind]}`]);
  }
  return given;
}

/** Parameters of a settings file with those of an editor, which stand over it one by one. */
export function mergedParams(ofFile: Params = {}, ofEditor: Params = {}): Params {
  const names = new Set([...Object.keys(ofFile), ...Object.keys(ofEditor)]);
  return Object.fromEntries([...names].map((name) => [name, { ...ofFile[name], ...ofEditor[name] }]));
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'switch') return typeof value === 'boolean';
  if (kind === 'texts') return isTexts(value);
  return isMap(value) && Object.values(value).every((params) => isMap(params) && Object.values(params).every(isParamValue));
}

function isParamValue(value: unknown): value is ParamValue {
  return typeof value === 'string' || typeof value === 'boolean' || isTexts(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
