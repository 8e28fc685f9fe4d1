import { decline, defineControl, failAt, pass, set, type AnyControl, type Place } from '../../core/index.ts';
import { volumeSource } from '../../kube/pod-security/index.ts';
import { isPositiveQuantity } from '../../kube/quantity.ts';
import type { Volume } from '../../kube/types.ts';
import { pods } from '../../subjects/pod.ts';

export const emptyDirLimits: AnyControl = defineControl({
  id: 'pod-security/empty-dir-limits',
  decides: ['POD-05'],
  title: 'Every emptyDir has a size limit',
  why: 'An emptyDir lies on the disk or in the memory of the node. Without a limit one pod fills it, and the kubelet evicts the others; with one, only the pod that writes too much goes.',
  severity: 'low',
  also: { attack: ['T1105'] },
  subject: pods,

  evaluate({ spec }) {
    const volumes = spec.volumes;
    if (volumes === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      if (volume === undefined || !isUnlimited(volume)) continue;
      // In memory the kubelet bounds it by the limits of the pod, where all its containers have some.
      const taken = volume.emptyDir?.medium === 'Memory' ? 'take all the memory that its pod may' : 'fill the disk of the node';
      const message = `volume "${volume.name ?? ''}" is an emptyDir without sizeLimit and can ${taken}`;
      (places ??= []).push({ where: ['volumes', index, 'emptyDir', 'sizeLimit'], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'a pod whose volume grows beyond the limit is evicted; measure what the volume holds at its busiest and leave room',
    values: { size: { about: 'What an emptyDir may hold at most', example: '64Mi' } },
    edits: ({ spec }, { values: { size } }) => {
      if (size === undefined) return decline('only a person knows how much the volume holds at its busiest', ['size']);
      if (!isPositiveQuantity(size)) return decline(`"${size}" is no size above zero, such as 64Mi`, ['size']);
      return (spec.volumes ?? []).flatMap((volume, index) =>
        isUnlimited(volume) ? [set(['volumes', index, 'emptyDir', 'sizeLimit'], size)] : [],
      );
    },
  },

  examples: () => ({
    said: { values: { size: '64Mi' } },
    pass: {
      'a limit': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]',
      'huge pages, which containers have limits for': 'volumes: [{ name: tmp, emptyDir: { medium: HugePages-2Mi } }]',
    },
    fail: {
      'no limit': 'volumes: [{ name: tmp, emptyDir: {} }]',
      'in memory': 'volumes: [{ name: tmp, emptyDir: { medium: Memory } }]',
      'zero, which the kubelet takes for no limit': 'volumes: [{ name: tmp, emptyDir: { sizeLimit: "0" } }]',
    },
  }),
});

function isUnlimited(volume: Volume): boolean {
  const { emptyDir } = volume;
  // A volume without a source is an emptyDir by the API server's defaulting.
  if (emptyDir === undefined) return volumeSource(volume) === undefined;
  // Huge pages are limited by the resources of the containers, and the kubelet asks for no other limit.
  if (emptyDir.medium?.startsWith('HugePages') === true) return false;
  if (emptyDir.sizeLimit === undefined) return true;
  // The eviction manager of the kubelet only looks at limits above zero, which have a digit above zero before any exponent.
  return !/^\+?[0.]*[1-9]/.test(String(emptyDir.sizeLimit));
}
