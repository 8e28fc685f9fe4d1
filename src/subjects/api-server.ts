import type { LocalSubjectKind } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, observedApiVersion, type ObservedApiServer } from '../kube/api-server.ts';

/** An API server as it looks from outside. */
export interface ApiServerSubject {
  /** The context of the kubeconfig. */
  readonly context: string;
  readonly status: ObservedApiServer;
}

/** One in a cluster, none in manifests. Paths of controls begin with `status`. */
export const apiServers: LocalSubjectKind<ApiServerSubject> = {
  scope: 'local',
  name: 'API server',
  reads: { podTemplates: false, kinds: [observedApiServerKind] },
  example: 'objects',
  subjects({ ref, object }) {
    if (!isObservedApiServer(ref)) return [];
    const { status = {} } = object as { readonly status?: ObservedApiServer };
    return [{ subject: { context: ref.name, status }, path: [] }];
  },
};

/** An API server of context "staging" for the examples of controls: JSON is YAML. */
export function exampleApiServer(status: ObservedApiServer): string {
  return JSON.stringify({ apiVersion: observedApiVersion, kind: 'APIServer', metadata: { name: 'staging' }, status });
}
