import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js';
import { isObject } from '../../kube/shape-reader.ts';
import { readDocument } from '../../kube/yaml/index.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Refusal } from './connect.ts';

/** What the library leaves out of a user of a kubeconfig. */
export interface Impersonation {
  readonly impersonateGroups?: readonly string[];
  readonly impersonateUid?: string;
  readonly impersonateExtra?: Readonly<Record<string, readonly string[]>>;
}

/** Finds the kubeconfig as kubectl does, and several of them as one. */
export async function loadKubeConfig(file: string | undefined): Promise<KubeConfig | Refusal> {
  // It brings a megabyte of code along that nobody else needs.
  const { KubeConfig: Config } = await import('@kubernetes/client-node/dist/config.js');
  const config = new Config();
  try {
    const files = file === undefined ? defaultFiles() : [file];
    if (files.length === 0) config.loadFromDefault();
    else config.loadFromOptions(merged(files.map((each) => parts(new Config(), each))));
  } catch (error) {
    return refuse('the kubeconfig cannot be read', error, 'name one with --kubeconfig FILE');
  }
  // What the loader falls back to where it finds nothing.
  if (config.getCurrentContext() === 'loaded-context')
    return { refused: ['there is no kubeconfig', 'name one with --kubeconfig FILE, or set KUBECONFIG'] };
  return config;
}

/** Of the files of KUBECONFIG those that exist: kubectl misses none of them, as long as there is one. */
function defaultFiles(): string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) return named.some((file) => existsSync(file)) ? named.filter((file) => existsSync(file)) : named.slice(0, 1);
  const usual = join(homedir(), '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

interface Parts {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext: string | undefined;
}

function parts(config: KubeConfig, file: string): Parts {
  const text = readFileSync(file, 'utf8');
  const document = readDocument(text, 1);
  if ('error' in document) throw new Error(`line ${document.line}: ${document.error}`);
  const { value } = document;
  if (!isObject(value)) throw new Error('there is nothing in it');
  const folder = dirname(resolve(file));
  config.loadFromString(text);
  config.makePathsAbsolute(folder);
  return {
    // Without TLS there is nothing to verify, and the library wants to be told so.
    clusters: config.clusters.map((cluster) => (cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster)),
    users: config.users.map((user) => ({ ...user, ...leftOut(fieldsOf(value, user.name), folder) })),
    contexts: config.contexts,
    currentContext: config.currentContext,
  };
}

/** The first one of a name is the one, as for kubectl. */
function merged(all: readonly Parts[]): Parts {
  const firsts = <Named extends { readonly name: string }>(named: readonly Named[]): Named[] => [
    ...new Map(named.toReversed().map((each) => [each.name, each])).values(),
  ];
  return {
    clusters: firsts(all.flatMap(({ clusters }) => clusters)),
    users: firsts(all.flatMap(({ users }) => users)),
    contexts: firsts(all.flatMap(({ contexts }) => contexts)),
    currentContext: all.map(({ currentContext }) => currentContext).find((name) => name !== undefined && name !== ''),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf({ users }: Fields, name: string): Fields {
  const found: unknown = Array.isArray(users) ? users.find((each) => isObject(each) && each['name'] === name) : undefined;
  return isObject(found) && isObject(found['user']) ? found['user'] : {};
}

function leftOut(fields: Fields, folder: string): Partial<User> & Impersonation {
  const { tokenFile, exec, 'auth-provider': provider, 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra } = fields;
  const { 'id-token': idToken } =
    isObject(provider) && provider['name'] === 'oidc' && isObject(provider['config']) ? provider['config'] : {};
  const texts = (list: unknown): string[] => (Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []);
  return {
    // Nobody but kubectl renews it: whoever does takes the refresh token, and has to write the next one into the kubeconfig.
    ...(typeof idToken === 'string' && idToken !== '' ? { token: idToken, authProvider: undefined } : {}),
    // It goes before a token that stands beside it, and is read again when it is used again (client-go).
    ...(typeof tokenFile === 'string' && tokenFile !== ''
      ? { token: '', authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } } }
      : {}),
    // A command with a slash is a path, and begins where the kubeconfig is.
    ...(isObject(exec) && typeof exec['command'] === 'string' && exec['command'].includes('/')
      ? { exec: { ...exec, command: resolve(folder, exec['command']) } }
      : {}),
    ...(texts(groups).length === 0 ? {} : { impersonateGroups: texts(groups) }),
    ...(typeof uid === 'string' && uid !== '' ? { impersonateUid: uid } : {}),
    ...(isObject(extra)
      ? { impersonateExtra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, texts(values)])) }
      : {}),
  };
}

/** The headers by which a user of a kubeconfig is somebody else; empty where he is himself. */
export function impersonationOf(user: (User & Impersonation) | null): Readonly<Record<string, string | readonly string[]>> {
  if (user === null) return {};
  const { impersonateUser, impersonateGroups, impersonateUid, impersonateExtra = {} } = user;
  if (impersonateUser === undefined || impersonateUser === null || impersonateUser === '') return {};
  return {
    'Impersonate-User': impersonateUser,
    ...(impersonateGroups === undefined ? {} : { 'Impersonate-Group': impersonateGroups }),
    ...(impersonateUid === undefined ? {} : { 'Impersonate-Uid': impersonateUid }),
    ...Object.fromEntries(
      Object.entries(impersonateExtra).map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values]),
    ),
  };
}

/** The message may come from a plugin or from a file, and may be of any length. */
export function refuse(what: string, error: unknown, todo: string): Refusal {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  const why = code === 'ENOENT' ? 'no such file or command' : code === 'EACCES' ? 'permission denied' : oneLine(message);
  return { refused: [why === '' ? what : `${what}: ${why}`, todo] };
}
