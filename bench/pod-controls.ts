import { formatPath, type LocalSubjectKind, type Path, type Resource } from '../src/core/index.ts';
import { controls } from '../src/controls/index.ts';
import { decode } from '../src/kube/decode.ts';
import { containers } from '../src/subjects/container.ts';
import { pods } from '../src/subjects/pod.ts';

/** A Deployment as many are: some of what the guidance asks for is there. */
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        serviceAccountName: 'web',
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'web',
            image: 'registry.example.com/shop/web:1.4',
            ports: [{ containerPort: 8080 }],
            env: [{ name: 'LOG_LEVEL', value: 'info' }],
            securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
            resources: { requests: { cpu: '100m', memory: '128Mi' } },
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
};

/** Seconds that all controls of pod templates and containers need for one pod, with the messages and paths of what fails. */
export function podControls(): number {
  const decoded = decode(deployment);
  if ('refused' in decoded) throw new Error(decoded.refused);
  const resource: Resource = { ...decoded, file: 'web.yaml', locate: () => [] };
  const context = { version: 35, partial: false, namespaceOf: () => 'shop' };
  const panels = [pods, containers].map((kind) => ({
    kind: kind as LocalSubjectKind<unknown>,
    judges: controls
      .filter(({ subject }) => subject === kind)
      .map((control) => ({
        control,
        judging: {
          version: 35,
          partial: false,
          params: Object.fromEntries(Object.entries(control.params).map(([name, param]) => [name, param.default])),
        },
      })),
  }));
  let letters = 0;
  const judge = (): void => {
    for (const { kind, judges } of panels) {
      for (const { subject, path } of kind.subjects(resource, context)) {
        for (const { control, judging } of judges) {
          const verdict = control.evaluate(subject, judging);
          if (verdict.verdict !== 'fail') continue;
          for (const { where, message } of verdict.places) letters += formatPath([...path, ...(where as Path)]).length + message.length;
        }
      }
    }
  };
  const rounds = 20_000;
  for (let round = 0; round < rounds; round++) judge();
  const start = performance.now();
  for (let round = 0; round < rounds; round++) judge();
  const seconds = (performance.now() - start) / 1000 / rounds;
  if (letters === 0) throw new Error('nothing was judged');
  return seconds;
}
