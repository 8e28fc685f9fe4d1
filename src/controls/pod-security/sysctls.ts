import { defineControl, failAt, pass, remove, strings, type AnyControl, type Edit, type Place } from '../../core/index.ts';
import { allowedSysctls } from '../../kube/pod-security/index.ts';
import { pods, withoutLinuxFields } from '../../subjects/pod.ts';

export const sysctls: AnyControl = defineControl({
  id: 'pod-security/sysctls',
  decides: ['POD-18'],
  title: 'Pods set only sysctls that stay within the pod',
  why: 'Kernel parameters outside the safe set are not isolated by a namespace or not accounted to the pod: they change the node for everyone on it, or let one pod starve or crash it.',
  severity: 'medium',
  also: { pss: 'baseline' },
  subject: pods,
  params: { allowed: strings('Sysctls that pods may set besides those of level baseline', []) },

  evaluate({ spec }, { version, params }) {
    const set = spec.securityContext?.sysctls;
    if (set === undefined) return pass;
    const safe = allowedSysctls(version);
    let places: Place[] | undefined;
    for (let index = 0; index < set.length; index++) {
      const name = set[index]?.name ?? '';
      if (safe.has(name) || params.allowed.includes(name)) continue;
      const message = `the pod sets sysctl "${name}", which is not in the safe set of Kubernetes 1.${version}`;
      (places ??= []).push({ where: ['securityContext', 'sysctls', index, 'name'], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'the program runs with the value of the node, which may cost throughput or make it refuse to start; read the value inside the pod and compare',
    edits: (pod, { version, params }) => {
      const { spec } = pod;
      const set = spec.securityContext?.sysctls ?? [];
      const safe = allowedSysctls(version);
      const edits: Edit[] = [];
      // From the end, so that the indexes before stay true.
      for (let index = set.length - 1; index >= 0; index--) {
        const name = set[index]?.name ?? '';
        if (!safe.has(name) && !params.allowed.includes(name)) edits.push(remove(['securityContext', 'sysctls', index]));
      }
      return withoutLinuxFields(pod, edits);
    },
  },

  examples: () => ({
    pass: { 'a safe one': 'securityContext: { sysctls: [{ name: net.ipv4.tcp_syncookies, value: "1" }] }' },
    fail: {
      'memory of the kernel': 'securityContext: { sysctls: [{ name: kernel.shmmax, value: "1073741824" }] }',
      'one unsafe among safe ones':
        'securityContext: { sysctls: [{ name: net.core.somaxconn, value: "4096" }, { name: net.ipv4.tcp_syncookies, value: "1" }] }',
    },
  }),
});
