import {
  decline,
  defineControl,
  fail,
  notApplicable,
  pass,
  passSoFar,
  remembering,
  remove,
  set,
  type AnyControl,
  type Repair,
} from '../../core/index.ts';
import type { AppArmorProfile } from '../../kube/types.ts';
import { isAllowedProfile } from '../../kube/pod-security/index.ts';
import { containers, isPrivileged, voidWherePrivileged, type ContainerSubject } from '../../subjects/container.ts';
import { changeShared } from '../../subjects/security-context.ts';

/** Whether the node has AppArmor at all. */
const defaultOfNode = passSoFar(['node']);
const onWindows = notApplicable('Windows has no AppArmor and rejects the field');
const annotationPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/**
 * Not set is no fault: on nodes with AppArmor containerd and CRI-O then apply their default profile, and nodes without it
 * confine by SELinux or not at all, which only a node shows. Fields since 1.30 (GA 1.31), annotations before.
 */
export const apparmorProfile: AnyControl = defineControl({
  id: 'pod-security/apparmor-profile',
  decides: ['POD-16'],
  title: 'No container switches its AppArmor profile off',
  why: 'The default profile keeps a container from mounting filesystems and from writing to the parts of /proc and /sys that reach the kernel, also where a capability or a flaw would let it.',
  severity: 'medium',
  also: { pss: 'baseline', attack: ['T1611'] },
  subject: containers,

  evaluate(subject) {
    const { container, pod, name } = subject;
    const own = container.securityContext?.appArmorProfile;
    const held = isPrivileged(subject) ? voidWherePrivileged : pass;
    if (own !== undefined) return isAllowedProfile(own.type) ? held : fail(place, factOf(name, own));
    const annotation = annotationOf(subject);
    if (annotation !== undefined && annotation !== '')
      return isConfining(annotation) ? held : fail(place, `container "${name}" gets AppArmor profile "${annotation}" by an annotation`);
    const inherited = pod.spec.securityContext?.appArmorProfile;
    if (inherited !== undefined && !isAllowedProfile(inherited.type)) return fail(place, `${factOf(name, inherited)}, by its pod`);
    if (inherited !== undefined || isPrivileged(subject)) return held;
    return pod.os.name === 'windows' ? onWindows : defaultOfNode;
  },

  fix: {
    safety: 'review',
    risk: 'programs that mount, trace or write to /proc/sys are refused; run with the profile in complain mode and show that nothing is logged',
    edits: (subject, { version }) => {
      const own = subject.container.securityContext?.appArmorProfile;
      const annotation = ['annotations', annotationFor(subject.name)];
      if (version < 30) {
        if (own !== undefined || annotationOf(subject) === undefined)
          return decline('the field exists from Kubernetes 1.30: before, only the annotation of the pod names a profile');
        return { edits: [], metadataEdits: [set(annotation, 'runtime/default')] };
      }
      const isWindows = subject.pod.os.name === 'windows';
      const repair: Repair = isWindows
        ? // Windows has no AppArmor: nothing reads the field, and beside `spec.os` the API server refuses it.
          { ...changeShared(subject, 'appArmorProfile', undefined), safety: 'safe' }
        : changeShared(subject, 'appArmorProfile', { type: 'RuntimeDefault' });
      if (annotationOf(subject) === undefined) return repair;
      // The API server refuses a field that contradicts an annotation; other containers may have one that is right.
      const metadataEdits = [remove(annotation)];
      if (isWindows) return { ...repair, metadataEdits };
      return { edits: [set(['securityContext', 'appArmorProfile'], { type: 'RuntimeDefault' })], metadataEdits };
    },
  },

  examples: () => ({
    pass: {
      'the default of the runtime': 'securityContext: { appArmorProfile: { type: RuntimeDefault } }',
      'a profile of the node': 'securityContext: { appArmorProfile: { type: Localhost, localhostProfile: web } }',
      'not set, where the runtime applies its own': '$pod: { securityContext: { appArmorProfile: null } }',
    },
    fail: {
      'by the container': 'securityContext: { appArmorProfile: { type: Unconfined } }',
      'by the pod': '$pod: { securityContext: { appArmorProfile: { type: Unconfined } } }',
      'by an annotation': `$pod: { metadata: { annotations: { ${annotationPrefix}web: unconfined } } }`,
    },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null, appArmorProfile: null } }',
    },
  }),
});

const place = ['securityContext', 'appArmorProfile', 'type'];

function annotationOf({ container, pod }: ContainerSubject): string | undefined {
  const annotations = pod.metadata.annotations;
  return annotations === undefined ? undefined : annotations[annotationFor(container.name ?? '')];
}

const annotationFor = remembering((container) => annotationPrefix + container);

function isConfining(annotation: string): boolean {
  return annotation === 'runtime/default' || annotation.startsWith('localhost/');
}

function factOf(container: string, { type }: AppArmorProfile): string {
  return `container "${container}" has AppArmor profile "${type ?? ''}", which confines nothing`;
}
