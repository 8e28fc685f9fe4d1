import {
  decline,
  defineControl,
  fail,
  pass,
  set,
  type AnyControl,
  type Declined,
  type Given,
  type Repair,
  type Verdict,
} from '../../core/index.ts';
import { relaxedByUserNamespace } from '../../kube/pod-security/index.ts';
import { imageUser, nonRootId } from '../../kube/process-identity.ts';
import type { Container } from '../../kube/types.ts';
import { containers, containersOf, type ContainerSubject } from '../../subjects/container.ts';
import { changeShared, inherited, inheritedWindows } from '../../subjects/security-context.ts';

/**
 * `runAsNonRoot: true` is enough: the kubelet then refuses an image whose user is root or only a name. Without it the user
 * of the image decides, which no manifest tells and any new tag changes; so what is not set fails, as in the standards.
 */
export const nonRootUser: AnyControl = defineControl({
  id: 'pod-security/non-root-user',
  decides: ['POD-01'],
  title: 'Containers run as a user other than root',
  why: 'Root in a container is root on the node for the kernel: one flaw in the runtime, the kernel or a mount, and it owns the node. Without runAsNonRoot the image decides, and most images start as root.',
  severity: 'high',
  also: { pss: 'restricted', cis: ['5.2.7'], attack: ['T1611'] },
  subject: containers,

  evaluate(subject, { version }) {
    // Root of a user namespace is an ordinary user of the node; the standards accept it from 1.35.
    if (relaxedByUserNamespace(subject.pod.spec, version)) return pass;
    const nonRoot = inherited(subject, 'runAsNonRoot');
    if (inherited(subject, 'runAsUser') === 0) return runsAsRoot(subject, nonRoot === true);
    if (isAdministrator(subject))
      return fail(
        ['securityContext', 'windowsOptions', 'runAsUserName'],
        `container "${subject.name}" runs as ContainerAdministrator, the root of a Windows container`,
      );
    return nonRoot === true ? pass : mayRunAsRoot(subject, nonRoot);
  },

  fix: {
    safety: 'review',
    risk: 'an image whose user is root, or a name instead of a number, no longer starts; read the user, the owners of its files and its ports from the image',
    values: { user: { about: 'The user that the program runs as, as a number', example: '10001' } },
    edits: (subject, { values, given }) => {
      if (isAdministrator(subject)) return decline('only the image tells which account its program can do with: name it in runAsUserName');
      if (values.user !== undefined) return asUser(subject, values.user);
      const evidence = evidenceOf(subject, subject.container, given);
      if (evidence === 'root')
        return decline('only the image tells which user owns its files: replace the root user by that one', ['user']);
      if (evidence === 'image of root') return decline('the image runs as root: give the user that owns its files', ['user']);
      if (evidence === 'image of a name')
        return decline('the image names its user by a name, which the kubelet cannot tell from root: give its number', ['user']);
      const safety = evidence === 'nothing said' ? 'review' : 'safe';
      const own = [set(['securityContext', 'runAsNonRoot'], true)];
      // Beside the user id that it rests on; in the pod it would hold for the others as well, which may need something else.
      if (subject.container.securityContext?.runAsUser !== undefined) return { edits: own, safety };
      const alike = [...containersOf(subject.pod.spec)].every(
        ({ container }) => container.securityContext?.runAsNonRoot !== undefined || evidenceOf(subject, container, given) === evidence,
      );
      const repair = alike ? changeShared(subject, 'runAsNonRoot', true) : { edits: own };
      return { ...repair, safety };
    },
  },

  examples: () => ({
    pass: {
      'runAsNonRoot, whoever the image names': 'securityContext: { runAsNonRoot: true }\n$pod: { securityContext: { runAsUser: null } }',
      'inherited from the pod': '$pod: { securityContext: { runAsNonRoot: true } }',
      'root of a user namespace, from 1.35': 'securityContext: { runAsUser: 0, runAsNonRoot: false }\n$pod: { hostUsers: false }',
    },
    fail: {
      'nothing set': '$pod: { securityContext: { runAsNonRoot: null, runAsUser: null } }',
      'only a user id': '$pod: { securityContext: { runAsNonRoot: null, runAsUser: 10001 } }',
      'only an account of Windows':
        '$pod: { os: { name: windows }, securityContext: { runAsNonRoot: null, runAsUser: null, runAsGroup: null, fsGroup: null, windowsOptions: { runAsUserName: ContainerUser } } }',
      'the container overrides the pod': 'securityContext: { runAsNonRoot: false }\n$pod: { securityContext: { runAsUser: null } }',
      'user id 0': 'securityContext: { runAsUser: 0 }',
    },
  }),
  alsoFails: ['pod-security/user-namespaces'],
});

type Evidence = 'a user id' | 'image of a user id' | 'nothing said' | 'root' | 'image of root' | 'image of a name';

/**
 * Who a container of the pod runs as. Beside a user id other than 0, its own or its image's, `runAsNonRoot` changes nothing:
 * that is all that the kubelet asks (pkg/kubelet/kuberuntime, verifyRunAsNonRoot).
 */
function evidenceOf({ pod }: ContainerSubject, container: Container, given: Given): Evidence {
  const user = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  if (user !== undefined) return user === 0 ? 'root' : 'a user id';
  const facts = container.image === undefined ? undefined : given.imageOf(container.image);
  if (facts?.user === undefined || pod.os.name === 'windows') return 'nothing said';
  const { kind } = imageUser(facts.user);
  if (kind === 'numeric') return 'image of a user id';
  return kind === 'root' ? 'image of root' : 'image of a name';
}

function asUser(subject: ContainerSubject, text: string): Repair | Declined {
  if (subject.pod.os.name === 'windows') return decline('Windows has no user ids: name an account in runAsUserName');
  const user = nonRootId(text);
  if (user === undefined) return decline(`"${text}" is no user id from 1 to 2147483647`, ['user']);
  const nonRoot = set(['securityContext', 'runAsNonRoot'], true);
  const known = inherited(subject, 'runAsUser');
  return { edits: known === undefined || known === 0 ? [set(['securityContext', 'runAsUser'], user), nonRoot] : [nonRoot] };
}

function isAdministrator(subject: ContainerSubject): boolean {
  const user = inheritedWindows(subject, 'runAsUserName');
  return user !== undefined && /(^|\\)ContainerAdministrator$/i.test(user);
}

function runsAsRoot({ name, container }: ContainerSubject, refused: boolean): Verdict {
  const inheritance = container.securityContext?.runAsUser === undefined ? ' by its pod' : '';
  return fail(
    ['securityContext', 'runAsUser'],
    refused
      ? `container "${name}" has runAsUser 0${inheritance} beside runAsNonRoot: it never starts`
      : `container "${name}" runs as root: its runAsUser is 0${inheritance}`,
  );
}

function mayRunAsRoot(subject: ContainerSubject, nonRoot: boolean | undefined): Verdict {
  const { name } = subject;
  const where = ['securityContext', 'runAsNonRoot'];
  // Windows has accounts, which override that of the image; a user id has no meaning there.
  const user = subject.pod.os.name === 'windows' ? inheritedWindows(subject, 'runAsUserName') : inherited(subject, 'runAsUser');
  if (user !== undefined)
    return fail(where, `container "${name}" runs as user ${user}, but without runAsNonRoot, which keeps root out`, 'low');
  return fail(
    where,
    nonRoot === false
      ? `container "${name}" sets runAsNonRoot to false, so it may run as root`
      : `container "${name}" does not set runAsNonRoot, so the image may run as root`,
  );
}
