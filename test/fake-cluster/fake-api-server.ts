import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Patience } from '../../src/sources/cluster/index.ts';

export type ApiObject = Readonly<Record<string, unknown>> & { readonly kind: string };

/**
 * How long tests wait for this server: so long that a busy machine does not show. A test in which something hangs, or is
 * refused for ever, has to say less.
 */
export const patience: Patience = { request: 60_000, kind: 90_000, all: 100_000, pause: 1 };

/** A kind that the server serves, with its objects. */
export interface Kind {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly clusterScoped?: true;
  /** As CustomResourceDefinitions are answered: items name their kind, and the kind of the list stands behind them. */
  readonly custom?: true;
  readonly objects?: readonly ApiObject[];
}

/** What happens instead of the usual answer; undefined where nothing does. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

export interface FakeApi {
  readonly kubeconfig: string;
  /** `GET /api/v1/pods?limit=500`, in order. */
  readonly requests: string[];
  /** The headers of the last request. */
  headers(): IncomingMessage['headers'];
  /** Answers a request that was intercepted, as if it came now. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all connections and listens no more. */
  silence(): void;
  stop(): Promise<void>;
}

export interface FakeOptions {
  readonly kinds?: readonly Kind[];
  readonly intercept?: Intercept;
  readonly version?: string;
  /** Answer discovery as servers before 1.26 do. */
  readonly old?: boolean;
  /** Serve TLS with this key and certificate; plain HTTP otherwise. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Fields of the cluster and of the user in the kubeconfig. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

/** The kinds that every Kubernetes serves, without objects. */
export const ownKinds: readonly Kind[] = [
  { kind: 'ConfigMap', plural: 'configmaps' },
  { kind: 'Endpoints', plural: 'endpoints' },
  { kind: 'LimitRange', plural: 'limitranges' },
  { kind: 'Namespace', plural: 'namespaces', clusterScoped: true },
  { kind: 'Node', plural: 'nodes', clusterScoped: true },
  { kind: 'PersistentVolume', plural: 'persistentvolumes', clusterScoped: true },
  { kind: 'Pod', plural: 'pods' },
  { kind: 'PodTemplate', plural: 'podtemplates' },
  { kind: 'ReplicationController', plural: 'replicationcontrollers' },
  { kind: 'ResourceQuota', plural: 'resourcequotas' },
  { kind: 'Secret', plural: 'secrets' },
  { kind: 'Service', plural: 'services' },
  { kind: 'ServiceAccount', plural: 'serviceaccounts' },
  {
    group: 'admissionregistration.k8s.io',
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    clusterScoped: true,
  },
  {
    group: 'admissionregistration.k8s.io',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    clusterScoped: true,
  },
  { group: 'apps', kind: 'DaemonSet', plural: 'daemonsets' },
  { group: 'apps', kind: 'Deployment', plural: 'deployments' },
  { group: 'apps', kind: 'ReplicaSet', plural: 'replicasets' },
  { group: 'apps', kind: 'StatefulSet', plural: 'statefulsets' },
  { group: 'batch', kind: 'CronJob', plural: 'cronjobs' },
  { group: 'batch', kind: 'Job', plural: 'jobs' },
  { group: 'certificates.k8s.io', kind: 'CertificateSigningRequest', plural: 'certificatesigningrequests', clusterScoped: true },
  { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', clusterScoped: true },
  { group: 'discovery.k8s.io', kind: 'EndpointSlice', plural: 'endpointslices' },
  { group: 'networking.k8s.io', kind: 'Ingress', plural: 'ingresses' },
  { group: 'networking.k8s.io', kind: 'IngressClass', plural: 'ingressclasses', clusterScoped: true },
  { group: 'networking.k8s.io', kind: 'NetworkPolicy', plural: 'networkpolicies' },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', plural: 'clusterroles', clusterScoped: true },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', clusterScoped: true },
  { group: 'rbac.authorization.k8s.io', kind: 'Role', plural: 'roles' },
  { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding', plural: 'rolebindings' },
];

/** The own kinds with objects in them, told by their kind and group. */
export function holding(objects: readonly ApiObject[]): Kind[] {
  return ownKinds.map((kind) => ({ ...kind, objects: objects.filter((object) => object.kind === kind.kind) }));
}

/** An API server as far as a scan asks it: discovery, and lists in pages. */
export async function startFakeApi(options: FakeOptions = {}): Promise<FakeApi> {
  const { kinds = ownKinds, intercept = () => false, version = 'v1.36.2', old = false, tls } = options;
  const requests: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    headers = request.headers;
    const url = new URL(request.url ?? '', 'http://server');
    if (intercept(request, response, url)) return;
    if (url.pathname === '/version') return send(response, 200, { major: '1', gitVersion: version });
    if (url.pathname === '/api' || url.pathname === '/apis') return send(response, 200, discovery(kinds, url.pathname, old));
    const found = find(kinds, url.pathname);
    if (found === undefined) return send(response, 404, status(404, 'the server could not find the requested resource'));
    if ('resources' in found) return send(response, 200, found);
    response.setHeader('content-type', 'application/json');
    response.end(page(selected(found, url), url, request.headers.accept));
  };
  const server: Server = tls === undefined ? createPlain(answer) : createSecure(tls, answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fake-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const address = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster = { server: address, ...(tls === undefined ? { 'insecure-skip-tls-verify': true } : {}), ...options.cluster };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    clusters: [{ name: 'fake', cluster }],
    users: [{ name: 'tester', user: options.user ?? { token: 'let-me-in' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'tester' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return {
    kubeconfig,
    requests,
    headers: () => headers,
    answer,
    silence() {
      server.close();
      server.closeAllConnections();
    },
    stop: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true });
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function send(response: ServerResponse, code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function status(code: number, message: string, metadata: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, code };
}

function discovery(kinds: readonly Kind[], path: string, old: boolean): object {
  const groups = [...new Set(kinds.map(({ group = '' }) => group))].filter((group) => (group === '') === (path === '/api'));
  if (old && path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  const versionOf = (group: string): string => kinds.find((kind) => (kind.group ?? '') === group)?.version ?? 'v1';
  if (old)
    return {
      kind: 'APIGroupList',
      groups: groups.map((name) => {
        const version = { groupVersion: `${name}/${versionOf(name)}`, version: versionOf(name) };
        return { name, versions: [version], preferredVersion: version };
      }),
    };
  const items = groups.map((group) => ({
    metadata: { name: group },
    versions: [
      {
        version: versionOf(group),
        freshness: 'Current',
        resources: kinds
          .filter((kind) => (kind.group ?? '') === group)
          .map(({ kind, plural, clusterScoped }) => ({
            resource: plural,
            responseKind: { group, version: versionOf(group), kind },
            scope: clusterScoped === true ? 'Cluster' : 'Namespaced',
            verbs: ['get', 'list', 'watch'],
          })),
      },
    ],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}

interface Listed {
  readonly kind: Kind;
  readonly objects: readonly ApiObject[];
  /** One object by its name. */
  readonly single?: ApiObject;
}

function find(kinds: readonly Kind[], path: string): Listed | { readonly resources: readonly object[] } | undefined {
  const parts = path.split('/').slice(1);
  const group = parts[0] === 'api' ? '' : (parts[1] ?? '');
  const [plural, ...rest] = parts.slice(group === '' ? 2 : 3);
  const ofGroup = kinds.filter((kind) => (kind.group ?? '') === group);
  if (plural === undefined)
    return {
      resources: ofGroup.flatMap(({ kind, plural: name, clusterScoped }) => [
        { name, kind, namespaced: clusterScoped !== true, verbs: ['get', 'list'] },
        { name: `${name}/status`, kind, namespaced: clusterScoped !== true, verbs: ['get'] },
      ]),
    };
  const inNamespace = plural === 'namespaces' && rest.length === 2;
  const kind = ofGroup.find((each) => each.plural === (inNamespace ? rest[1] : plural));
  if (kind === undefined) return undefined;
  const { objects = [] } = kind;
  if (inNamespace) return { kind, objects: objects.filter((object) => metadataOf(object)['namespace'] === rest[0]) };
  if (rest.length === 0) return { kind, objects };
  const single = objects.find((object) => metadataOf(object)['name'] === rest[0]);
  return single === undefined ? undefined : { kind, objects, single };
}

function metadataOf(object: ApiObject): Readonly<Record<string, unknown>> {
  return (object['metadata'] ?? {}) as Readonly<Record<string, unknown>>;
}

/** What a field selector for the type leaves. */
function selected(listed: Listed, url: URL): Listed {
  const [, not, type] = /^type(!?)=(.*)$/.exec(url.searchParams.get('fieldSelector') ?? '') ?? [];
  if (type === undefined) return listed;
  return { ...listed, objects: listed.objects.filter((object) => (object['type'] === type) !== (not === '!')) };
}

/** As the API server writes them: items of its own kinds without their kind, and the token in front. */
function page({ kind: { group, version = 'v1', kind, custom }, objects, single }: Listed, url: URL, accept = ''): string {
  const apiVersion = group === undefined ? version : `${group}/${version}`;
  if (single !== undefined) return JSON.stringify({ ...single, apiVersion });
  const from = Number(url.searchParams.get('continue') ?? 0);
  const to = from + Number(url.searchParams.get('limit') ?? objects.length);
  const metadata = to < objects.length ? { resourceVersion: '7', continue: String(to) } : { resourceVersion: '7' };
  const items = objects.slice(from, to);
  if (accept.includes('as=PartialObjectMetadataList')) {
    const meta = { apiVersion: 'meta.k8s.io/v1', metadata };
    const partial = items.map((item) => ({ kind: 'PartialObjectMetadata', apiVersion: meta.apiVersion, metadata: metadataOf(item) }));
    return JSON.stringify({ kind: 'PartialObjectMetadataList', ...meta, items: partial });
  }
  if (custom === true)
    return JSON.stringify({ apiVersion, items: items.map((item) => ({ ...item, apiVersion })), kind: `${kind}List`, metadata });
  return JSON.stringify({
    kind: `${kind}List`,
    apiVersion,
    metadata,
    items: items.map(({ kind: _kind, apiVersion: _version, ...item }) => item),
  });
}
