import type { Chapter } from './recommendation.ts';

/** The settings of the workload itself: users, file systems, host access, capabilities and confinement. */
export const pod: Chapter = {
  code: 'POD',
  title: 'Pod security',
  section: 'Kubernetes Pod security',
  recommendations: [
    {
      code: 'POD-01',
      title: 'Run as non-root user',
      reference: 'v1.0 pp. 2, 7-8, table I (runAsUser), appendix C; v1.2 "Non-root containers" and the PSP example',
      origin: 'v1.0',
      asks: 'No container process starts as the root user. The Pod states this in its security context with runAsNonRoot and a user id other than 0, and the image is built to run under that user.',
      today:
        'Pod Security Standards, level restricted, replace the PSP rule MustRunAsNonRoot; from policy version 1.23 they also refuse runAsUser 0. From policy version 1.35 restricted accepts any user id in a Pod with hostUsers false, so a pinned older version and the latest one disagree.',
      remedy:
        'Set runAsNonRoot and the numeric user of the image. Images written for root fail on low ports, on paths that root owns and on package installation at start, so inspect the image and try one Pod before the rollout.',
      evidence: ['manifest', 'cluster', 'image'],
      errata: [11],
      mappings: { cis: ['5.2.7'], attack: ['T1611'], pss: 'restricted' },
    },
    {
      code: 'POD-02',
      title: 'Run with non-root groups',
      reference: 'v1.0 p. 7, table I (runAsGroup, supplementalGroups, fsGroup), appendix C; v1.2 "Non-root containers"',
      origin: 'v1.0',
      asks: 'Containers run without membership in the root group: the primary group, every supplemental group and the group that owns the volumes are other than 0.',
      today:
        'Pod Security Standards no longer look at groups. The field supplementalGroupsPolicy with the value Strict (beta 1.33, stable 1.35) keeps the group file of the image from adding group 0.',
      remedy:
        'Set runAsGroup, remove zero groups and use the policy Strict where the cluster supports it. Volumes that belong to group 0 can no longer be written, and fsGroup slows the start on large volumes unless fsGroupChangePolicy is OnRootMismatch.',
      evidence: ['manifest', 'cluster', 'image'],
      mappings: { cis: ['5.6.3'] },
    },
    {
      code: 'POD-03',
      title: 'User namespaces or rootless engine',
      reference: 'v1.0 p. 8; v1.2 "Kubernetes Pod security" (rootless engines)',
      origin: 'v1.0',
      asks: 'Where it is possible, root inside a container is an ordinary user outside of it: the container engine runs without root rights, or the Pod has a user namespace of its own.',
      today:
        'The guide calls rootless engines experimental. Pods with hostUsers false answer the need today: alpha in 1.25, beta in 1.30 but off until 1.33, stable in 1.36. The node needs idmapped mounts and containerd 2.0 or CRI-O; host network excludes it up to an alpha gate of 1.35.',
      remedy:
        'Set hostUsers to false. Volumes without idmap support, privileged containers and host path ownership can break, so try one Pod on the same kind of node.',
      evidence: ['manifest', 'cluster', 'node', 'person'],
      mappings: { attack: ['T1611'] },
    },
    {
      code: 'POD-04',
      title: 'Read-only root filesystem',
      reference: 'v1.0 p. 8, table I, appendices B and C; v1.2 "Kubernetes Pod security" (immutable file systems)',
      origin: 'v1.0',
      asks: 'The root file system of every container is read-only, so that an intruder cannot write tools or scripts into it.',
      today:
        'No level of the Pod Security Standards contains this rule, so Pod Security Admission never enforces it. It takes an admission policy of its own.',
      remedy:
        'Set readOnlyRootFilesystem to true and mount an emptyDir at each path the process writes. The container crashes at its first write to a path that was missed, so find the written paths first.',
      evidence: ['manifest', 'cluster'],
      mappings: { attack: ['T1105', 'T1543'] },
    },
    {
      code: 'POD-05',
      title: 'Writable paths declared, bounded and free of programs',
      reference: 'v1.0 p. 8, appendix B; v1.2 "Kubernetes Pod security" (immutable file systems)',
      origin: 'v1.0',
      asks: 'A container with a read-only root file system writes only to volumes that were declared for this purpose. Each of them has a size limit and holds no programs.',
      today:
        'The guide adds a writable volume and stops there, and its example has no size limit. An emptyDir still allows execution; mount options against it (noexec, nosuid, nodev) are only alpha in 1.37.',
      remedy:
        'Give each emptyDir a size limit taken from measured use, keep secrets in memory-backed volumes and split volumes that containers share. A Pod that exceeds the limit is evicted.',
      evidence: ['manifest', 'cluster'],
      errata: [11],
      mappings: { attack: ['T1105', 'T1059'] },
    },
    {
      code: 'POD-06',
      title: 'No privileged containers',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No container is privileged, because a privileged container has nearly every right that root has on the node.',
      today:
        'Pod Security Standards, level baseline, forbid it. A privileged container also runs unconfined by seccomp and AppArmor, whatever its profile fields say.',
      remedy:
        'Remove the field, or grant the single capabilities or the device plugin that is needed; network and storage agents get an exception. Agents that need devices break, so trace the capabilities and devices in use first.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.2'], attack: ['T1611', 'T1610'], pss: 'baseline' },
    },
    {
      code: 'POD-07',
      title: 'No host PID namespace',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No Pod shares the process namespace of its node, where it could see and disturb the processes of the node and of other Pods.',
      today: 'Pod Security Standards, level baseline, forbid it.',
      remedy: 'Remove hostPID. Node agents and debuggers that read foreign processes stop working.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.3'], attack: ['T1611', 'T1057'], pss: 'baseline' },
    },
    {
      code: 'POD-08',
      title: 'No host IPC namespace',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No Pod shares the inter-process communication namespace of its node, and thereby the shared memory of the processes there.',
      today: 'Pod Security Standards, level baseline, forbid it.',
      remedy: 'Remove hostIPC. The risk is low, apart from accelerators and other programs that share memory with the node.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.4'], attack: ['T1611'], pss: 'baseline' },
    },
    {
      code: 'POD-09',
      title: 'No host network',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No Pod uses the network namespace of its node, where it could listen to traffic of the node and use its address.',
      today:
        'Pod Security Standards, level baseline, forbid it. Most network plugins do not apply NetworkPolicy to such Pods, and they reach the kubelet and the metadata service with the address of the node.',
      remedy: 'Remove hostNetwork and publish the port through a Service or Gateway. Ports and source addresses change for the clients.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.5'], attack: ['T1611', 'T1040'], pss: 'baseline' },
    },
    {
      code: 'POD-10',
      title: 'No hostPort',
      reference: 'not in v1.0 (close to table III); follows from the Pod Security Standards of v1.2 "Pod security enforcement"',
      origin: 'derived',
      asks: 'No container claims a port of its node with hostPort, which exposes it outside of Services and network policies.',
      today:
        'Pod Security Standards, level baseline, forbid it. With host network the API server copies each container port to hostPort, which is one finding and not two.',
      remedy: 'Remove hostPort or publish the port through a Service. Clients that address the node and its port lose their connection.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.12'], attack: ['T1133'], pss: 'baseline' },
    },
    {
      code: 'POD-11',
      title: 'No hostPath volumes',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No Pod mounts a directory or socket of its node. This holds for host path volumes and also for persistent volumes that lead to a path of the node.',
      today:
        'The guide admits a read-only dummy path because PSP had no other means; Pod Security Standards, level baseline, simply forbid host paths. They do not see persistent volumes with a host path or local source.',
      remedy:
        'Replace the volume by an emptyDir, a ConfigMap, a CSI volume or a projected token. Agents that read the node break, so trace the opened paths and narrow what must stay to a read-only subdirectory.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.11'], attack: ['T1611'], pss: 'baseline' },
    },
    {
      code: 'POD-12',
      title: 'No privilege escalation',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'No process of a container can gain more rights than its parent, for instance through setuid programs. Each container sets allowPrivilegeEscalation to false, since the default is true.',
      today:
        'Pod Security Standards, level restricted, demand it, without Windows Pods from policy version 1.25. The API server refuses false together with a privileged container or with an added capability that is spelt CAP_SYS_ADMIN.',
      remedy: 'Set allowPrivilegeEscalation to false. Programs such as sudo, su or ping with file capabilities stop working.',
      evidence: ['manifest', 'cluster', 'image'],
      mappings: { cis: ['5.2.6'], attack: ['T1548.001', 'T1068'], pss: 'restricted' },
    },
    {
      code: 'POD-13',
      title: 'All capabilities dropped, only proven ones added back',
      reference: 'v1.0 appendix C (requiredDropCapabilities); v1.2 "Pod security enforcement" and the PSP example',
      origin: 'v1.0',
      asks: 'Each container drops all Linux capabilities and adds back only those that it is shown to need.',
      today:
        'Pod Security Standards, level baseline, allow 13 names to be added, and NET_RAW is none of them. Level restricted demands that ALL is dropped and allows NET_BIND_SERVICE alone.',
      remedy:
        'Drop ALL and add the proven minimum. Entry points that change owner or user and programs such as ping fail, so trace the capabilities in use first.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.8', '5.2.9'], attack: ['T1611'], pss: 'restricted' },
    },
    {
      code: 'POD-14',
      title: 'Allowed volume types',
      reference: 'v1.0 appendix C (volumes); v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'Pods mount only volume types that do not reach the node or unmanaged storage: configMap, emptyDir, projected, secret, downwardAPI and persistentVolumeClaim.',
      today:
        'Pod Security Standards, level restricted, allow these six and also csi, ephemeral and (image volumes, 1.31 and later) image. The type gitRepo is off by default since 1.33, and for good since 1.36.',
      remedy: 'Turn the volume into a persistent volume claim with the same backend. The data path changes, so rehearse it with a copy.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.11'], pss: 'restricted' },
    },
    {
      code: 'POD-15',
      title: 'Seccomp profile',
      reference: 'v1.0 p. 2, table I, appendix C, p. 26; v1.2 "Hardening container environments" and "Seccomp: audit mode"',
      origin: 'v1.0',
      asks: 'Every container runs under a seccomp profile that limits its system calls, at least the default profile of the container runtime.',
      today:
        'The field is stable since 1.19, and from 1.27 on the annotations of appendix C are ignored. A Pod without the field runs unconfined unless its kubelet sets seccompDefault (stable 1.27, off by default). Level restricted of the Pod Security Standards demands the field.',
      remedy:
        'Set the type RuntimeDefault for the Pod. Profilers, nested containers and programs that use io_uring can fail, so run once under a profile that only logs.',
      evidence: ['manifest', 'cluster', 'node'],
      errata: [12],
      mappings: { cis: ['5.6.2', '4.2.14'], attack: ['T1611'], pss: 'restricted' },
    },
    {
      code: 'POD-16',
      title: 'AppArmor profile',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Hardening container environments"',
      origin: 'v1.0',
      asks: 'On nodes with AppArmor every container is confined by a profile, and none is set to unconfined.',
      today:
        'The field appArmorProfile (beta 1.30, stable 1.31) replaces the annotations. Unlike seccomp, a Pod without the field is confined on AppArmor nodes, because containerd and CRI-O apply their default profile.',
      remedy:
        'Move annotations to the field from 1.30 on and use RuntimeDefault. A custom profile can block the program, so learn it in complain mode.',
      evidence: ['manifest', 'cluster', 'node'],
      errata: [12],
      mappings: { attack: ['T1611'], pss: 'baseline' },
    },
    {
      code: 'POD-17',
      title: 'SELinux labelling',
      reference: 'v1.0 p. 2, table I, appendix C; v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'On nodes with SELinux every container runs under a confined type of the container policy, without a user or role of its own.',
      today:
        'Pod Security Standards, level baseline, allow the types container_t, container_init_t, container_kvm_t and, from policy version 1.31, container_engine_t. The SELinuxMount feature (beta but off 1.33, stable and on 1.37) changes how volumes are relabelled.',
      remedy:
        'Remove the custom options. Volumes that carry labels of the former type become unreadable, so watch for denials in permissive mode.',
      evidence: ['manifest', 'cluster', 'node'],
      mappings: { pss: 'baseline' },
    },
    {
      code: 'POD-18',
      title: 'Safe sysctls, default proc mount',
      reference: 'not in v1.0; follows from the Pod Security Standards of v1.2 "Pod security enforcement"',
      origin: 'derived',
      asks: 'Pods change only kernel parameters that are isolated per Pod and known to be safe, and containers keep the default masking of the proc file system.',
      today:
        'The safe set grows with the policy version: five names at first, one more in 1.27, four in 1.29, two in 1.32 and two in 1.37. Level baseline accepts procMount Unmasked from policy version 1.35 on, and only with hostUsers false.',
      remedy: 'Remove the parameter or tune the node instead. Performance may change, so compare with the value the Pod has today.',
      evidence: ['manifest', 'cluster'],
      mappings: { pss: 'baseline' },
    },
    {
      code: 'POD-19',
      title: 'No Windows HostProcess containers',
      reference: 'not in the guide (v1.0 p. 12 names Windows for Hyper-V only); follows from the Pod Security Standards',
      origin: 'derived',
      asks: 'No Windows Pod runs as a HostProcess container, which works directly on the node as a privileged container does on Linux.',
      today: 'HostProcess containers came after the guide (stable 1.26). Pod Security Standards, level baseline, forbid them.',
      remedy: 'Remove windowsOptions.hostProcess. Network plugins and node agents on Windows depend on it and need an exception.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.2.10'], attack: ['T1611'], pss: 'baseline' },
    },
    {
      code: 'POD-20',
      title: 'No foreign host in probes and lifecycle hooks',
      reference: 'not in the guide; follows from the Pod Security Standards',
      origin: 'derived',
      asks: 'Probes and lifecycle hooks address the Pod itself. With a host of their own they would make the kubelet send requests from the network of the node to any address.',
      today: 'Pod Security Standards, level baseline, forbid the host field from policy version 1.34.',
      remedy: 'Delete the host field, since the default is the address of the Pod. The risk is low.',
      evidence: ['manifest', 'cluster'],
      mappings: { attack: ['T1552.005'], pss: 'baseline' },
    },
  ],
};
