import { virtualEndpoints as virtual, type ReachEndpoint } from '../core/index.ts';
import { parseBlock } from '../kube/ip-block.ts';
import { labelMatcher, type Labels } from '../kube/label-selector.ts';
import { parseLabelSelector } from '../kube/label-selector-text.ts';
import { OptionError } from './option-error.ts';
import { advice, nearest } from './spelling.ts';

export type WorkloadEndpoint = Extract<ReachEndpoint, { type: 'workload' }>;

/** The ends of connections that there are, and the labels of pods: a workload may have several kinds of them. */
export interface KnownEndpoints {
  readonly endpoints: readonly ReachEndpoint[];
  labelsOf(workload: WorkloadEndpoint): readonly Labels[];
}

/**
 * What `--from` and `--to` name: `internet`, `node`, `api-server`, `ingress-controller`, `metadata`; `NAMESPACE/` and
 * `NAMESPACE/NAME` (`NAMESPACE/KIND/NAME` where names meet); a label selector; an address or a range of them.
 * @throws OptionError where nothing is named by it, with the nearest spelling.
 */
export function endpointsNamed(text: string, option: string, known: KnownEndpoints): readonly ReachEndpoint[] {
  const named = virtual.find((name) => name === text);
  if (named !== undefined) return [{ type: 'virtual', name: named }];
  if (isAddress(text)) return [rangeOf(text, option)];
  const workloads = known.endpoints.filter((endpoint) => endpoint.type === 'workload');
  if (/[=!(),\s]/.test(text)) return selected(text, option, workloads, known);
  const [space = '', ...names] = text.split('/');
  if (names.length === 0) throw unknownWord(text, option, workloads);
  const inSpace = workloads.filter(({ namespace }) => namespace === space);
  if (inSpace.length === 0) {
    const meant = nearest(
      space,
      workloads.map(({ namespace }) => namespace),
    );
    throw new OptionError([
      `${option} ${text}: no workload in a namespace "${space}" was read`,
      advice(meant === undefined ? undefined : [meant, ...names].join('/'), 'write NAMESPACE/NAME, NAMESPACE/ or a label selector'),
    ]);
  }
  const name = names.at(-1)!;
  if (names.length === 1 && name === '') return inSpace;
  const kind = names.length === 2 ? names[0]!.toLowerCase() : undefined;
  const found = inSpace.filter((workload) => workload.name === name && (kind === undefined || workload.kind.toLowerCase() === kind));
  if (found.length > 0) return found;
  const meant = nearest(
    name,
    inSpace.map((workload) => workload.name),
  );
  throw new OptionError([
    `${option} ${text}: namespace ${space} has no such workload`,
    advice(meant === undefined ? undefined : `${space}/${meant}`, `${option} ${space}/ names all of it`),
  ]);
}

function isAddress(text: string): boolean {
  return /^\d+(?:\.\d+){3}(?:\/\d+)?$|^[0-9a-f]*:[0-9a-f:.]*(?:\/\d+)?$/i.test(text);
}

function rangeOf(text: string, option: string): ReachEndpoint {
  const cidr = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
  if (parseBlock(cidr) === undefined) throw new OptionError([`${option} ${text} is no address`, `for instance ${option} 10.0.0.0/8`]);
  return { type: 'cidr', cidr };
}

function selected(text: string, option: string, workloads: readonly WorkloadEndpoint[], known: KnownEndpoints): WorkloadEndpoint[] {
  const selector = parseLabelSelector(text);
  if ('error' in selector)
    throw new OptionError([`${option}: ${selector.error}`, `for instance ${option} app=web or ${option} 'tier in (a,b)'`]);
  const matcher = labelMatcher(selector);
  const found = typeof matcher === 'function' ? workloads.filter((workload) => known.labelsOf(workload).some(matcher)) : [];
  if (found.length > 0) return found;
  const pairs = new Set(
    workloads.flatMap((workload) => known.labelsOf(workload).flatMap((labels) => Object.entries(labels).map((pair) => pair.join('=')))),
  );
  throw new OptionError([
    `${option} ${text} selects no workload that was read`,
    advice(nearest(text, pairs), 'labels are those of pods, not those of the objects that make them'),
  ]);
}

function unknownWord(text: string, option: string, workloads: readonly WorkloadEndpoint[]): OptionError {
  const first = workloads.find(({ name }) => name === text);
  const meant = first === undefined ? nearest(text, [...virtual, ...workloads.map(({ name }) => name)]) : undefined;
  const workload = first ?? (virtual.some((name) => name === meant) ? undefined : workloads.find(({ name }) => name === meant));
  return new OptionError([
    `${option} ${text} names nothing`,
    advice(
      workload === undefined ? meant : `${workload.namespace}/${workload.name}`,
      `write NAMESPACE/NAME, NAMESPACE/, a label selector, an address, or one of ${virtual.join(', ')}`,
    ),
  ]);
}

/** A port as `--port` takes it: `443` is TCP, `53/UDP` says otherwise. @throws OptionError for what is none. */
export function readPort(text: string): { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly port: number } {
  const [, digits, said = 'TCP'] = /^(\d{1,5})(?:\/(\w+))?$/.exec(text) ?? [];
  const protocol = (['TCP', 'UDP', 'SCTP'] as const).find((known) => known === said.toUpperCase());
  const port = Number(digits);
  if (digits === undefined || protocol === undefined || port < 1 || port > 65535)
    throw new OptionError([`--port ${text} is no port`, 'write --port 443, or --port 53/UDP']);
  return { protocol, port };
}
