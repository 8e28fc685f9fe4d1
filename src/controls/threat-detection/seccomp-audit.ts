import { defineControl, fail, notApplicable, unknown, type AnyControl } from '../../core/index.ts';
import { localSeccomps } from '../../subjects/local-seccomp.ts';

/** The names that Kubernetes' tutorial and the Security Profiles Operator give to profiles that only log. */
const logsAll = /(?:^|\/)(?:audit|log(?:-all)?|complain|log-enricher-trace)(?:\.json)?$/i;

/** Names that have one of these words in them may be of a program that logs. */
const mayLogAll = /(?:^|[/._-])(?:audit|log(?:-all|ger|s)?|complain|log-enricher-trace)(?:[._-]|$)/i;

export const seccompAudit: AnyControl = defineControl({
  id: 'threat-detection/seccomp-audit',
  decides: ['LOG-16'],
  title: 'Seccomp profiles that log are there to learn from, and no workload stays on one',
  why: 'A profile that logs tells which system calls a program makes, so that a strict one can be written. It refuses nothing itself: a workload that is left on it runs without seccomp.',
  severity: 'low',
  also: { attack: ['T1611'] },
  subject: localSeccomps,
  never: ['pass'],

  evaluate(seccomp) {
    if (seccomp.type === 'profile') {
      if (seccomp.action !== 'SCMP_ACT_LOG') return notApplicable('the profile refuses calls, and is not for learning');
      return unknown(['spec', 'defaultAction'], `profile "${seccomp.name.slice(0, 40)}" logs: whether nodes have it, they say`, [
        'node',
        'cluster',
      ]);
    }
    const { file, whose } = seccomp;
    const where = ['seccompProfile', 'localhostProfile'];
    if (logsAll.test(file)) return fail(where, `${whose} run under a profile that only logs: no call is refused`);
    if (!mayLogAll.test(file)) return notApplicable('by its name the profile is not for learning');
    return unknown(where, `${whose} run under a profile that may only log, by its name`, ['node']);
  },

  remedy:
    'Apply a profile with the action SCMP_ACT_LOG to one canary for some days, write a profile of the calls that it logged, and put the workload under that one or RuntimeDefault.',

  examples: () => ({
    pass: {},
    fail: {
      'the profile of a tutorial': underProfile('profiles/audit.json'),
    },
    unknown: {
      'a profile that logs': profile('SCMP_ACT_LOG'),
      'a name that says little': underProfile('operator/shop/audit-service.json'),
    },
    notApplicable: { 'a profile that refuses': profile('SCMP_ACT_ERRNO') },
  }),
});

function underProfile(file: string): string {
  return `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { securityContext: { seccompProfile: { type: Localhost, localhostProfile: ${file} } } } } }
`;
}

function profile(action: string): string {
  return `
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata: { name: web, namespace: shop }
spec: { defaultAction: ${action} }
`;
}
