import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { flagsOf, programOf } from '../../kube/control-plane-flags.ts';
import { containers } from '../../subjects/container.ts';

const otherProgram = notApplicable('the container runs no controller manager or scheduler in the network of its node');

/** What the process was really started with, and firewalls. */
const restOnNode = passSoFar(['node']);

const components: ReadonlySet<string> = new Set(['kube-controller-manager', 'kube-scheduler']);

const loopback = /^127\.|^::1$/;

export const localPorts: AnyControl = defineControl({
  id: 'control-plane/local-ports',
  decides: ['CP-05'],
  title: 'The controller manager and the scheduler listen on the loopback address alone',
  why: 'Nobody but the kubelet and a collector of metrics on the same node has to ask them. On other addresses whoever is in the network of the node reaches two programs that may do nearly everything.',
  severity: 'low',
  also: { cis: ['1.3.7', '1.4.2'], attack: ['T1046'] },
  subject: containers,
  judgesSystem: true,

  evaluate({ container, name, pod }) {
    // The loopback address of a pod with a network of its own is reached by nobody, its probes included.
    if (!components.has(programOf(container)) || pod.spec.hostNetwork !== true) return otherProgram;
    if (flagsOf(container, ['secure-port']).at(-1)?.value === '0') return restOnNode;
    const given = flagsOf(container, ['bind-address']).at(-1);
    if (given === undefined)
      return fail(
        [container.command === undefined ? 'args' : 'command'],
        `container "${name}" listens on every address of its node: it is given no --bind-address`,
      );
    if (loopback.test(given.value)) return restOnNode;
    return fail(given.paths[0] ?? [], `container "${name}" listens on other addresses of its node than the loopback address`);
  },

  remedy:
    'Set --bind-address=127.0.0.1 in the static pods, with the host 127.0.0.1 in their probes, as kubeadm does; collect their metrics on the node itself.',

  alsoFails: ['pod-security/host-network', 'pod-security/admission-refusal', 'network-separation/metadata-address'],

  examples: () => ({
    pass: {
      'the address that kubeadm sets': onNode('[kube-scheduler, --bind-address=127.0.0.1]'),
      'no port at all': onNode('[kube-scheduler, --secure-port=0]'),
    },
    fail: {
      'nothing said': onNode('[kube-scheduler, --leader-elect=true]'),
      'every address': onNode('[kube-controller-manager, --bind-address=127.0.0.1, --bind-address, "0.0.0.0"]'),
    },
    notApplicable: {
      'a network of its own': 'command: [kube-scheduler, --leader-elect=true]',
      'another program': onNode('[web, --bind-address=0.0.0.0]'),
    },
  }),
});

function onNode(command: string): string {
  return `command: ${command}\n$pod: { hostNetwork: true }`;
}
