import { decline, defineControl, failAt, notApplicable, pass, remove, set, type AnyControl, type Edit } from '../../core/index.ts';
import { operatingSystem } from '../../kube/operating-system.ts';
import type { AppArmorProfile, Container } from '../../kube/types.ts';
import { containersOf } from '../../subjects/container.ts';
import { podAnnotations, type AnnotatedPodSubject } from '../../subjects/pod-annotations.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';
const tooEarly = notApplicable('the field exists from Kubernetes 1.30: before, only the annotation names a profile');

/** What the profile is worth, pod-security/apparmor-profile judges; here is only how it is said. */
export const apparmorAnnotations: AnyControl = defineControl({
  id: 'pod-security/apparmor-annotations',
  decides: ['POD-16'],
  title: 'AppArmor profiles are named by the field, not by annotations',
  why: 'The annotations are deprecated since 1.30. Pod templates keep them unchecked, a misspelt container name goes unnoticed, and a cluster that no longer reads them runs the container without the profile it was given.',
  severity: 'low',
  also: {},
  subject: podAnnotations,

  evaluate({ annotations, annotationsPath }, { version }) {
    // What switches the profile off is no question of form: pod-security/apparmor-profile judges it.
    const keys = Object.keys(annotations);
    if (!keys.some(isOfAppArmor)) return pass;
    const named = keys.filter((key) => isOfAppArmor(key) && annotations[key] !== 'unconfined');
    if (named.length === 0) return pass;
    if (version < 30) return tooEarly;
    return failAt(
      named.map((key) => ({
        where: [...annotationsPath, key],
        message: `container "${key.slice(prefix.length)}" gets its AppArmor profile by an annotation, deprecated since 1.30`,
      })),
    );
  },

  fix: {
    // The API server writes each form from the other when the pod is made, as long as older kubelets may run beside it
    // (pkg/registry/core/pod, applyAppArmorVersionSkew), so every node applies the same profile.
    safety: 'safe',
    risk: 'none on clusters from 1.30: the profile stays the same; before, only the annotation names it',
    edits(pod) {
      const edits: Edit[] = [];
      for (const [key, value] of Object.entries(pod.annotations)) {
        if (!key.startsWith(prefix) || value === 'unconfined') continue;
        const found = containerNamed(pod, key.slice(prefix.length));
        if (found === undefined) return decline(`no container is named "${key.slice(prefix.length)}": correct the annotation first`);
        if (operatingSystem(pod.spec).name === 'windows') {
          // Windows has no AppArmor: nothing reads the annotation, and beside `spec.os` the API server refuses the field.
          edits.push(remove([...pod.annotationsPath, key]));
          continue;
        }
        const profile = profileOf(value);
        if (profile === undefined) return decline(`"${value}" confines nothing: choose a profile first`);
        // A field that is there has won already; the API server refuses one that says something else.
        if (found.container.securityContext?.appArmorProfile === undefined)
          edits.push(set([...pod.specPath, ...found.path, 'securityContext', 'appArmorProfile'], profile));
        edits.push(remove([...pod.annotationsPath, key]));
      }
      return edits;
    },
  },

  examples: () => ({
    pass: { 'the field': 'securityContext: { appArmorProfile: { type: RuntimeDefault } }' },
    fail: {
      'the default of the runtime': `metadata: { annotations: { ${prefix}web: runtime/default } }\nsecurityContext: { appArmorProfile: null }`,
      'a profile of the node': `metadata: { annotations: { ${prefix}web: localhost/web } }\nsecurityContext: { appArmorProfile: null }`,
      'a container that does not exist': `metadata: { annotations: { ${prefix}wed: runtime/default } }`,
    },
  }),
});

function isOfAppArmor(key: string): boolean {
  return key.startsWith(prefix);
}

function containerNamed(
  { spec }: AnnotatedPodSubject,
  name: string,
): { container: Container; path: readonly [string, number] } | undefined {
  for (const { container, path } of containersOf(spec)) if (container.name === name) return { container, path };
  return undefined;
}

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith('localhost/')) return undefined;
  const localhostProfile = annotation.slice('localhost/'.length);
  return localhostProfile === '' ? undefined : { type: 'Localhost', localhostProfile };
}
