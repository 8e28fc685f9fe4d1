import { defineControl, failAt, notApplicable, pass, remove, type AnyControl, type Edit, type Place } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';

const onWindows = notApplicable('Windows has no numeric groups and rejects the fields');

/**
 * What the pod adds to the primary group. Unless `supplementalGroupsPolicy` is `Strict` (GA 1.35) the image's /etc/group
 * adds more, which only the image shows.
 */
export const supplementaryGroups: AnyControl = defineControl({
  id: 'pod-security/supplementary-groups',
  decides: ['POD-02'],
  title: 'Pods add no root group to their processes and volumes',
  why: 'A supplemental group 0 opens the files of group root to every container of the pod, and fsGroup 0 also hands the files of its volumes to that group.',
  severity: 'medium',
  also: { cis: ['5.6.3'] },
  subject: pods,

  evaluate({ spec, os }) {
    if (os.name === 'windows') return onWindows;
    const context = spec.securityContext;
    const groups = context?.supplementalGroups;
    const added = groups === undefined ? -1 : groups.indexOf(0);
    if (context?.fsGroup !== 0 && added < 0) return pass;
    const places: Place[] = [];
    if (context?.fsGroup === 0)
      places.push({ where: ['securityContext', 'fsGroup'], message: 'the pod sets fsGroup 0, which gives its volumes to the root group' });
    if (added >= 0)
      places.push({
        where: ['securityContext', 'supplementalGroups', added],
        message: 'the pod adds group 0, which opens the files of the root group to all its containers',
      });
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'volumes and files that only the root group may write become read-only; list what belongs to group 0 in the images and on the volumes',
    edits: ({ spec }) => {
      const context = spec.securityContext;
      const edits: Edit[] = context?.fsGroup === 0 ? [remove(['securityContext', 'fsGroup'])] : [];
      const groups = context?.supplementalGroups ?? [];
      // From the end, so that the indexes before stay true.
      for (let index = groups.length - 1; index >= 0; index--)
        if (groups[index] === 0) edits.push(remove(['securityContext', 'supplementalGroups', index]));
      return edits;
    },
  },

  examples: () => ({
    pass: { 'groups of its own': 'securityContext: { fsGroup: 10001, supplementalGroups: [10002] }' },
    fail: {
      'fsGroup 0': 'securityContext: { fsGroup: 0 }',
      'supplemental group 0': 'securityContext: { supplementalGroups: [10002, 0] }',
    },
    notApplicable: {
      'a Windows pod': 'os: { name: windows }\nsecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null }',
    },
  }),
});
