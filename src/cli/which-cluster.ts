import { existsSync } from 'node:fs';
import { granted } from '../library/granted.ts';
import { durationOf } from '../options/duration.ts';
import { OptionError } from '../options/option-error.ts';
import { advice, nearest } from '../options/spelling.ts';
import { readContexts, type ConnectionOptions, type Contexts, type Patience } from '../sources/cluster/index.ts';
import type { Arguments } from './arguments.ts';

/**
 * The contexts that --cluster names, in order and each once; without a name it means the current one. None where that is
 * all it says.
 * @throws OptionError where a name is none of a context: a path, or misspelt.
 */
export async function namedContexts(given: Arguments): Promise<readonly string[]> {
  const names = [...new Set(given.values('cluster'))];
  if (names.every((name) => name === '')) return [];
  const contexts = await readContexts(given.value('kubeconfig'));
  const known = 'refused' in contexts ? [] : contexts.names;
  const path = names.find((name) => name !== '' && !known.includes(name) && isPath(name));
  if (path !== undefined)
    throw new OptionError([
      `--cluster takes the name of a context, and ${path} is a path`,
      `write plimsoll scan ${path}${known.length === 0 ? '' : `, or name the cluster: ${known.join(', ')}`}`,
    ]);
  const found = granted<Contexts>(contexts);
  return [...new Set(names.map((name) => contextNamed(name, found)))];
}

/** Slashes alone say nothing: names of contexts have them too. */
function isPath(name: string): boolean {
  return /^\.|\/$|\.(?:ya?ml|json)$/.test(name) || existsSync(name);
}

function contextNamed(name: string, { names, current }: Contexts): string {
  if (names.includes(name)) return name;
  if (name === '' && current !== undefined) return current;
  if (name === '') throw new OptionError(['the kubeconfig does not say which cluster is the current one', 'write --cluster CONTEXT']);
  throw new OptionError([`the kubeconfig has no context "${name}"`, advice(nearest(name, names), `it has: ${names.join(', ') || 'none'}`)]);
}

/** What the command line says of asking a cluster; the context besides, where --cluster names it. */
export function connectionOf(given: Arguments): ConnectionOptions {
  const [context, kubeconfig, as, qps] = ['context', 'kubeconfig', 'as', 'qps'].map((name) => given.value(name));
  return {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(as === undefined ? {} : { as }),
    asGroups: given.values('as-group'),
    patience: { ...waiting(given, 'timeout', 'all'), ...waiting(given, 'request-timeout', 'request') },
    ...(qps === undefined ? {} : { qps: rate(qps) }),
  };
}

function waiting(given: Arguments, name: string, key: keyof Patience): Partial<Patience> {
  const duration = given.value(name);
  return duration === undefined ? {} : { [key]: durationOf(`--${name}`, duration) };
}

function rate(text: string): number {
  const qps = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || qps < 0.1 || qps > 10_000)
    throw new OptionError([`--qps ${text} is no number from 0.1 to 10000`, 'write --qps 10']);
  return qps;
}
