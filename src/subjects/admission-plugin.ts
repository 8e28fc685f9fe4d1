import { apiGroup, type LocalSubjectKind, type Path } from '../core/index.ts';
import { isObject } from '../kube/shape-reader.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';

/** A plugin in the configuration of admission (`--admission-control-config-file`). */
export interface AdmissionPlugin {
  readonly name: string;
  /** Where it is configured; of a plugin that names another file its entry. */
  readonly at: Path;
  /** Undefined where it stands in another file. */
  readonly configuration: Readonly<Record<string, unknown>> | undefined;
}

/** Paths of controls are relative to the object. */
export const admissionPlugins: LocalSubjectKind<AdmissionPlugin> = {
  scope: 'local',
  name: 'plugin of admission',
  reads: { podTemplates: false, kinds: ['AdmissionConfiguration.apiserver.config.k8s.io'] },
  example: 'objects',
  *subjects({ ref, object }) {
    if (ref.kind !== 'AdmissionConfiguration' || apiGroup(ref.apiVersion) !== 'apiserver.config.k8s.io') return;
    for (const [index, value] of listOf(object['plugins']).entries()) {
      const { name, configuration } = recordOf(value);
      const inline = isObject(configuration) ? configuration : undefined;
      const at = ['plugins', index, ...(inline === undefined ? ['path'] : ['configuration'])];
      yield { subject: { name: textOf(name) ?? '', at, configuration: inline }, path: [] };
    }
  },
};
