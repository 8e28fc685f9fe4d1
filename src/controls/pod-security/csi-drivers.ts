import { defineControl, failAt, pass, strings, type AnyControl, type Place } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';

/**
 * The Pod Security Standards allow every inline CSI volume. Which drivers are made for pods of ordinary users says the
 * label `security.kubernetes.io/csi-ephemeral-volume-profile` of their CSIDriver objects; here the parameter does.
 */
export const csiDrivers: AnyControl = defineControl({
  id: 'pod-security/csi-drivers',
  decides: ['POD-14'],
  title: 'Inline CSI volumes use drivers that are made for it',
  why: 'An inline volume hands the options in the pod straight to a driver that runs as root on the node. Drivers for storage of administrators can so be made to mount what the author of the pod was never given.',
  severity: 'medium',
  also: {},
  subject: pods,
  params: {
    allowed: strings('CSI drivers that pods may use inline', ['secrets-store.csi.k8s.io', 'csi.cert-manager.io', 'csi.spiffe.io']),
  },

  evaluate({ spec }, { params }) {
    const volumes = spec.volumes;
    if (volumes === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      if (volume?.csi === undefined || params.allowed.includes(volume.csi.driver ?? '')) continue;
      const message = `volume "${volume.name ?? ''}" uses CSI driver "${volume.csi.driver ?? ''}" inline, past claims`;
      (places ??= []).push({ where: ['volumes', index, 'csi', 'driver'], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  remedy:
    'Mount a claim of a storage class that uses the driver, or allow the driver by parameter once its inline volumes are known to be harmless.',

  examples: () => ({
    pass: {
      'secrets of an external store': 'volumes: [{ name: tmp, csi: { driver: secrets-store.csi.k8s.io, readOnly: true } }]',
    },
    fail: { 'a driver for files of the network': 'volumes: [{ name: tmp, csi: { driver: smb.csi.k8s.io } }]' },
  }),
});
