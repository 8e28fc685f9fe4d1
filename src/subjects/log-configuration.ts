import { apiGroup, type LocalSubjectKind, type Path } from '../core/index.ts';
import { collectorOutputs } from '../kube/pipeline-outputs.ts';
import { logOutputs, type LogOutput } from '../kube/log-outputs.ts';
import { recordOf } from '../kube/untyped.ts';

/** A file of a log collector in a ConfigMap, or what an operator makes one of. */
export interface LogConfiguration {
  readonly file: string;
  readonly path: Path;
  readonly outputs: readonly LogOutput[];
}

/** Paths of controls are relative to the object. */
export const logConfigurations: LocalSubjectKind<LogConfiguration> = {
  scope: 'local',
  name: 'configuration of a log collector',
  reads: { podTemplates: false, kinds: ['ConfigMap', 'OpenTelemetryCollector.opentelemetry.io'] },
  example: 'objects',
  *subjects({ ref, object }) {
    if (ref.kind === 'OpenTelemetryCollector' && apiGroup(ref.apiVersion) === 'opentelemetry.io') {
      // A text before v1beta1.
      const { config } = recordOf(object['spec']);
      const outputs = typeof config === 'string' ? logOutputs('collector.yaml', config) : collectorOutputs(recordOf(config));
      if (outputs.length > 0) yield { subject: { file: ref.name, path: ['spec', 'config'], outputs }, path: [] };
      return;
    }
    if (ref.kind !== 'ConfigMap' || ref.apiVersion !== 'v1') return;
    for (const [file, text] of Object.entries(recordOf(object['data']))) {
      if (typeof text !== 'string') continue;
      const outputs = logOutputs(file, text);
      if (outputs.length > 0) yield { subject: { file, path: ['data', file], outputs }, path: [] };
    }
  },
};

/** For the examples of controls. */
export function exampleLogConfiguration(file: string, text: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'logs', namespace: 'shop' }, data: { [file]: text } });
}
