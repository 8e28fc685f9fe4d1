import type { ServedApi } from '../../kube/api-server.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection, Refusal } from './connect.ts';
import { json, mostBytes, parsed } from './json-answer.ts';
import type { Patience } from './patience.ts';
import { refusal } from './refusals.ts';
import { get, type Answer } from './requests.ts';
import { aggregatedDiscovery, groupVersions, readAggregated, readResourceList, type Served, type ServedKind } from './served-kinds.ts';
import type { WantedKind } from './wanted-kinds.ts';

/** The version of the API server, as `v1.37.1`; the first thing to ask, because nearly everybody may. */
export async function serverVersion(connection: Connection, patience: Patience): Promise<string | Refusal> {
  const deadline = Date.now() + Math.min(patience.request, patience.all);
  const answer = await get(connection, '/version', { accept: json, mostBytes, deadline }, { ...patience, request: patience.request / 2 });
  if (answer.type !== 'ok') return refusal(answer);
  const version = parsed(answer.body);
  const gitVersion = isObject(version) ? version['gitVersion'] : undefined;
  if (typeof gitVersion !== 'string') return { refused: ['what answers is no API server', 'the kubeconfig says where it is'] };
  return oneLine(gitVersion);
}

/** What the server serves of the groups that matter. */
export async function discover(
  connection: Connection,
  wanted: readonly WantedKind[],
  end: number,
  patience: Patience,
): Promise<Served | Refusal> {
  const deadline = Math.min(end, Date.now() + patience.kind);
  const ask = (path: string, accept: string = json): Promise<Answer> => get(connection, path, { accept, mostBytes, deadline }, patience);
  const groups = new Set(wanted.map(({ group }) => group));
  const kinds: ServedKind[] = [];
  const silent: string[] = [];
  const apis: ServedApi[] = [];
  for (const answer of await Promise.all(['/api', '/apis'].map((path) => ask(path, aggregatedDiscovery)))) {
    if (answer.type !== 'ok') return refusal(answer);
    const value = parsed(answer.body);
    const aggregated = readAggregated(value);
    if (aggregated !== undefined) {
      kinds.push(...aggregated.kinds.filter(({ group }) => groups.has(group)));
      silent.push(...aggregated.silent);
      for (const { group, plural } of aggregated.kinds) if (group !== '') apis.push({ group, resource: plural });
      continue;
    }
    const known = new Map<string, Set<string>>();
    for (const { group, version } of groupVersions(value)) {
      if (group !== '') apis.push({ group });
      if (!groups.has(group)) continue;
      const list = await ask(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
      const ofGroup = known.get(group) ?? new Set<string>();
      known.set(group, ofGroup);
      if (list.type === 'ok') kinds.push(...readResourceList(parsed(list.body), group, version, ofGroup));
      else silent.push(group);
    }
  }
  return { kinds, silent, apis };
}
