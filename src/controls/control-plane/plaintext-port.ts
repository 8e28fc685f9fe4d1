import {
  append,
  defineControl,
  fail,
  failAt,
  notApplicable,
  passSoFar,
  remove,
  set,
  type AnyControl,
  type Edit,
  type Repair,
} from '../../core/index.ts';
import { flagsGoneSince, flagsOf, plaintextPortOf, type Flag } from '../../kube/control-plane-flags.ts';
import type { Container } from '../../kube/types.ts';
import { containers } from '../../subjects/container.ts';

const otherProgram = notApplicable('the container runs no API server, controller manager or scheduler');
/** What the process was really started with, and who else listens there. */
const restOnNode = passSoFar(['node']);

/**
 * The guide recommends a flag to close the port; it came eight months too late (erratum 3). Its mirror image are manifests
 * that still carry the flag.
 */
export const plaintextPort: AnyControl = defineControl({
  id: 'control-plane/plaintext-port',
  decides: ['CP-02', 'CP-05'],
  title: 'Components of the control plane neither serve in plaintext nor carry the flags for it',
  why: 'On its plaintext port the API server once obeyed everybody who reached it. Kubernetes took the ports away, and from 1.24 a flag that is left over keeps the component from starting.',
  severity: 'medium',
  also: { attack: ['T1133'] },
  subject: containers,
  judgesSystem: true,

  evaluate({ container, name }, { version }) {
    const port = plaintextPortOf(container);
    if (port === undefined) return otherProgram;
    const { component, flag, flags, defaultPort, endedIn } = port;
    if (version >= flagsGoneSince) {
      const found = flagsOf(container, flags);
      if (found.length === 0) return restOnNode;
      return failAt(
        found.map((each) => ({
          where: each.paths[0] ?? [],
          message: `container "${name}" passes --${each.name}, which keeps ${component} from starting since 1.${flagsGoneSince}`,
        })),
      );
    }
    const given = flagsOf(container, [flag]).at(-1);
    if (given === undefined ? version >= endedIn : given.value === '0') return restOnNode;
    const where = given?.paths[0] ?? [container.command === undefined ? 'args' : 'command'];
    if (version >= endedIn)
      return fail(where, `container "${name}" asks ${component} for a plaintext port, which it refuses since 1.${endedIn}`);
    const served = `container "${name}" answers anybody in plaintext on port ${given?.value ?? defaultPort}`;
    return fail(where, served, component === 'kube-apiserver' ? 'high' : 'medium');
  },

  fix: {
    safety: 'safe',
    risk: 'the component restarts; whoever still asks the plaintext port, for instance for its health or metrics, gets no answer',
    edits: ({ container }, { version }) => {
      const port = plaintextPortOf(container);
      if (port === undefined) return [];
      // With the flags the component does not start at all.
      if (version >= flagsGoneSince) return withoutFlags(flagsOf(container, port.flags));
      const given = flagsOf(container, [port.flag]);
      if (version >= port.endedIn) return withoutFlags(given);
      return closing(container, port.flag, given);
    },
  },

  // The examples say nothing of auditing.
  alsoFails: ['threat-detection/audit-backend'],

  examples: () => ({
    pass: { 'secure serving only': 'command: [kube-apiserver, --secure-port=6443, "--authorization-mode=Node,RBAC"]' },
    fail: {
      'the flag that the guide recommends': 'command: [kube-apiserver, --insecure-port=0, "--authorization-mode=Node,RBAC"]',
      'a scheduler': 'command: [/usr/local/bin/kube-scheduler, --port, "0", --leader-elect=true]',
      'in the arguments': 'args: [kube-controller-manager, --address=127.0.0.1, --use-service-account-credentials=true]',
    },
    notApplicable: { 'another program': 'command: [web, --port=8080]' },
  }),
});

function withoutFlags(flags: readonly Flag[]): Edit[] {
  // From the end, so that the indexes before stay true.
  return flags.flatMap(({ paths }) => paths.map((path) => remove(path))).toReversed();
}

/** Before the port ended, only a 0 closes it: somebody may still ask it. */
function closing(container: Container, flag: string, given: readonly Flag[]): Repair {
  const closed = `--${flag}=0`;
  const last = given.at(-1);
  const [path, value] = last?.paths ?? [];
  if (path === undefined) return { edits: [append([container.command === undefined ? 'args' : 'command'], closed)], safety: 'review' };
  return { edits: value === undefined ? [set(path, closed)] : [set(value, '0')], safety: 'review' };
}
