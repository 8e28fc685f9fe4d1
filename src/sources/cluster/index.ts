import type { Input } from '../../core/resource.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection, Refusal } from './connect.ts';
import { kindName, kindReader, resourceName, type KindReader } from './read-page.ts';
import { defaultPatience, get, type Answer, type Patience } from './requests.ts';
import { aggregatedDiscovery, groupVersions, readAggregated, readResourceList, type Served, type ServedKind } from './served-kinds.ts';
import { pluralOf, wantedKinds, type WantedKind } from './wanted-kinds.ts';

export { clusterRole } from './cluster-role.ts';
export { connect, type Connection, type ConnectionOptions, type Refusal } from './connect.ts';
export { type Patience } from './requests.ts';

export interface ClusterOptions {
  /** Kinds that rules read, as `NetworkPolicy.networking.k8s.io`; those with pod templates come besides. */
  readonly kinds: readonly string[];
  /** Kinds with pod templates that the user adds. */
  readonly podTemplates: readonly PodTemplateKind[];
  /** Only these; what stands outside of namespaces is then left out. */
  readonly namespaces?: readonly string[];
  readonly patience?: Patience;
  /** Called after each page. */
  readonly onProgress?: (done: ClusterProgress) => void;
}

export interface ClusterProgress {
  readonly objects: number;
  /** Kinds that were read to their end, and how many there are to read. */
  readonly kinds: number;
  readonly ofKinds: number;
}

export interface ClusterTotals {
  readonly documents: number;
  /** Kinds that were not read, or not to their end: what is absent of them may exist. */
  readonly unlisted: readonly UnlistedKind[];
  /** Kinds whose pages are not all of one moment. */
  readonly restarted: readonly string[];
}

export interface UnlistedKind {
  /** As in `ClusterOptions.kinds`. */
  readonly kind: string;
  readonly podTemplates: boolean;
  /** As permissions name it: `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
}

const json = 'application/json';
/** Of answers that are no list. */
const mostBytes = 16 << 20;
/** Of a page: one in flight for each of the kinds that are asked for ahead. */
const mostPageBytes = 48 << 20;
const pageSize = 500;
/** Kinds whose first page is asked for while another one is read. */
const ahead = 3;

/** The version of the API server, as `v1.37.1`; the first thing to ask, because nearly everybody may. */
export async function serverVersion(connection: Connection, patience: Patience = defaultPatience): Promise<string | Refusal> {
  const deadline = Date.now() + Math.min(patience.request, patience.all);
  const answer = await get(connection, '/version', { accept: json, mostBytes, deadline }, { ...patience, request: patience.request / 2 });
  if (answer.type !== 'ok') return refusal(answer);
  const version = parsed(answer.body);
  const gitVersion = isObject(version) ? version['gitVersion'] : undefined;
  if (typeof gitVersion !== 'string') return { refused: ['what answers is no API server', 'the kubeconfig says where it is'] };
  return oneLine(gitVersion);
}

/**
 * Reads every object of a cluster that rules read and hands over one after the other: kinds in an order of their own,
 * owners before what they own, so that only the top owner is handed over and the others are skipped. What may not be
 * read, or not to its end, is an `unread` input and in `unlisted`. It only ever GETs, and never Secrets.
 */
export async function readCluster(
  connection: Connection,
  options: ClusterOptions,
  sink: (input: Input) => void,
): Promise<ClusterTotals | Refusal> {
  const { patience = defaultPatience, podTemplates, namespaces, onProgress } = options;
  const end = Date.now() + patience.all;
  const wanted = wantedKinds(options.kinds, podTemplates);
  const served = await discover(connection, wanted, end, patience);
  if ('refused' in served) return served;

  const reading: Reading = { connection, patience, end, covered: new Set(), podTemplates, sink, documents: 0, restarted: [], unlisted: [] };
  const jobs: Job[] = [];
  for (const kind of wanted) {
    const found = served.kinds.find((each) => each.group === kind.group && each.kind === kind.kind);
    if (found === undefined) {
      const resource = resourceName({ group: kind.group, plural: pluralOf(kind.kind) });
      if (kind.own) giveUp(reading, kind, 'list', resource, 'the API server does not serve it');
      else if (served.silent.includes(kind.group)) giveUp(reading, kind, 'list', resource, 'the program behind this API does not answer');
      continue;
    }
    if (namespaces === undefined) jobs.push({ kind, found, verb: 'list', paths: [listPath(found)] });
    else if (found.namespaced) jobs.push({ kind, found, verb: 'list', paths: namespaces.map((name) => listPath(found, name)) });
    else if (found.group === '' && found.kind === 'Namespace') {
      const paths = namespaces.map((name) => `${listPath(found)}/${encodeURIComponent(name)}`);
      jobs.push({ kind, found, verb: 'get', paths });
    } else {
      // Only a part was asked for: nothing is wrong, and yet what depends on the rest cannot be decided. The pods of these
      // kinds are in no namespace that was asked for.
      miss(reading, { ...kind, podTemplates: false }, resourceName(found));
    }
  }

  const started = jobs.slice(0, ahead).map((job) => start(reading, job));
  for (const [index, job] of jobs.entries()) {
    const next = jobs[index + ahead];
    if (next !== undefined) started.push(start(reading, next));
    const progress = (kinds: number): void => onProgress?.({ objects: reading.documents, kinds, ofKinds: jobs.length });
    const refused = await readKind(reading, job, started[index]!, () => progress(index));
    if (refused !== undefined) return refused;
    progress(index + 1);
  }
  return { documents: reading.documents, unlisted: reading.unlisted, restarted: reading.restarted };
}

interface Reading {
  readonly connection: Connection;
  readonly patience: Patience;
  /** Of it all, in milliseconds since 1970. */
  readonly end: number;
  readonly covered: Set<string>;
  readonly podTemplates: readonly PodTemplateKind[];
  readonly sink: (input: Input) => void;
  documents: number;
  readonly restarted: string[];
  readonly unlisted: UnlistedKind[];
}

type Verb = 'get' | 'list';

/** The objects of one kind. */
interface Job {
  readonly kind: WantedKind;
  readonly found: ServedKind;
  /** What its paths are: lists, or single objects. */
  readonly verb: Verb;
  /** One for the cluster, or for each namespace. */
  readonly paths: readonly string[];
}

/** Asks for what comes first of a kind. */
function start(reading: Reading, { verb, paths: [path = ''] }: Job): Promise<Answer> {
  const deadline = deadlineOf(reading);
  return verb === 'get' ? getOne(reading, path, deadline) : getPage(reading, path, '', pageSize, deadline);
}

function deadlineOf({ end, patience }: Reading): number {
  return Math.min(end, Date.now() + patience.kind);
}

function getOne({ connection, patience }: Reading, path: string, deadline: number): Promise<Answer> {
  return get(connection, path, { accept: json, mostBytes, deadline }, patience);
}

function getPage({ connection, patience }: Reading, path: string, token: string, limit: number, deadline: number): Promise<Answer> {
  const query = new URLSearchParams({ limit: String(limit), ...(token === '' ? {} : { continue: token }) });
  return get(connection, `${path}?${query.toString()}`, { accept: json, mostBytes: mostPageBytes, deadline }, patience);
}

async function readKind(reading: Reading, job: Job, first: Promise<Answer>, onPage: () => void): Promise<Refusal | undefined> {
  const { kind, found, verb, paths } = job;
  const resource = resourceName(found);
  const { podTemplates, covered, sink } = reading;
  const reader = kindReader({ kind: found, podTemplates, covered, sink });
  // It may have waited long for its turn.
  const deadline = deadlineOf(reading);
  let failure: string | undefined;
  for (const [index, path] of paths.entries()) {
    const at = { reading, reader, path, deadline, onPage, resource };
    const ended = await (verb === 'get' ? readOne(at, index === 0 ? first : undefined) : readList(at, index === 0 ? first : undefined));
    if (typeof ended === 'object') return ended;
    failure ??= ended;
  }
  const { documents, damaged } = reader.finish();
  reading.documents += documents;
  if (failure !== undefined) giveUp(reading, kind, verb, resource, failure);
  else if (damaged) miss(reading, kind, resource);
  return undefined;
}

interface At {
  readonly reading: Reading;
  readonly reader: KindReader;
  readonly path: string;
  readonly deadline: number;
  readonly onPage: () => void;
  readonly resource: string;
}

/** Why it was not read to its end, if it was not; a refusal ends the scan. */
type Ended = undefined | string | Refusal;

/** A namespace by its name. */
async function readOne({ reading, reader, path, deadline }: At, first: Promise<Answer> | undefined): Promise<Ended> {
  const answer = await (first ?? getOne(reading, path, deadline));
  if (answer.type === 'ok') return reader.object(answer.body)?.failed;
  if (answer.type === 'refused' && answer.status === 404)
    return { refused: [`the cluster has no namespace "${path.slice(path.lastIndexOf('/') + 1)}"`, 'kubectl get namespaces lists them'] };
  return whyNot(answer);
}

const mostRestarts = 5;

async function readList({ reading, reader, path, deadline, onPage, resource }: At, first: Promise<Answer> | undefined): Promise<Ended> {
  let limit = pageSize;
  let token = '';
  let tokens = new Set<string>();
  let restarts = 0;
  let answer = await (first ?? getPage(reading, path, token, limit, deadline));
  for (;;) {
    if (answer.type === 'ok') {
      // While this page is read the next one is on its way.
      const early = nextInFront(answer.body);
      const following = early === undefined || tokens.has(early) ? undefined : getPage(reading, path, early, limit, deadline);
      const page = reader.page(answer.body);
      if ('failed' in page) return page.failed;
      onPage();
      if (page.next === undefined) return undefined;
      if (tokens.has(page.next)) return 'the API server gives the same page again and again';
      token = page.next;
      tokens.add(token);
      if (following !== undefined && early === token) {
        answer = await following;
        continue;
      }
    } else if (answer.type === 'too large' && limit > 1) {
      limit >>= 3;
      limit ||= 1;
    } else if (answer.type === 'refused' && answer.status === 410) {
      // The state that the first page showed is gone. The server may offer to go on at this place, in a later state.
      if (restarts++ === mostRestarts) return 'its pages expire faster than they can be read';
      token = continueOf(answer.body) ?? '';
      tokens = new Set();
      if (!reading.restarted.includes(resource)) reading.restarted.push(resource);
    } else return whyNot(answer);
    answer = await getPage(reading, path, token, limit, deadline);
  }
}

/** Go writes the metadata of typed lists in front of their items; custom resources come with theirs behind. */
function nextInFront(body: Buffer): string | undefined {
  const head = /^\{"kind":"\w+","apiVersion":"[\w./-]+","metadata":(\{[^{}]*\})/.exec(body.toString('latin1', 0, 8192));
  return head === null ? undefined : continueOf(Buffer.from(`{"metadata":${head[1]}}`, 'latin1'));
}

function continueOf(body: Buffer): string | undefined {
  const status = parsed(body);
  const metadata = isObject(status) ? status['metadata'] : undefined;
  const token = isObject(metadata) ? metadata['continue'] : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function whyNot(answer: Exclude<Answer, { readonly type: 'ok' }>): string | Refusal {
  if (answer.type === 'too large') return 'an object alone is larger than a page may be';
  if (answer.type === 'failed') return answer.reason;
  if (answer.status === 401) return refusal(answer);
  return answer.status === 403 ? 'the user has no permission' : `the API server answers ${answer.status}${saying(answer.body)}`;
}

/** The message of a Status, which the API server sends where it refuses. */
function saying(body: Buffer): string {
  const status = parsed(body);
  const message = isObject(status) ? status['message'] : undefined;
  return typeof message === 'string' && message !== '' ? `: ${oneLine(message)}` : '';
}

/** Nothing can be asked of this server. */
function refusal(answer: Exclude<Answer, { readonly type: 'ok' }>): Refusal {
  if (answer.type === 'refused' && answer.status === 401)
    return { refused: ['the API server does not accept the credentials (401)', 'log in anew, or name another context with --context'] };
  if (answer.type === 'refused' && answer.status === 403)
    return {
      refused: [
        `the API server tells this user nothing (403)${saying(answer.body)}`,
        'plimsoll scan --cluster --print-rbac shows what it takes',
      ],
    };
  const why = whyNot(answer);
  return {
    refused: [`the API server cannot be asked: ${typeof why === 'string' ? why : ''}`, 'try kubectl version with the same context'],
  };
}

function giveUp(reading: Reading, kind: WantedKind, verb: Verb, resource: string, why: string): void {
  reading.sink({ type: 'unread', file: `cluster/${resource}`, line: 1, reason: `${verb} ${resource}: ${why}` });
  miss(reading, kind, resource);
}

function miss({ unlisted }: Reading, kind: WantedKind, resource: string): void {
  unlisted.push({ kind: kindName(kind), podTemplates: kind.podTemplates, resource });
}

function listPath({ group, version, plural }: ServedKind, namespace?: string): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** What the server serves of the groups that matter. */
async function discover(connection: Connection, wanted: readonly WantedKind[], end: number, patience: Patience): Promise<Served | Refusal> {
  const deadline = Math.min(end, Date.now() + patience.kind);
  const ask = (path: string, accept: string = json): Promise<Answer> => get(connection, path, { accept, mostBytes, deadline }, patience);
  const groups = new Set(wanted.map(({ group }) => group));
  const kinds: ServedKind[] = [];
  const silent: string[] = [];
  for (const answer of await Promise.all(['/api', '/apis'].map((path) => ask(path, aggregatedDiscovery)))) {
    if (answer.type !== 'ok') return refusal(answer);
    const value = parsed(answer.body);
    const aggregated = readAggregated(value);
    if (aggregated !== undefined) {
      kinds.push(...aggregated.kinds.filter(({ group }) => groups.has(group)));
      silent.push(...aggregated.silent);
      continue;
    }
    const known = new Map<string, Set<string>>();
    for (const { group, version } of groupVersions(value)) {
      if (!groups.has(group)) continue;
      const list = await ask(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
      const ofGroup = known.get(group) ?? new Set<string>();
      known.set(group, ofGroup);
      if (list.type === 'ok') kinds.push(...readResourceList(parsed(list.body), group, version, ofGroup));
      else silent.push(group);
    }
  }
  return { kinds, silent };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // What is no JSON says nothing.
    return undefined;
  }
}
