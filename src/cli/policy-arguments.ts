import type { Severity } from '../core/index.ts';
import { readPolicyFile, type FoundPolicy, type PolicyFileOptions } from '../library/policy-file.ts';
import { OptionError } from '../options/option-error.ts';
import type { ParamValue, PolicyOptions } from '../options/policy-options.ts';
import type { FailOn } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';

/** Where the policy file stands: it is named, or that of what is read. Of a cluster, and of standard input, that of the working directory. */
export function policyPlaceOf(given: Arguments, paths: readonly string[] = given.operands): PolicyFileOptions {
  const file = given.value('config');
  return { ...(file === undefined ? {} : { file }), ...(paths.length === 0 ? {} : { paths }) };
}

/** The policy file of what is read. */
export function policyFileOf(given: Arguments, paths?: readonly string[]): Promise<FoundPolicy> {
  return readPolicyFile(policyPlaceOf(given, paths));
}

/** What the options that scan and fix share say about the run, over what the policy file says. */
export function policyOptions(given: Arguments, policyFile: FoundPolicy): PolicyOptions & Pick<FoundPolicy, 'podTemplates'> {
  const { failOn: _, ...said } = policyFile;
  const kubernetesVersion = given.value('kubernetes-version');
  const namespace = given.value('namespace');
  const profile = given.value('profile') as PolicyOptions['profile'];
  const minSeverity = given.value('min-severity') as Severity | undefined;
  return {
    ...said,
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(profile === undefined ? {} : { profile }),
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...(given.has('only') ? { only: whatOnly(given.values('only')) } : {}),
    ...(given.has('skip') ? { skip: listed(given.values('skip')) } : {}),
    params: mergedParams(policyFile.params ?? {}, given.values('param')),
    partial: given.has('partial'),
    system: given.has('system'),
    all: given.has('all'),
    inlineWaivers: !given.has('no-inline-waivers'),
  };
}

/** From which severity on findings fail a run. */
export function failOn(given: Arguments, policyFile: FoundPolicy): FailOn {
  return (given.value('fail-on') as FailOn | undefined) ?? policyFile.failOn ?? 'high';
}

/** An empty variable of a shell is no wish to judge everything. */
function whatOnly(values: readonly string[]): string[] {
  const names = listed(values);
  if (names.length === 0) throw new OptionError(['--only names no control', 'name ids, codes or chapters, or leave it out to judge all']);
  return names;
}

function listed(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((item) => item !== '');
}

type Params = Readonly<Record<string, Readonly<Record<string, ParamValue>>>>;

/** What the command line says stands over what the policy file says. */
function mergedParams(configured: Params, options: readonly string[]): Params {
  const merged = new Map(Object.entries(configured).map(([control, values]) => [control, { ...values }]));
  for (const option of options) {
    const equals = option.indexOf('=');
    const dot = option.lastIndexOf('.', equals < 0 ? undefined : equals);
    if (equals < 0 || dot <= 0 || dot === equals - 1)
      throw new OptionError([`--param ${option} is incomplete`, 'write --param CONTROL.KEY=VALUE']);
    const control = option.slice(0, dot);
    merged.set(control, { ...merged.get(control), [option.slice(dot + 1, equals)]: option.slice(equals + 1) });
  }
  return Object.fromEntries(merged);
}
