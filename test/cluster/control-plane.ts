import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built, moduleVersion } from '../upstream/go-module.ts';
import { connect, type ApiClient } from './api-client.ts';
import { until } from './until.ts';

/** The Go module of the control plane: Kubernetes' own API server and controller manager, and etcd. */
const controlPlaneModule: string = join(import.meta.dirname, '../upstream/cluster');

/** The version of Kubernetes that runs, like `1.37.1`. */
export const kubernetesVersion: string = moduleVersion(controlPlaneModule, 'k8s.io/kubernetes');

export interface ControlPlaneOptions {
  /** Behave as an older minor version, like `1.34`: its policies, its APIs, its CEL. */
  readonly emulatedVersion?: string;
  /** Configurations of admission plugins by their names. */
  readonly admission?: Readonly<Record<string, object>>;
  /** Rules of an audit policy; default: the metadata of every request. */
  readonly auditRules?: readonly object[];
  /**
   * Also runs the controllers that need no nodes: service accounts of namespaces, ReplicaSets of Deployments, pods of
   * ReplicaSets, the end of a namespace. Without them the admission of service accounts is off, because no namespace gets one.
   */
  readonly controllerManager?: boolean;
  /** More flags for the API server. */
  readonly flags?: readonly string[];
}

/** All that is needed to talk to a control plane, from another process too. */
export interface Address {
  readonly url: string;
  /** Holds keys and certificates, configurations, logs and data. */
  readonly folder: string;
}

export interface ControlPlane {
  readonly address: Address;
  /** Kills the API server in the midst of its work, starts it anew, and waits until it is ready. */
  restart(): Promise<void>;
  /** Ends all processes and removes the folder. */
  stop(): Promise<void>;
}

/** One entry of the audit log, as far as tests read it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string; readonly groups?: readonly string[] };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  /** What was sent, where the policy asks for that. */
  readonly responseObject?: { readonly kind?: string; readonly items?: readonly object[] };
}

/**
 * Starts etcd and an API server on free ports of the loopback, with keys of their own, and waits until the server is ready:
 * some seconds, and many minutes where the binary was never built. The processes end with this one, however it ends.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  const parts: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    run('pki', folder);
    const [port, clientPort, peerPort] = await freePorts(3);
    const etcd = `http://127.0.0.1:${clientPort}`;
    parts.push(start(folder, 'etcd', [join(folder, 'etcd'), etcd, `http://127.0.0.1:${peerPort}`]));
    const address = { url: `https://127.0.0.1:${port}`, folder };
    const startServer = (): ChildProcess => start(folder, 'kube-apiserver', apiServerFlags(folder, { port: port!, etcd }, options));
    const server = parts.push(startServer()) - 1;
    await answers('/readyz', address, parts);
    const restart = async (): Promise<void> => {
      await end(parts[server]!);
      parts[server] = startServer();
      await answers('/readyz', address, parts);
    };
    if (options.controllerManager === true) {
      parts.push(start(folder, 'kube-controller-manager', controllerManagerFlags(address)));
      // The first work of the controllers that others wait for.
      await answers('/api/v1/namespaces/default/serviceaccounts/default', address, parts);
    }
    return { address, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Who is in this group may do everything, and RBAC is not asked. */
const administrators = 'system:masters';

/** The administrator. */
export function asAdmin(address: Address): ApiClient {
  return asUser(address, 'admin', [administrators]);
}

/** A user of this name and these groups: gets a client certificate where the name has none yet. */
export function asUser({ url, folder }: Address, name: string, groups: readonly string[] = []): ApiClient {
  const { certificate, key } = clientFiles(folder, name, groups);
  return connect(url, { ca: readFileSync(join(folder, 'ca.crt')), cert: readFileSync(certificate), key: readFileSync(key) });
}

/** Whoever has this token; nobody without one. */
export function asBearer({ url, folder }: Address, token?: string): ApiClient {
  return connect(url, { ca: readFileSync(join(folder, 'ca.crt')), ...(token === undefined ? {} : { token }) });
}

/** All requests that were answered so far. */
export function auditLog({ folder }: Address): AuditEvent[] {
  // What stands behind the last line end is half written, or nothing.
  const lines = readFileSync(join(folder, auditFile), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}

/** Writes a kubeconfig for a user, and returns its path. */
export function kubeconfig({ url, folder }: Address, name: string, groups: readonly string[] = []): string {
  const { certificate, key } = clientFiles(folder, name, groups);
  return configuration(folder, `${fileName(name)}.kubeconfig`, {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': join(folder, 'ca.crt') } }],
    users: [{ name, user: { 'client-certificate': certificate, 'client-key': key } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  });
}

const folderPrefix = 'plimsoll-control-plane-';
const auditFile = 'audit.log';

/** The path of the binary; built where that was not done yet. */
export function binary(): string {
  const version = 'k8s.io/component-base/version';
  const [major = '', minor = ''] = kubernetesVersion.split('.');
  return built(controlPlaneModule, {
    // Without them the server would call itself v0.0.0-master.
    [`${version}.gitVersion`]: `v${kubernetesVersion}`,
    [`${version}.gitMajor`]: major,
    [`${version}.gitMinor`]: minor,
  });
}

function run(...args: readonly string[]): void {
  execFileSync(binary(), args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Its standard input is the thread that its life hangs on; what it says goes into a file. */
function start(folder: string, part: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${part}.log`), 'a');
  const child = spawn(binary(), [part, ...args], { stdio: ['pipe', log, log] });
  closeSync(log);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  // Nothing is worth saving.
  child.kill('SIGKILL');
  await ended;
}

/** Waits until the path is there; rejects with what a part said last where that part has ended. */
async function answers(path: string, address: Address, parts: readonly ChildProcess[]): Promise<void> {
  const admin = asAdmin(address);
  const isThere = async (): Promise<boolean> => {
    const dead = parts.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (dead !== undefined) throw new Error(`a part has ended: ${lastWords(address, dead)}`);
    // Nobody listens at first.
    const answer = await admin.request('GET', path).catch(() => undefined);
    return answer?.status === 200;
  };
  await until(isThere, () => `no ${path}: ${lastWords(address, parts.at(-1)!)}`);
}

function lastWords({ folder }: Address, part: ChildProcess): string {
  return readFileSync(join(folder, `${part.spawnargs[1]}.log`), 'utf8').slice(-2000);
}

function apiServerFlags(
  folder: string,
  { port, etcd }: { readonly port: number; readonly etcd: string },
  { emulatedVersion, admission, auditRules = [{ level: 'Metadata' }], controllerManager = false, flags = [] }: ControlPlaneOptions,
): string[] {
  const auditPolicy = configuration(folder, 'audit-policy.json', {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    // One event for each request.
    omitStages: ['RequestReceived'],
    rules: auditRules,
  });
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    // Nobody reaches the server by the Service "kubernetes", whose endpoint must not be on the loopback.
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--tls-cert-file=${join(folder, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(folder, 'apiserver.key')}`,
    `--client-ca-file=${join(folder, 'ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'service-accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
    '--service-cluster-ip-range=10.0.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    // As installers set it: else validation refuses privileged containers before admission sees them.
    '--allow-privileged=true',
    `--audit-policy-file=${auditPolicy}`,
    `--audit-log-path=${join(folder, auditFile)}`,
    ...(controllerManager ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...(emulatedVersion === undefined ? [] : [`--emulated-version=${emulatedVersion}`]),
    ...(admission === undefined ? [] : [`--admission-control-config-file=${admissionConfiguration(folder, admission)}`]),
    ...flags,
  ];
}

function admissionConfiguration(folder: string, plugins: Readonly<Record<string, object>>): string {
  return configuration(folder, 'admission.json', {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: Object.entries(plugins).map(([name, each]) => ({ name, configuration: each })),
  });
}

function controllerManagerFlags(address: Address): string[] {
  const { folder } = address;
  const config = kubeconfig(address, 'system:kube-controller-manager');
  return [
    ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${config}`),
    '--secure-port=0',
    '--leader-elect=false',
    '--use-service-account-credentials',
    // Else pods come at twenty a second.
    '--kube-api-qps=1000',
    '--kube-api-burst=1000',
    `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
    `--root-ca-file=${join(folder, 'ca.crt')}`,
    `--cluster-signing-cert-file=${join(folder, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(folder, 'ca.key')}`,
    // Those need nodes.
    '--controllers=*,-node-ipam-controller,-persistentvolume-attach-detach-controller',
  ];
}

/** Kubernetes reads JSON wherever it reads YAML. */
function configuration(folder: string, file: string, content: object): string {
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function clientFiles(folder: string, name: string, groups: readonly string[]): { readonly certificate: string; readonly key: string } {
  const certificate = join(folder, `${fileName(name)}.crt`);
  if (!existsSync(certificate)) run('client', folder, name, ...groups);
  return { certificate, key: join(folder, `${fileName(name)}.key`) };
}

/** As pki.go names it. */
function fileName(user: string): string {
  return user.replaceAll(':', '_');
}

/** The system gives them out; held until all are known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  return ports;
}

/** Folders of runs that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(folderPrefix) ? Number.parseInt(name.slice(folderPrefix.length), 10) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
