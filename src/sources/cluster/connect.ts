import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { Agent, request as requestPlain, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { ObservedApiServer } from '../../kube/api-server.ts';
import { oneLine } from '../manifests/reasons.ts';
import { boundPlugins } from './exec-plugins.ts';
import { json } from './json-answer.ts';
import { impersonationOf, loadKubeConfig, refuse } from './kubeconfig.ts';
import { sightingOf, type Sighting } from './observe.ts';
import { defaultQps, startPace } from './pace.ts';
import { patienceOf, type Patience } from './patience.ts';
import type { Answer } from './requests.ts';

export interface ConnectionOptions {
  /** Instead of KUBECONFIG, `~/.kube/config` and the service account of a pod. */
  readonly kubeconfig?: string;
  /** Instead of the current context. */
  readonly context?: string;
  /** Whom to impersonate. */
  readonly as?: string;
  readonly asGroups?: readonly string[];
  /** Requests a second; default: 50. */
  readonly qps?: number;
  /** How long to wait, in milliseconds; for a plugin that gives credentials as long as for a request. */
  readonly patience?: Partial<Patience>;
}

/** Whom to act as. */
export interface Impersonated {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A way to the API server of one cluster, with somebody's credentials. Nothing has been sent yet. */
export interface Connection {
  /** The name of the context. */
  readonly context: string;
  /** Waits until a request may be sent; what it resolves with says that the request has ended. */
  turn(): Promise<() => void>;
  /** Kept by whoever asks. */
  readonly heard: Heard;
  /** Sends a GET for a path that begins with a slash; rejects where there is no answer. */
  get(path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage>;
  /** As `get`, as nobody: without the credentials. Absent where there is no server. */
  readonly getAnonymously?: (path: string, signal: AbortSignal) => Promise<IncomingMessage>;
  /**
   * Asks what would become of a new object, as somebody else where `as` says so: always as a dry run, which stores nothing.
   * Absent where nobody can be asked any more.
   */
  tryCreate?(path: string, object: object, as: Impersonated | undefined, signal: AbortSignal): Promise<IncomingMessage>;
  /** What a recent answer showed besides what it said; undefined before the first one. */
  sighting(): Sighting | undefined;
  /** Which credentials requests are sent with at present, counted from the first ones. */
  credentials(): number;
  /** Asks for the credentials anew, because those were refused: plugins' expire. Newer ones stay. */
  renew(refused: number): Promise<void>;
  /** Ends what is under way. */
  close(): void;
  readonly closed: AbortSignal;
  /** Where it is given: what GETs end with, after all attempts. It hears of them, or answers in place of the server. */
  readonly answer?: (path: string, ask: () => Promise<Answer>) => Promise<Answer>;
  /**
   * Where the answers are recorded ones: of when, by which version of this tool, what was observed of the server then, and
   * which kinds were read for that.
   */
  readonly recorded?: {
    readonly taken: string;
    readonly tool: string;
    readonly observed: ObservedApiServer;
    readonly alsoRead: readonly string[];
  };
}

/** What is known of a server from whether it answers; times in milliseconds since 1970. */
export interface Heard {
  /** When it answered last. */
  last: number | undefined;
  /** It has answered, and then it was gone. */
  gone?: boolean;
  /** When it was there again. */
  back?: number;
}

/** How often an answer is looked at for what it shows besides, in milliseconds: who follows a cluster stays for weeks. */
const oftenEnough = 60_000;

/** Why there can be no scan: lines for a person. */
export interface Refusal {
  readonly refused: readonly string[];
}

/**
 * Finds the cluster and the credentials as kubectl does: kubeconfig files, contexts, exec plugins, OIDC, client
 * certificates, tokens, proxies, and the service account of the pod that it runs in.
 */
export async function connect(options: ConnectionOptions): Promise<Connection | Refusal> {
  const config = await loadKubeConfig(options.kubeconfig);
  if ('refused' in config) return config;
  const names = config.getContexts().map(({ name }) => name);
  if (options.context !== undefined) {
    if (!names.includes(options.context))
      return {
        refused: [`the kubeconfig has no context "${oneLine(options.context)}"`, `it has: ${oneLine(names.join(', ')) || 'none'}`],
      };
    config.setCurrentContext(options.context);
  }
  const cluster = config.getCurrentCluster();
  const context = config.getCurrentContext();
  if (cluster === null)
    return { refused: ['the kubeconfig does not say which cluster', `name a context with --context: ${oneLine(names.join(', '))}`] };
  let server: URL;
  try {
    server = new URL(cluster.server);
  } catch (error) {
    return refuse('the server of the kubeconfig is no URL', error, 'it looks like https://10.0.0.1:6443');
  }
  if (server.protocol !== 'https:' && server.protocol !== 'http:')
    return { refused: [`the server of the kubeconfig speaks ${oneLine(server.protocol)}`, 'it must begin with https:'] };

  const plugins = boundPlugins(config, patienceOf(options.patience).request);
  const agents: Agent[] = [];
  const credentials = async (): Promise<RequestOptions> => {
    const asked: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(asked);
    const { agent } = asked;
    const headers = asked.headers as OutgoingHttpHeaders;
    // Files with tokens end with a line feed at times.
    if (typeof headers['Authorization'] === 'string') headers['Authorization'] = headers['Authorization'].trimEnd();
    // Else every page would begin with a handshake. How many there are is bound by `turn`, and watches stay for long.
    if (agent instanceof Agent) agents.push(Object.assign(agent, { keepAlive: true }));
    return asked;
  };

  let current: RequestOptions;
  let issue = 0;
  try {
    current = await credentials();
  } catch (error) {
    return refuse('the credentials of the kubeconfig cannot be had', error, 'try kubectl version with the same context');
  }
  const own =
    options.as === undefined
      ? impersonationOf(config.getCurrentUser())
      : impersonation({ user: options.as, groups: options.asGroups ?? [] });
  let renewal: Promise<void> | undefined;
  const closing = new AbortController();
  const send = server.protocol === 'https:' ? requestSecure : requestPlain;
  const hostname = server.hostname.replace(/^\[|\]$/g, '');
  let sighting: Sighting | undefined;
  let seen = -Infinity;
  const prefix = server.pathname.replace(/\/+$/, '');
  const ask = (
    { agent, auth }: RequestOptions,
    { method, path, body }: Sent,
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = send(
        {
          protocol: server.protocol,
          hostname,
          port: server.port,
          path: prefix + path,
          method,
          headers: { ...headers, 'user-agent': 'plimsoll' },
          signal,
          ...(agent === undefined ? {} : { agent }),
          ...(auth === undefined ? {} : { auth }),
        },
        (response) => {
          if (Date.now() - seen > oftenEnough) {
            seen = Date.now();
            sighting = sightingOf(response, namedBy(agent) ?? hostname);
          }
          resolve(response);
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    context,
    turn: startPace(options.qps ?? defaultQps, closing.signal),
    heard: { last: undefined },
    get: (path, accept, signal) => ask(current, { method: 'GET', path }, { ...credentialOf(current), ...own, accept }, signal),
    tryCreate(path, object, as, signal) {
      const body = Buffer.from(JSON.stringify(object));
      const headers = {
        ...credentialOf(current),
        ...(as === undefined ? own : impersonation(as)),
        accept: json,
        'content-type': json,
        'content-length': body.length,
      };
      return ask(current, { method: 'POST', path: `${path}?dryRun=All`, body }, headers, signal);
    },
    async getAnonymously(path, signal) {
      // The same way to the same cluster, through its proxy and by its authority, as somebody whom the kubeconfig does not know.
      const nobody = await nobodyAt(cluster);
      const asked: RequestOptions = {};
      await nobody.applyToHTTPSOptions(asked);
      const { agent } = asked;
      return ask(agent === undefined ? {} : { agent }, { method: 'GET', path }, { accept: json }, signal);
    },
    sighting: () => sighting,
    credentials: () => issue,
    async renew(refused) {
      // A refusal that arrives late is of credentials that are not used any more.
      if (refused !== issue) return;
      // Requests that are refused at the same time wait for the same.
      renewal ??= (async () => {
        plugins.forget();
        // What is under way over the connections of the old ones may come to its end.
        current = await credentials();
        issue++;
      })().finally(() => (renewal = undefined));
      await renewal;
    },
    close() {
      closing.abort();
      for (const agent of agents) agent.destroy();
    },
    closed: closing.signal,
  };
}

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer;
}

function credentialOf({ headers }: RequestOptions): OutgoingHttpHeaders {
  return headers as OutgoingHttpHeaders;
}

function impersonation({ user, groups }: Impersonated): OutgoingHttpHeaders {
  return { 'Impersonate-User': user, ...(groups.length === 0 ? {} : { 'Impersonate-Group': [...groups] }) };
}

async function nobodyAt(cluster: NonNullable<ReturnType<KubeConfig['getCurrentCluster']>>): Promise<KubeConfig> {
  const { KubeConfig: Config } = await import('@kubernetes/client-node/dist/config.js');
  const config = new Config();
  config.loadFromClusterAndUser(cluster, { name: 'nobody' });
  return config;
}

/** The kubeconfig may say by which other name the certificate is to be checked (tls-server-name). */
function namedBy(agent: RequestOptions['agent']): string | undefined {
  const { servername }: { readonly servername?: unknown } = typeof agent === 'object' && 'options' in agent ? (agent.options ?? {}) : {};
  return typeof servername === 'string' && servername !== '' ? servername : undefined;
}
