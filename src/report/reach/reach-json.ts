import type { ReachEndpoint, ReachPair, ReachPorts, UnknownPorts } from '../../core/index.ts';
import { quoted, quotedList } from '../json.ts';

/** Every pair on a line of its own, yielded as it comes: the pairs of a large cluster are never held together. */
export function* formatReachJson(pairs: Iterable<ReachPair>): Generator<string, void> {
  const literals = new WeakMap<ReachEndpoint, string>();
  const endpoint = (it: ReachEndpoint): string => {
    const known = literals.get(it);
    if (known !== undefined) return known;
    const literal = endpointJson(it);
    literals.set(it, literal);
    return literal;
  };
  const lists = new WeakMap<readonly ReachPorts[], string>();
  const ports = (list: readonly ReachPorts[]): string => {
    const known = lists.get(list);
    if (known !== undefined) return known;
    const literal = `[${list.map(portsJson).join(',')}]`;
    lists.set(list, literal);
    return literal;
  };
  let before = '{ "pairs": [\n';
  for (const { from, to, allowed, denied, unknown } of pairs) {
    yield `${before}  {"from":${endpoint(from)},"to":${endpoint(to)},"allowed":${ports(allowed)},"denied":${ports(denied)},"unknown":${ports(unknown)}}`;
    before = ',\n';
  }
  yield before === ',\n' ? '\n] }\n' : '{ "pairs": [] }\n';
}

/** An end of a connection as JSON. */
export function endpointJson(endpoint: ReachEndpoint): string {
  if (endpoint.type === 'cidr') {
    const { cidr, except = [] } = endpoint;
    return `{"cidr":${quoted(cidr)}${except.length === 0 ? '' : `,"except":${quotedList(except)}`}}`;
  }
  if (endpoint.type === 'virtual') return `{"virtual":"${endpoint.name}"}`;
  return `{"kind":${quoted(endpoint.kind)},"namespace":${quoted(endpoint.namespace)},"name":${quoted(endpoint.name)}}`;
}

/** Ports of a protocol as JSON. */
export function portsJson(item: ReachPorts | UnknownPorts): string {
  const because = 'because' in item ? `,"because":${quoted(item.because)}` : '';
  return `{"protocol":"${item.protocol}","ports":${quoted(item.ports)}${because}}`;
}
