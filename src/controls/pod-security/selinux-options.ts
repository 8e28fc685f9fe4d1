import { defineControl, failAt, notApplicable, pass, passSoFar, remove, type AnyControl, type Place } from '../../core/index.ts';
import { allowedSelinuxTypes } from '../../kube/pod-security/index.ts';
import { containers } from '../../subjects/container.ts';
import { withoutLinuxFields } from '../../subjects/pod.ts';
import { inherited } from '../../subjects/security-context.ts';

/** Whether SELinux is enforcing on the node. */
const defaultOfNode = passSoFar(['node']);
const onWindows = notApplicable('Windows has no SELinux and rejects the field');

/**
 * The part of a manifest: no options of its own beyond those that confine. Whether SELinux is enforcing on the node, only
 * the node shows; a pod without options then gets the type and an own level from the runtime.
 */
export const selinuxOptions: AnyControl = defineControl({
  id: 'pod-security/selinux-options',
  decides: ['POD-17'],
  title: 'Containers keep the SELinux confinement of containers',
  why: 'On nodes with SELinux the type decides which files and processes of the node a container may touch. Another type, user or role takes it out of that confinement; spc_t is not confined at all.',
  severity: 'high',
  also: { pss: 'baseline', attack: ['T1611'] },
  subject: containers,

  evaluate(subject, { version }) {
    const options = inherited(subject, 'seLinuxOptions');
    if (options === undefined) return subject.pod.os.name === 'windows' ? onWindows : defaultOfNode;
    const { type = '', user = '', role = '' } = options;
    const foreign = !allowedSelinuxTypes(version).has(type);
    if (!foreign && user === '' && role === '') return pass;
    const places: Place[] = [];
    const name = `container "${subject.name}"`;
    if (type === 'spc_t')
      places.push({ where: at('type'), message: `${name} has SELinux type "spc_t", which confines nothing`, severity: 'critical' });
    else if (foreign)
      places.push({ where: at('type'), message: `${name} has SELinux type "${type}", which is none of those that confine containers` });
    if (user !== '') places.push({ where: at('user'), message: `${name} sets SELinux user "${user}", which level baseline forbids` });
    if (role !== '') places.push({ where: at('role'), message: `${name} sets SELinux role "${role}", which level baseline forbids` });
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'files on volumes that carry the label of the old type are refused; run on a permissive node and show that ausearch lists no denials',
    edits: (subject, { version }) => {
      const { container, pod } = subject;
      const own = container.securityContext?.seLinuxOptions;
      const options = own ?? pod.spec.securityContext?.seLinuxOptions;
      const fields = allowedSelinuxTypes(version).has(options?.type ?? '')
        ? (['user', 'role'] as const)
        : (['user', 'role', 'type'] as const);
      const edits = fields.filter((field) => options?.[field] !== undefined).map((field) => remove(at(field)));
      const repair = withoutLinuxFields(pod, edits);
      return own === undefined ? { ...repair, edits: [], podEdits: edits } : repair;
    },
  },

  examples: () => ({
    pass: {
      'the type of containers': 'securityContext: { seLinuxOptions: { type: container_t } }',
      'a level of its own': 'securityContext: { seLinuxOptions: { level: "s0:c123,c456" } }',
      'not set, where the runtime labels': '$pod: { securityContext: { seLinuxOptions: null } }',
    },
    fail: {
      'a type without confinement': 'securityContext: { seLinuxOptions: { type: spc_t } }',
      'a role, by the pod': '$pod: { securityContext: { seLinuxOptions: { role: system_r } } }',
      'a user': 'securityContext: { seLinuxOptions: { user: system_u } }',
    },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null, seLinuxOptions: null } }',
    },
  }),
});

function at(field: 'type' | 'user' | 'role'): readonly string[] {
  return ['securityContext', 'seLinuxOptions', field];
}
