import type { Severity } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import type { ParamValue, PolicyOptions } from '../options/policy-options.ts';
import type { Arguments } from './arguments.ts';

/** What the options that scan and fix share say about the run. */
export function policyOptions(given: Arguments): PolicyOptions {
  const kubernetesVersion = given.value('kubernetes-version');
  const namespace = given.value('namespace');
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(namespace === undefined ? {} : { namespace }),
    profile: (given.value('profile') ?? 'nsa') as NonNullable<PolicyOptions['profile']>,
    minSeverity: (given.value('min-severity') ?? 'low') as Severity,
    only: listed(given.values('only')),
    skip: listed(given.values('skip')),
    partial: given.has('partial'),
    system: given.has('system'),
    all: given.has('all'),
  };
}

function listed(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((item) => item !== '');
}

type Params = Readonly<Record<string, Readonly<Record<string, ParamValue>>>>;

/** What the command line says stands over what the settings file says. */
export function mergedParams(configured: Params, options: readonly string[]): Params {
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
