import { defineControl, failAt, pass, remove, strings, type AnyControl, type Edit, type Place, type Severity } from '../../core/index.ts';
import { allowedCapabilities } from '../../kube/pod-security/index.ts';
import { containers } from '../../subjects/container.ts';
import { withoutLinuxFields } from '../../subjects/pod.ts';

/** What a capability beyond level baseline gives, by its name without the prefix CAP_. */
const gives: ReadonlyMap<string, readonly [Severity, string]> = new Map([
  ['ALL', ['critical', 'every power of root over the node']],
  ['SYS_ADMIN', ['critical', 'mounting the disks of the node']],
  ['SYS_MODULE', ['critical', 'loading code into the kernel']],
  ['SYS_RAWIO', ['critical', 'raw access to memory and disks of the node']],
  ['DAC_READ_SEARCH', ['critical', 'reading any file of the node']],
  ['BPF', ['high', 'loading programs into the kernel']],
  ['NET_ADMIN', ['high', 'changing the network it is in']],
  ['SYS_PTRACE', ['high', 'reading and changing other processes']],
  ['SYS_BOOT', ['high', 'restarting the node']],
  ['SYSLOG', ['medium', 'reading kernel addresses and messages']],
  ['NET_RAW', ['medium', 'forging packets on the network of its pod']],
  ['IPC_LOCK', ['medium', 'locking memory of the node']],
  ['SYS_NICE', ['medium', 'taking processor time from other pods']],
  ['SYS_RESOURCE', ['medium', 'passing its resource limits']],
  ['SYS_TIME', ['medium', 'setting the clock of the node']],
]);

/**
 * A field that is set counts on Windows too: Pod Security admission has no exception there, and the API server refuses
 * the field beside `spec.os`.
 */
export const addedCapabilities: AnyControl = defineControl({
  id: 'pod-security/added-capabilities',
  decides: ['POD-13'],
  title: 'Containers add no capabilities beyond those that the runtime grants',
  why: 'Capabilities split the power of root. Those that no runtime grants by itself reach past the container: SYS_ADMIN mounts the disks of the node, SYS_MODULE loads code into its kernel, NET_RAW forges packets.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.2.8', '5.2.9'], attack: ['T1611'] },
  subject: containers,
  params: { allowed: strings('Capabilities that containers may add besides those of level baseline', []) },

  evaluate({ container, name }, { params }) {
    const added = container.securityContext?.capabilities?.add;
    if (added === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < added.length; index++) {
      const capability = added[index] ?? '';
      if (isAllowed(capability, params.allowed)) continue;
      (places ??= []).push({ where: ['securityContext', 'capabilities', 'add', index], ...judge(name, capability) });
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'system calls that need the capability fail; trace which are used (for instance with the audit log or eBPF) before it goes',
    edits: ({ container, pod }, { params }) => {
      const edits: Edit[] = [];
      const added = container.securityContext?.capabilities?.add ?? [];
      // From the end, so that the indexes before stay true.
      for (let index = added.length - 1; index >= 0; index--)
        if (!isAllowed(added[index] ?? '', params.allowed)) edits.push(remove(['securityContext', 'capabilities', 'add', index]));
      return withoutLinuxFields(pod, edits);
    },
  },

  examples: () => ({
    pass: { 'none added': 'securityContext: { capabilities: { add: null } }' },
    fail: {
      'administration of the node': 'securityContext: { capabilities: { add: [SYS_ADMIN] } }',
      'raw packets': 'securityContext: { capabilities: { add: [NET_BIND_SERVICE, NET_RAW] } }',
      'a prefix that Kubernetes does not write': 'securityContext: { capabilities: { add: [CAP_NET_BIND_SERVICE] } }',
    },
  }),
});

function isAllowed(capability: string, allowed: readonly string[]): boolean {
  return allowedCapabilities.has(capability) || allowed.includes(capability);
}

function judge(container: string, capability: string): Pick<Place, 'message' | 'severity'> {
  const plain = capability.toUpperCase().replace(/^CAP_/, '');
  if (allowedCapabilities.has(plain))
    return { message: `container "${container}" adds "${capability}", a spelling that admission refuses`, severity: 'low' };
  const known = gives.get(plain);
  if (known === undefined) return { message: `container "${container}" adds "${capability}", which level baseline forbids` };
  return { message: `container "${container}" adds "${capability}", which allows ${known[1]}`, severity: known[0] };
}
