import { append, defineControl, fail, notApplicable, pass, type AnyControl } from '../../core/index.ts';
import { containers, isPrivileged, voidWherePrivileged } from '../../subjects/container.ts';

const onWindows = notApplicable('Windows has no capabilities and rejects the field');

/** What is added back beside it is judged by pod-security/added-capabilities and pod-security/restored-capabilities. */
export const droppedCapabilities: AnyControl = defineControl({
  id: 'pod-security/dropped-capabilities',
  decides: ['POD-13'],
  title: 'Containers drop all capabilities',
  why: 'A runtime grants about a dozen capabilities that nearly no program needs: to change owners, switch users, make device files and, in some, forge packets. Each is one more way for an intruder to become root.',
  severity: 'medium',
  also: { pss: 'restricted', cis: ['5.2.8', '5.2.9'], attack: ['T1611'] },
  subject: containers,

  evaluate(subject) {
    const { container, pod, name } = subject;
    if (pod.os.name === 'windows') return onWindows;
    const dropped = container.securityContext?.capabilities?.drop;
    if (dropped?.includes('ALL') === true) return isPrivileged(subject) ? voidWherePrivileged : pass;
    return fail(['securityContext', 'capabilities', 'drop'], factOf(name, dropped ?? []));
  },

  fix: {
    safety: 'review',
    risk: 'programs that change owners, switch users or open ports below 1024 fail; trace the capabilities in use and add those back by name',
    edits: () => [append(['securityContext', 'capabilities', 'drop'], 'ALL')],
  },

  examples: () => ({
    pass: { 'all dropped': 'securityContext: { capabilities: { drop: [ALL] } }' },
    fail: {
      'nothing dropped': 'securityContext: { capabilities: { drop: null } }',
      'only some dropped': 'securityContext: { capabilities: { drop: [NET_RAW] } }',
      'a spelling that admission does not know': 'securityContext: { capabilities: { drop: [all] } }',
    },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } }\nsecurityContext: { capabilities: null }',
    },
  }),
});

function factOf(container: string, dropped: readonly string[]): string {
  const spelling = dropped.find((capability) => capability.toUpperCase() === 'ALL');
  if (spelling !== undefined) return `container "${container}" drops "${spelling}", which admission does not take for "ALL"`;
  if (dropped.length > 0) return `container "${container}" drops some capabilities and keeps the others that the runtime grants`;
  return `container "${container}" drops no capabilities, so it keeps all that the runtime grants`;
}
