import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { oneLine } from '../manifests/reasons.ts';
import type { Refusal } from './connect.ts';

/** What a kubeconfig offers. */
export interface Contexts {
  /** In the order of their names. */
  readonly names: readonly string[];
  /** Where nobody names one; absent where the kubeconfig does not say. */
  readonly current?: string;
  /** Equal for contexts that lead to the same cluster as the same user, and differ in their namespace alone. */
  leadsTo(name: string): string;
}

/** Reads the contexts of a kubeconfig. Nothing is sent and no plugin is run. */
export async function readContexts(kubeconfig: string | undefined): Promise<Contexts | Refusal> {
  const config = await loadKubeConfig(kubeconfig);
  if ('refused' in config) return config;
  const contexts = new Map(config.getContexts().map((context) => [context.name, context]));
  const current = config.getCurrentContext();
  return {
    names: [...contexts.keys()].sort((a, b) => Number(a > b) - Number(a < b)),
    ...(contexts.has(current) ? { current } : {}),
    leadsTo(name) {
      const context = contexts.get(name);
      return JSON.stringify([context?.cluster, context?.user]);
    },
  };
}

/** Finds the kubeconfig as kubectl does. */
export async function loadKubeConfig(file: string | undefined): Promise<KubeConfig | Refusal> {
  // It brings a megabyte of code along that nobody else needs.
  const { KubeConfig: Config } = await import('@kubernetes/client-node/dist/config.js');
  const config = new Config();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    return refuse('the kubeconfig cannot be read', error, 'name one with --kubeconfig FILE');
  }
  // What the loader falls back to where it finds nothing.
  if (config.getCurrentContext() === 'loaded-context')
    return { refused: ['there is no kubeconfig', 'name one with --kubeconfig FILE, or set KUBECONFIG'] };
  return config;
}

/** The message may come from a plugin or from a file, and may be of any length. */
export function refuse(what: string, error: unknown, todo: string): Refusal {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  const why = code === 'ENOENT' ? 'no such file or command' : code === 'EACCES' ? 'permission denied' : oneLine(message);
  return { refused: [why === '' ? what : `${what}: ${why}`, todo] };
}
