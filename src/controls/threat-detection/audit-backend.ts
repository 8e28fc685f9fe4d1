import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { flagsOf } from '../../kube/control-plane-flags.ts';
import { apiServerContainers, exampleApiServerContainer, exampleAuditFlags } from '../../subjects/api-server-container.ts';

export const auditBackend: AnyControl = defineControl({
  id: 'threat-detection/audit-backend',
  decides: ['AUD-02'],
  title: 'The API server writes what its audit policy records to a file',
  why: 'Auditing is off by default, and half of it is nothing: a policy without a file to write to records as little as a file without a policy.',
  severity: 'medium',
  also: { cis: ['1.2.16'], attack: ['T1562'] },
  subject: apiServerContainers,
  judgesSystem: true,
  inEveryCluster: true,

  evaluate({ container, name }) {
    const where = [container.command === undefined ? 'args' : 'command'];
    const valueOf = (flag: string): string => flagsOf(container, [flag]).at(-1)?.value ?? '';
    const places: Place[] = [];
    if (valueOf('audit-policy-file') === '')
      places.push({ where, message: `container "${name}" has no audit policy: nothing is recorded` });
    const path = valueOf('audit-log-path');
    if (path === '') places.push({ where, message: `container "${name}" writes no audit log (--audit-log-path)` });
    else if (path === '-')
      places.push({ where, message: `container "${name}" writes its audit log among its own messages`, severity: 'low' });
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Set --audit-policy-file and --audit-log-path, and mount the policy and the directory of the log, on one control-plane node after the other.',

  alsoFails: ['threat-detection/audit-rotation'],

  examples: () => ({
    pass: { 'policy and file': exampleApiServerContainer() },
    fail: {
      neither: exampleApiServerContainer(exampleAuditFlags.slice(0, 1)),
      'no policy': exampleApiServerContainer(exampleAuditFlags.filter((flag) => !flag.includes('policy'))),
      'among its messages': exampleApiServerContainer([...exampleAuditFlags, '--audit-log-path=-']),
    },
  }),
});
