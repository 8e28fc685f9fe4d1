import type { Chapter } from './recommendation.ts';

/** The isolation that the container engine and its node provide. */
export const iso: Chapter = {
  code: 'ISO',
  title: 'Container environments',
  section: 'Hardening container environments',
  recommendations: [
    {
      code: 'ISO-01',
      title: 'Hypervisor-backed isolation for untrusted or sensitive workloads',
      reference: 'v1.0 p. 12; v1.2 "Hardening container environments"',
      origin: 'v1.0',
      asks: 'Workloads that are not trusted or especially sensitive run behind a hypervisor or an equally strong barrier, and not only in a container of a shared kernel.',
      today:
        'A RuntimeClass selects the barrier per Pod: Kata Containers, Firecracker, Hyper-V or confidential containers. Managed clusters offer sandboxed node pools or virtual machines per Pod.',
      remedy:
        'Set runtimeClassName with its overhead and the nodes that offer it. Devices, host paths and performance are at stake, so begin with one Pod.',
      evidence: ['manifest', 'cluster', 'node', 'person'],
      mappings: { attack: ['T1611'] },
    },
    {
      code: 'ISO-02',
      title: 'Kernel-level sandboxing enabled by default',
      reference: 'v1.1 "Hardening container environments"',
      origin: 'v1.1',
      asks: 'Containers run inside kernel sandboxes, such as seccomp filters, Linux security modules or an application kernel, without each Pod having to ask for it.',
      today:
        'The kubelet option seccompDefault gives every Pod the default profile of the runtime; an application kernel is selected by a RuntimeClass.',
      remedy:
        'Set seccompDefault on all Linux nodes. Pods without a profile become confined at their restart, so run them once under a profile that only logs.',
      evidence: ['node'],
      mappings: { cis: ['4.2.14'], attack: ['T1611'] },
    },
    {
      code: 'ISO-03',
      title: 'Container runtime sockets and configuration protected',
      reference: 'not in the guide as a setting (v1.0 pp. 5, 32 name the engine as a target)',
      origin: 'derived',
      asks: 'The socket and the configuration of the container runtime are open to root alone. The engine listens on no TCP port, and its defaults neither make containers privileged nor accept insecure registries.',
      today: '',
      remedy: 'Correct the file modes and the configuration of the runtime. The risk is low.',
      evidence: ['node', 'manifest', 'cluster'],
      mappings: { cis: ['Docker 3'], attack: ['T1609'] },
    },
  ],
};
