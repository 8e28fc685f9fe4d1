import { defineControl, failAt, notApplicable, pass, type AnyControl, type Place } from '../../core/index.ts';
import { heldPrograms } from '../../kube/program-folders.ts';
import { volumeSource } from '../../kube/pod-security/index.ts';
import type { PodSpec, VolumeMount } from '../../kube/types.ts';
import { recordOf } from '../../kube/untyped.ts';
import { containers } from '../../subjects/container.ts';

const onWindows = notApplicable('Windows cannot mount the root filesystem read-only');
const allWritable = notApplicable('the whole root filesystem is writable, which pod-security/read-only-root-filesystem judges');

/** Volumes that the kubelet mounts read-only whatever the mount says. */
const readOnlySources: ReadonlySet<string> = new Set(['configMap', 'secret', 'downwardAPI', 'projected', 'image']);

/** The guide stops at adding a writable volume. Mounts with noexec (`bindMountOptions`) are alpha in 1.37. */
export const writablePaths: AnyControl = defineControl({
  id: 'pod-security/writable-paths',
  decides: ['POD-05'],
  title: 'Writable volumes do not hold the programs that a container runs',
  why: 'A writable volume over a folder of programs gives back what the read-only root filesystem took: an intruder replaces a command, and the next one who calls it runs the copy.',
  severity: 'low',
  also: { attack: ['T1105', 'T1059'] },
  subject: containers,

  evaluate({ container, pod, name }) {
    if (pod.os.name === 'windows') return onWindows;
    if (container.securityContext?.readOnlyRootFilesystem !== true) return allWritable;
    const mounts = container.volumeMounts;
    if (mounts === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < mounts.length; index++) {
      const mount = mounts[index];
      if (mount?.mountPath === undefined || mount.readOnly === true) continue;
      const held = heldPrograms(container, mount.mountPath);
      if (held === undefined || isReadOnlyByNature(pod.spec, mount)) continue;
      const message = `container "${name}" can write to "${mount.mountPath}", where ${held}`;
      (places ??= []).push({ where: ['volumeMounts', index, 'mountPath'], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  remedy: 'Mount the volume read-only, or at a folder that holds data only, and keep programs in the image.',

  examples: () => ({
    pass: {
      'a folder for data': 'volumeMounts: [{ name: tmp, mountPath: /tmp }]',
      'programs mounted read-only': 'volumeMounts: [{ name: tmp, mountPath: /usr/local/bin, readOnly: true }]',
    },
    fail: {
      'a folder of the search path': 'volumeMounts: [{ name: tmp, mountPath: /usr/local/bin }]',
      'the folder of its own program': 'command: [/srv/app/run.sh]\nvolumeMounts: [{ name: tmp, mountPath: /srv/app }]',
    },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } }\nsecurityContext: { readOnlyRootFilesystem: null }',
    },
  }),
});

function isReadOnlyByNature(spec: PodSpec, mount: VolumeMount): boolean {
  const volume = spec.volumes?.find(({ name }) => name === mount.name);
  if (volume === undefined) return false;
  const source = volumeSource(volume);
  // What a volume says itself (claims, CSI drivers, remote storage) wins over its mounts (pkg/kubelet, makeMounts).
  return source !== undefined && (readOnlySources.has(source) || recordOf(volume[source])['readOnly'] === true);
}
