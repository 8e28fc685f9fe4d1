import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import type { VolumeMount } from '../../kube/types.ts';
import { containersOf } from '../../subjects/container.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { pods } from '../../subjects/pod.ts';

const noFiles = notApplicable('no container has a folder for logs, as far as its manifest shows');

/** By the names of folders: a volume whose path ends in log or logs, or lies below such a folder. */
const logFolder = /(?:^|\/)logs?(?:\/|$)/i;

function isOfLogs({ mountPath = '' }: VolumeMount): boolean {
  return logFolder.test(mountPath);
}

export const logFiles: AnyControl = defineControl({
  id: 'threat-detection/log-files',
  decides: ['LOG-04'],
  title: 'Log files inside of pods are read by a sidecar',
  why: 'Collectors on nodes read what containers print. What a program writes to a file of its own nobody sees, and it is gone with the pod: with the crash that it would explain, or with the attacker who deletes it.',
  severity: 'low',
  also: { attack: ['T1070'] },
  subject: pods,

  evaluate({ spec }) {
    if (!containersOf(spec).some(({ container: { volumeMounts } }) => volumeMounts?.some(isOfLogs) === true)) return noFiles;
    const scratch = new Set((spec.volumes ?? []).flatMap(({ name = '', emptyDir }) => (emptyDir === undefined ? [] : [name])));
    if (scratch.size === 0) return noFiles;
    const users = new Map<string, number>();
    const found: { readonly volume: string; readonly place: Place }[] = [];
    for (const { container, class: of, path } of containersOf(spec)) {
      // What ends before the others start, or is there for a look, reads nothing for long.
      if (of === 'init container' || of === 'ephemeral container') continue;
      const mounts = container.volumeMounts ?? [];
      for (const volume of new Set(mounts.map(({ name = '' }) => name))) users.set(volume, (users.get(volume) ?? 0) + 1);
      for (const [index, { name = '', mountPath = '', readOnly }] of mounts.entries()) {
        if (readOnly === true || !scratch.has(name) || !isOfLogs({ mountPath })) continue;
        const message = fitted(
          (most) => `container "${short(container.name ?? '', most)}" has logs in ${short(mountPath, most)}, which nothing else reads`,
        );
        found.push({ volume: name, place: { where: [...path, 'volumeMounts', index, 'mountPath'], message } });
      }
    }
    if (found.length === 0) return noFiles;
    const lonely = found.filter(({ volume }) => users.get(volume) === 1);
    // Whether the other container sends on what it reads.
    return lonely.length === 0 ? passSoFar(['cluster', 'person']) : failAt(lonely.map(({ place }) => place));
  },

  remedy:
    'Let the program write to standard output (a link to /dev/stdout is enough for many), or add a native sidecar, an init container with restartPolicy: Always, that reads the folder and sends on what is in it.',

  alsoFails: ['pod-security/writable-paths'],

  examples: () => ({
    pass: {
      'a sidecar reads them': `
initContainers: [${running('reader', 'restartPolicy: Always, volumeMounts: [{ name: logs, mountPath: /logs, readOnly: true }]')}]
containers: [${running('web', 'volumeMounts: [{ name: logs, mountPath: /var/log/web }]')}]
volumes: [{ name: logs, emptyDir: { sizeLimit: 64Mi } }]
`,
    },
    fail: {
      'nobody reads them': `
containers: [${running('web', 'volumeMounts: [{ name: logs, mountPath: /var/log/web }]')}]
volumes: [{ name: logs, emptyDir: { sizeLimit: 64Mi } }]
`,
    },
    notApplicable: { 'no such folder': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]' },
  }),
});

function running(name: string, more: string): string {
  return `{ name: ${name}, image: "registry.example.com/shop/${name}:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d", resources: { requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }, limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi } }, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }, ${more} }`;
}
