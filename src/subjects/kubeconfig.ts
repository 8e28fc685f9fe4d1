import type { LocalSubjectKind, Path } from '../core/index.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';

/** A file with addresses of API servers, or of a receiver of audit events, and with credentials for them (client-go, clientcmd/api/v1). */
export interface KubeconfigSubject {
  readonly clusters: readonly KubeconfigEntry[];
  readonly users: readonly KubeconfigEntry[];
  readonly contexts: readonly KubeconfigEntry[];
}

export interface KubeconfigEntry {
  readonly name: string;
  readonly path: Path;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Paths of controls are relative to the file. */
export const kubeconfigs: LocalSubjectKind<KubeconfigSubject> = {
  scope: 'local',
  name: 'kubeconfig',
  reads: { podTemplates: false, kinds: ['Config'] },
  example: 'objects',
  subjects({ ref, object }) {
    if (ref.kind !== 'Config' || ref.apiVersion !== 'v1') return [];
    const of = (list: string, field: string): KubeconfigEntry[] =>
      listOf(object[list]).map((entry, index) => ({
        name: textOf(recordOf(entry)['name']) ?? '',
        path: [list, index, field],
        value: recordOf(recordOf(entry)[field]),
      }));
    return [
      { subject: { clusters: of('clusters', 'cluster'), users: of('users', 'user'), contexts: of('contexts', 'context') }, path: [] },
    ];
  },
};
