import { defineControl, failAt, pass, strings, type AnyControl, type Place, type Severity } from '../../core/index.ts';
import { cleanHostPath, hostPathWorth, isWithin } from '../../kube/host-paths.ts';
import type { PodSpec } from '../../kube/types.ts';
import { containersOf } from '../../subjects/container.ts';
import { pods } from '../../subjects/pod.ts';

/**
 * A read-only mount lowers the severity and never clears it: it gives everything to read, takes orders to a socket, and
 * leaves mounts below the path writable unless `recursiveReadOnly` is set (GA 1.33).
 */
export const hostPathVolumes: AnyControl = defineControl({
  id: 'pod-security/host-path-volumes',
  decides: ['POD-11'],
  title: 'Pods mount no folders of the node',
  why: 'A folder of the node in a container outlives the pod and belongs to the node: credentials of the kubelet, a socket of the container engine or a program that root runs there turns the container into the node.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.2.11'], attack: ['T1611'] },
  subject: pods,
  params: { allowed: strings('Folders of the node that pods may mount, each with everything below it', []) },

  evaluate({ spec }, { params }) {
    const volumes = spec.volumes;
    if (volumes === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      if (volume?.hostPath === undefined) continue;
      const path = volume.hostPath.path ?? '';
      const clean = cleanHostPath(path);
      if (params.allowed.some((folder) => isWithin(clean, cleanHostPath(folder)))) continue;
      (places ??= []).push({ where: ['volumes', index, 'hostPath', 'path'], ...judge(spec, volume.name ?? '', path) });
    }
    return places === undefined ? pass : failAt(places);
  },

  remedy:
    'Replace the volume by an emptyDir, a ConfigMap, a projected volume or a claim; where an agent must read the node, mount the narrowest folder read-only.',

  examples: () => ({
    pass: { 'a volume of the pod': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]' },
    fail: {
      'a folder for data': 'volumes: [{ name: tmp, hostPath: { path: /data } }]',
      'the logs of the node': 'volumes: [{ name: tmp, hostPath: { path: /var/log, type: Directory } }]',
      'the files of the kubelet': 'volumes: [{ name: tmp, hostPath: { path: /var/lib/kubelet/pods } }]',
    },
  }),
});

function judge(spec: PodSpec, name: string, path: string): Pick<Place, 'message' | 'severity'> {
  const { everywhereReadOnly, bidirectional } = mountsOf(spec, name);
  if (bidirectional) return { message: `volume "${name}" mounts "${path}" of the node and passes mounts back to it`, severity: 'critical' };
  const found = hostPathWorth(cleanHostPath(path));
  if (found === undefined)
    return { message: `volume "${name}" mounts "${path}" of the node`, severity: everywhereReadOnly ? 'low' : 'medium' };
  const lowered: Severity = found.worth === 'critical' ? 'high' : 'medium';
  return {
    message: `volume "${name}" mounts "${path}" of the node, with ${found.holds}`,
    severity: everywhereReadOnly && !found.socket ? lowered : found.worth,
  };
}

function mountsOf(spec: PodSpec, volume: string): { everywhereReadOnly: boolean; bidirectional: boolean } {
  let mounts = 0;
  let readOnly = 0;
  let bidirectional = false;
  for (const { container } of containersOf(spec)) {
    for (const mount of container.volumeMounts ?? []) {
      if (mount.name !== volume) continue;
      mounts++;
      if (mount.readOnly === true) readOnly++;
      if (mount.mountPropagation === 'Bidirectional') bidirectional = true;
    }
  }
  return { everywhereReadOnly: mounts > 0 && mounts === readOnly, bidirectional };
}
