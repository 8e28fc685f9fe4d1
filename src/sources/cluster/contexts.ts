import type { Refusal } from './connect.ts';
import { loadKubeConfig } from './kubeconfig.ts';

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
