import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as send } from 'node:https';
import { text } from 'node:stream/consumers';

export type Json = Readonly<Record<string, unknown>>;

/** An object as it is sent: with its kind. */
export interface ApiObject extends Json {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface Answer<Body = unknown> {
  readonly status: number;
  /** Parsed where it is JSON, text elsewhere. */
  readonly body: Body;
  /** The texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

/** What the API server says where it refuses. */
export interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[] };
}

export interface WriteOptions {
  /** For kinds that have one; replaces that of the object. */
  readonly namespace?: string;
  /** Everything but storing it. */
  readonly dryRun?: boolean;
  /** Refuse unknown and repeated fields instead of dropping them. */
  readonly strict?: boolean;
}

/** Where the objects of a kind are. */
export interface ApiResource {
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface ApiClient {
  request<Body = unknown>(method: string, path: string, body?: unknown, accept?: string): Promise<Answer<Body>>;
  /** Undefined where the server does not serve the kind. */
  resource(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  /** Rejects for kinds that the server does not serve. */
  create<Body = unknown>(object: ApiObject, options?: WriteOptions): Promise<Answer<Body>>;
  /** Makes or changes the object of this name, as `kubectl apply --server-side --force-conflicts` does. Rejects for kinds that the server does not serve. */
  apply<Body = unknown>(object: ApiObject, options?: WriteOptions): Promise<Answer<Body>>;
  /** Replaces the object of the same name. Rejects for kinds that the server does not serve. */
  update<Body = unknown>(object: ApiObject, options?: WriteOptions): Promise<Answer<Body>>;
  /** The same client as somebody else; without groups in those that the server adds by itself. */
  as(user: string, groups?: readonly string[]): ApiClient;
}

export interface Credentials {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly token?: string;
}

/** More would only wait inside the server, for two cores. */
const connections = 16;

/** A client of the Kubernetes API with the bare means of Node. Every status is an answer; a broken connection rejects. */
export function connect(url: string, { token, ...tls }: Credentials): ApiClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ...tls });
  const discovered = new Map<string, Promise<ReadonlyMap<string, ApiResource>>>();
  return client({ url, agent, discovered, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}

interface Connection {
  readonly url: string;
  readonly agent: Agent;
  readonly discovered: Map<string, Promise<ReadonlyMap<string, ApiResource>>>;
  /** Who asks. */
  readonly headers: OutgoingHttpHeaders;
}

function client(connection: Connection): ApiClient {
  const { url, agent, discovered } = connection;

  async function request<Body>(method: string, path: string, body?: unknown, accept = 'application/json'): Promise<Answer<Body>> {
    const headers = {
      accept,
      // JSON is YAML too.
      'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
      ...connection.headers,
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send(url + path, { method, agent, headers }, resolve);
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
    const content = await text(response);
    const isJson = response.headers['content-type']?.startsWith('application/json') === true;
    return {
      status: response.statusCode ?? 0,
      body: (isJson ? JSON.parse(content) : content) as Body,
      warnings: (response.headersDistinct['warning'] ?? []).map(warningText),
    };
  }

  async function discover(apiVersion: string): Promise<ReadonlyMap<string, ApiResource>> {
    const { body } = await request<{ resources?: readonly { name: string; kind: string; namespaced: boolean }[] }>(
      'GET',
      groupPath(apiVersion),
    );
    const resources = (body.resources ?? []).filter(({ name }) => !name.includes('/'));
    return new Map(resources.map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]));
  }

  async function resource(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    let kinds = discovered.get(apiVersion);
    if (kinds === undefined) discovered.set(apiVersion, (kinds = discover(apiVersion)));
    const found = (await kinds).get(kind);
    // A definition may not be served yet.
    if (found === undefined) discovered.delete(apiVersion);
    return found;
  }

  async function write<Body>(
    method: 'POST' | 'PUT' | 'PATCH',
    object: ApiObject,
    { namespace, dryRun = false, strict = false }: WriteOptions,
  ): Promise<Answer<Body>> {
    const found = await resource(object.apiVersion, object.kind);
    if (found === undefined) throw new Error(`the server knows no ${object.kind} of ${object.apiVersion}`);
    const metadata = (object['metadata'] ?? {}) as { readonly name?: string; readonly namespace?: string };
    const place = found.namespaced ? (namespace ?? metadata.namespace ?? 'default') : undefined;
    const path = [
      groupPath(object.apiVersion),
      ...(place === undefined ? [] : ['namespaces', place]),
      found.plural,
      ...(method === 'POST' ? [] : [encodeURIComponent(metadata.name ?? '')]),
    ].join('/');
    const query = new URLSearchParams({
      fieldValidation: strict ? 'Strict' : 'Ignore',
      ...(dryRun ? { dryRun: 'All' } : {}),
      ...(method === 'PATCH' ? { fieldManager: 'test', force: 'true' } : {}),
    });
    const body = place === undefined ? object : { ...object, metadata: { ...metadata, namespace: place } };
    return request<Body>(method, `${path}?${query.toString()}`, body);
  }

  return {
    request,
    resource,
    create: (object, options = {}) => write('POST', object, options),
    apply: (object, options = {}) => write('PATCH', object, options),
    update: (object, options = {}) => write('PUT', object, options),
    as: (user, groups = []) =>
      client({ ...connection, headers: { ...connection.headers, 'impersonate-user': user, 'impersonate-group': [...groups] } }),
  };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** `299 - "text"`, with quotes and backslashes escaped; Node takes the bytes of headers for Latin-1. */
function warningText(header: string): string {
  const decoded = Buffer.from(header, 'latin1').toString();
  return decoded.replace(/^\d+ \S+ "(.*)"$/s, '$1').replaceAll(/\\(.)/gs, '$1');
}
