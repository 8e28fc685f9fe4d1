import { defineControl, fail, pass, strings, type AnyControl } from '../../core/index.ts';
import { cleanHostPath, hostPathWorth, isWithin } from '../../kube/host-paths.ts';
import { persistentVolumes } from '../../subjects/persistent-volume.ts';

/**
 * The Pod Security Standards look at pods only, and a claim hides what is behind it. A `local` volume is bound to its node
 * by affinity and made for data, so it weighs less; a folder of the system is no data in either.
 */
export const hostPathPersistentVolumes: AnyControl = defineControl({
  id: 'pod-security/host-path-persistent-volumes',
  decides: ['POD-11'],
  title: 'No PersistentVolume hands out a folder of the node',
  why: 'A claim passes every level of the Pod Security Standards, whatever volume it is bound to. A volume of type hostPath so mounts a folder of the node into a pod that could never ask for it itself.',
  severity: 'medium',
  also: { attack: ['T1611'] },
  subject: persistentVolumes,
  params: { allowed: strings('Folders of the node that volumes may hand out, each with everything below it', []) },

  evaluate({ name, spec }, { params }) {
    const type = spec.hostPath === undefined ? 'local' : 'hostPath';
    const source = spec[type];
    if (source === undefined) return pass;
    const path = source.path ?? '';
    const clean = cleanHostPath(path);
    if (params.allowed.some((folder) => isWithin(clean, cleanHostPath(folder)))) return pass;
    const found = hostPathWorth(clean);
    const fact = `volume "${name}" gives claims "${path}" of the node`;
    if (found !== undefined) return fail([type, 'path'], `${fact}, with ${found.holds}`, found.worth);
    return fail([type, 'path'], fact, type === 'local' ? 'low' : 'medium');
  },

  remedy: 'Let a CSI driver make the volume from a StorageClass, or keep local volumes on a disk of their own, mounted below /mnt.',

  examples: () => ({
    pass: {
      'a volume of a CSI driver': volume('csi: { driver: disk.csi.example.com, volumeHandle: vol-1 }'),
    },
    fail: {
      'a folder for data': volume('hostPath: { path: /data }'),
      'the files of the kubelet': volume('hostPath: { path: /var/lib/kubelet }'),
      'a disk of the node': volume('local: { path: /mnt/disks/ssd1 }'),
    },
  }),
});

function volume(source: string): string {
  return `
apiVersion: v1
kind: PersistentVolume
metadata: { name: data }
spec:
  capacity: { storage: 10Gi }
  accessModes: [ReadWriteOnce]
  ${source}
`;
}
