import { apiGroup, type LocalSubject, type LocalSubjectKind, type Path } from '../core/index.ts';
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
  subjects({ ref, object }) {
    const found: LocalSubject<LogConfiguration>[] = [];
    if (ref.kind === 'OpenTelemetryCollector' && apiGroup(ref.apiVersion) === 'opentelemetry.io') {
      // A text before v1beta1.
      const { config } = recordOf(object['spec']);
      const outputs = typeof config === 'string' ? logOutputs('collector.yaml', config) : collectorOutputs(recordOf(config));
      if (outputs.length > 0) found.push({ subject: { file: ref.name, path: ['spec', 'config'], outputs }, path: [] });
    } else if (ref.kind === 'ConfigMap' && ref.apiVersion === 'v1') {
      const data = recordOf(object['data']);
      for (const file of Object.keys(data)) {
        const text = data[file];
        if (typeof text !== 'string') continue;
        const outputs = logOutputs(file, text);
        if (outputs.length > 0) found.push({ subject: { file, path: ['data', file], outputs }, path: [] });
      }
    }
    return found;
  },
};

/** For the examples of controls. */
export function exampleLogConfiguration(file: string, text: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'logs', namespace: 'shop' }, data: { [file]: text } });
}
