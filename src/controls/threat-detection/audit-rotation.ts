import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { flagsOf } from '../../kube/control-plane-flags.ts';
import { apiServerContainers, exampleApiServerContainer, exampleAuditFlags } from '../../subjects/api-server-container.ts';

/** From this minor on what is not said is bounded (k8s.io/apiserver v0.36, pkg/server/options/audit.go). */
const boundedSince = 36;

/** Appendix M keeps files for 1825 days without a bound on their size: erratum 20. */
export const auditRotation: AnyControl = defineControl({
  id: 'threat-detection/audit-rotation',
  decides: ['AUD-03'],
  title: 'The audit log of the API server is rotated, and bounded on its disk',
  why: 'A log without a bound fills the disk of the control plane, and the API server stops with it. One that is bounded too tightly is gone before anybody looks.',
  severity: 'medium',
  also: { cis: ['1.2.17', '1.2.18', '1.2.19'] },
  subject: apiServerContainers,
  judgesSystem: true,
  inEveryCluster: true,

  evaluate({ container, name }, { version }) {
    const path = flagsOf(container, ['audit-log-path']).at(-1)?.value ?? '';
    if (path === '' || path === '-') return noFile;
    const places: Place[] = [];
    for (const [flag, what] of bounds) {
      const given = flagsOf(container, [flag]).at(-1);
      if (given === undefined ? version >= boundedSince : Number(given.value) > 0) continue;
      places.push({
        where: given?.paths[0] ?? [container.command === undefined ? 'args' : 'command'],
        message: `container "${name}" ${what} (--${flag}, erratum 20)`,
      });
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Set --audit-log-maxsize, --audit-log-maxbackup and --audit-log-maxage from the measured rate, and send the log elsewhere for the long history.',

  examples: () => ({
    pass: { bounded: exampleApiServerContainer() },
    fail: {
      'as appendix M has it': exampleApiServerContainer([...exampleAuditFlags.slice(0, 3), '--audit-log-maxage=1825']),
      'files without an end': exampleApiServerContainer([...exampleAuditFlags, '--audit-log-maxbackup=0']),
    },
  }),
});

const noFile = notApplicable('no file is written, which threat-detection/audit-backend judges');

const bounds = [
  ['audit-log-maxsize', 'lets a file of the audit log grow without a bound'],
  ['audit-log-maxbackup', 'keeps every file of the audit log'],
] as const;
