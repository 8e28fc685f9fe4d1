import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { cleanHostPath, reachedEngineSocket } from '../../kube/host-paths.ts';
import { pods } from '../../subjects/pod.ts';

/** What a manifest shows of the sockets; their owner and mode, and whether an engine listens on TCP, only the node shows. */
/** Owner and mode of the socket, and whether the engine listens on TCP. */
const restOnNode = passSoFar(['node']);

export const runtimeSockets: AnyControl = defineControl({
  id: 'pod-security/runtime-sockets',
  decides: ['ISO-03'],
  title: 'Pods do not reach the socket of the container engine',
  why: 'Whoever can write to the socket of containerd, CRI-O or Docker starts a privileged container outside Kubernetes, unseen by admission and audit. A read-only mount does not keep a client from connecting.',
  severity: 'critical',
  also: { attack: ['T1609', 'T1611'] },
  subject: pods,

  evaluate({ spec }) {
    const volumes = spec.volumes;
    if (volumes === undefined) return restOnNode;
    let places: Place[] | undefined;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      if (volume?.hostPath === undefined) continue;
      const path = volume.hostPath.path ?? '';
      const clean = cleanHostPath(path);
      const socket = reachedEngineSocket(clean);
      if (socket === undefined) continue;
      const name = volume.name ?? '';
      const message =
        clean === socket
          ? `volume "${name}" is "${path}", which starts containers as root`
          : `volume "${name}" mounts "${path}", where the sockets of container engines are`;
      (places ??= []).push({ where: ['volumes', index, 'hostPath', 'path'], message });
    }
    return places === undefined ? restOnNode : failAt(places);
  },

  remedy:
    'Build images with a builder that needs no engine of the node, and read container data from the kubelet or the Kubernetes API instead of the socket.',

  examples: () => ({
    pass: { 'no socket': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]' },
    fail: {
      'the socket of Docker': 'volumes: [{ name: tmp, hostPath: { path: /var/run/docker.sock, type: Socket } }]',
      'the folder of the socket': 'volumes: [{ name: tmp, hostPath: { path: /run/containerd } }]',
    },
  }),
  alsoFails: ['pod-security/host-path-volumes'],
});
