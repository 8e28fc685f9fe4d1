import { defineControl, failAt, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { allowedSubjects, fitted, isAllowed, short, subjectText } from '../../subjects/dangerous-grants.ts';
import { exampleAccount, exampleBinding, exampleClusterGrant } from '../../subjects/example-permissions.ts';
import { allPermissions, roleKinds } from '../../subjects/rbac.ts';

/** Where nobody was named, it tells how many there are; with names, who is not among them. */
export const allPowerful: AnyControl = defineControl({
  id: 'authorization/all-powerful',
  decides: ['GOV-04'],
  title: 'Those who can take over the cluster are few and known by name',
  why: 'Whoever may bind roles, act as others, run pods everywhere or read all Secrets is administrator in one more step. Nobody can look after identities of which nobody has a list.',
  severity: 'high',
  also: { cis: ['5.1.1', '5.1.7'], attack: ['T1078'] },
  subject: allPermissions,
  decidedBy: roleKinds,
  inEveryCluster: true,
  params: { allowed: allowedSubjects('All who are meant to be able to take over the cluster') },

  evaluate({ permissions }, { params }) {
    const powerful = permissions.powerful();
    const [first] = powerful;
    // Certificates for system:masters show in no object, and who keeps the last key is a matter of people.
    if (first === undefined) return passSoFar(['node', 'person']);
    if (params.allowed.length > 0) {
      const places = powerful.flatMap(({ subject, right }): Place[] => {
        if (isAllowed(subject, params.allowed)) return [];
        const message = fitted(
          (longest) =>
            `${subjectText({ ...subject, name: short(subject.name, longest) })} may ${right.title}, and so take over the cluster`,
        );
        return [{ where: subject.at, message }];
      });
      return places.length > 0 ? failAt(places) : passSoFar(['node', 'person']);
    }
    const count = `${powerful.length} ${powerful.length === 1 ? 'identity' : 'identities'} besides the system can take over the cluster`;
    const such = (longest: number): string =>
      `${count}, such as ${subjectText({ ...first.subject, name: short(first.subject.name, longest) })}`;
    const message = fitted((longest) => `${such(longest)}: is that meant?`, such);
    return unknown(first.subject.at, message, ['node', 'person']);
  },

  remedy:
    'Make a list of those who are meant to (--param authorization/all-powerful.allowed=user:…), give all others roles that name what they do, and keep one tested way in for emergencies offline.',

  alsoFails: ['authorization/cluster-admin', 'authorization/escalation-verbs'],

  examples: () => ({
    params: { allowed: ['user:root'] },
    pass: {
      'nobody but the system': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        name: 'cluster-admin',
        subjects: ["{ kind: Group, name: 'system:masters' }"],
      }),
      'nobody who can': exampleBinding({ role: 'ClusterRole/view' }),
    },
    fail: {
      'somebody else': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        subjects: ['{ kind: User, name: root }', '{ kind: User, name: jane }'],
      }),
      'an account that gets there': exampleClusterGrant(
        ['{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind] }'],
        [exampleAccount],
      ),
    },
  }),
});
