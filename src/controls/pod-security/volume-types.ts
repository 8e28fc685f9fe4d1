import { defineControl, failAt, pass, strings, type AnyControl, type Place } from '../../core/index.ts';
import { allowedVolumeSources, volumeSource } from '../../kube/pod-security/index.ts';
import { pods } from '../../subjects/pod.ts';

/** hostPath is left to pod-security/host-path-volumes, inline CSI drivers to pod-security/csi-drivers. */
export const volumeTypes: AnyControl = defineControl({
  id: 'pod-security/volume-types',
  decides: ['POD-14'],
  title: 'Pods mount remote storage only through claims',
  why: 'A volume that names its server or disk in the pod passes the administrator by: whoever writes the pod picks the export, often the credentials too, and the node mounts it as root.',
  severity: 'medium',
  also: { pss: 'restricted', cis: ['5.2.11'] },
  subject: pods,
  params: { allowed: strings('Volume sources that pods may use besides those of level restricted, for instance nfs', []) },

  evaluate({ spec }, { params }) {
    const volumes = spec.volumes;
    if (volumes === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      // A volume without a source is an emptyDir by the API server's defaulting.
      const source = volume === undefined ? undefined : volumeSource(volume);
      if (source === undefined || source === 'hostPath') continue;
      if (allowedVolumeSources.includes(source) || params.allowed.includes(source)) continue;
      const message = `volume "${volume?.name ?? ''}" is of type "${source}", past storage classes and claims`;
      (places ??= []).push({ where: ['volumes', index, source], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  remedy:
    'Let an administrator make a PersistentVolume or a storage class of a CSI driver for it, and mount a claim; replace gitRepo by an init container.',

  examples: () => ({
    pass: {
      'a claim': 'volumes: [{ name: tmp, persistentVolumeClaim: { claimName: data } }]',
      'no source, which means emptyDir': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]',
    },
    fail: {
      'an NFS server': 'volumes: [{ name: tmp, nfs: { server: files.internal, path: /export } }]',
      'a repository that the node clones': 'volumes: [{ name: tmp, gitRepo: { repository: "https://git.internal/app.git" } }]',
    },
  }),
});
