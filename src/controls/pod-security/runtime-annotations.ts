import { defineControl, failAt, remembering, remove, type AnyControl, type Path, type Place } from '../../core/index.ts';
import { podAnnotations, type AnnotatedPodSubject } from '../../subjects/pod-annotations.ts';

/** Beginnings of annotations by which a runtime grants what no field of the pod shows. */
const grants: readonly (readonly [prefix: string, what: string])[] = [
  ['io.kubernetes.cri-o.Devices', 'devices of the node'],
  ['io.kubernetes.cri-o.cgroup2-mount-hierarchy-rw', 'a writable tree of cgroups'],
  ['io.kubernetes.cri-o.TrySkipVolumeSELinuxLabel', 'volumes without their SELinux label'],
  ['devices.nri.io', 'devices of the node'],
  ['devices.noderesource.dev', 'devices of the node'],
  ['mounts.nri.io', 'mounts of folders of the node'],
  ['io.katacontainers.config.hypervisor.path', 'a hypervisor of its choice'],
  ['io.katacontainers.config.hypervisor.jailer_path', 'a hypervisor of its choice'],
  ['io.katacontainers.config.hypervisor.ctlpath', 'a hypervisor of its choice'],
  ['io.katacontainers.config.hypervisor.virtio_fs_daemon', 'a daemon of its choice on the node'],
  ['io.katacontainers.config.hypervisor.entropy_source', 'a device of the node'],
];

/** Only handlers that list the annotation obey it (`allowed_annotations` of CRI-O, `enable_annotations` of Kata), which the node shows. */
export const runtimeAnnotations: AnyControl = defineControl({
  id: 'pod-security/runtime-annotations',
  decides: ['POD-06'],
  title: 'No annotation asks the container runtime for privileges',
  why: 'Some runtimes give a pod devices, mounts or another hypervisor for an annotation. Pod Security admission looks at fields only, so what it would refuse as privileged passes it this way.',
  severity: 'medium',
  also: { attack: ['T1611'] },
  subject: podAnnotations,

  evaluate(pod) {
    return failAt(
      granted(pod).map(({ key, what, path }): Place => ({ where: path, message: `annotation "${key}" asks the runtime for ${what}` })),
    );
  },

  fix: {
    safety: 'review',
    risk: 'the program no longer finds the device or mount; show that it opens none, or grant it by a device plugin',
    edits: (pod) => granted(pod).map(({ path }) => remove(path)),
  },

  examples: () => ({
    pass: { 'an annotation for people': 'metadata: { annotations: { shop.example.com/owner: web-team } }' },
    fail: {
      'a device of the node': 'metadata: { annotations: { io.kubernetes.cri-o.Devices: /dev/fuse } }',
      'a device for one container': 'metadata: { annotations: { devices.nri.io/container.web: "- path: /dev/kvm" } }',
    },
  }),
});

interface Granted {
  readonly key: string;
  readonly what: string;
  readonly path: Path;
}

function granted({ annotations, annotationsPath }: AnnotatedPodSubject): readonly Granted[] {
  let found: Granted[] | undefined;
  for (const key of Object.keys(annotations)) {
    const what = whatOf(key);
    if (what !== '') (found ??= []).push({ key, what, path: [...annotationsPath, key] });
  }
  return found ?? nothing;
}

const nothing: readonly Granted[] = [];

const whatOf = remembering((key): string => grants.find(([prefix]) => key === prefix || key.startsWith(`${prefix}/`))?.[1] ?? '');
