import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { flagsOf } from '../../kube/control-plane-flags.ts';
import type { Container, VolumeMount } from '../../kube/types.ts';
import { apiServerContainers, exampleApiServerContainer, exampleAuditFlags } from '../../subjects/api-server-container.ts';

/** In appendix M the flag names another path than the mount, and the log file itself is mounted: erratum 20. */
export const auditMounts: AnyControl = defineControl({
  id: 'threat-detection/audit-mounts',
  decides: ['AUD-07'],
  title: 'Audit policy and log are mounted where the flags of the API server say',
  why: 'A policy at another path keeps the API server from starting. A log that is written into the container goes with it, and a file that is mounted by itself cannot be renamed: rotation fails.',
  severity: 'medium',
  also: { attack: ['T1070'] },
  subject: apiServerContainers,
  judgesSystem: true,
  inEveryCluster: true,

  evaluate({ container, name, pod }) {
    const policy = flagsOf(container, ['audit-policy-file']).at(-1);
    const log = flagsOf(container, ['audit-log-path']).at(-1);
    const places: Place[] = [];
    if (policy !== undefined && policy.value !== '') {
      const mount = mountOf(container, policy.value);
      if (mount === undefined)
        places.push({
          where: policy.paths[0] ?? [],
          message: `container "${name}" mounts no audit policy where the flag says (erratum 20)`,
        });
      else if (mount.readOnly !== true)
        places.push({ where: policy.paths[0] ?? [], message: `container "${name}" may write to its own audit policy`, severity: 'low' });
    }
    if (log !== undefined && log.value !== '' && log.value !== '-') {
      const mount = mountOf(container, log.value);
      const where = log.paths[0] ?? [];
      if (mount === undefined)
        places.push({
          where,
          message: `container "${name}" mounts nothing where the audit log goes: it ends with the container (erratum 20)`,
        });
      else if (mount.mountPath === log.value)
        places.push({ where, message: `container "${name}" mounts the file of the audit log: it cannot be rotated (erratum 20)` });
      else if (mount.readOnly === true)
        places.push({ where, message: `container "${name}" may not write where the audit log goes: the API server does not start` });
      else if (pod.spec.volumes?.find((volume) => volume.name === mount.name)?.emptyDir !== undefined)
        places.push({ where, message: `container "${name}" keeps the audit log in an emptyDir: it ends with the pod` });
    } else if (policy === undefined) return neither;
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Mount the policy read-only and the directory of the log at the paths that the flags name; only root may read either on the node.',

  examples: () => ({
    pass: {
      'both where the flags say': exampleApiServerContainer(),
      'the directory as a part of its volume': exampleApiServerContainer().replace(
        '/kubernetes/audit }\n$pod',
        '/kubernetes/audit, subPath: cp-1 }\n$pod',
      ),
    },
    fail: {
      'other paths': exampleApiServerContainer([
        ...exampleAuditFlags,
        '--audit-policy-file=/etc/kubernetes/policies/audit.yaml',
        '--audit-log-path=/var/log/audit.log',
      ]),
      'the file itself': exampleApiServerContainer([...exampleAuditFlags, '--audit-log-path=/var/log/kubernetes/audit']),
      'a directory that it may not write to': exampleApiServerContainer([
        ...exampleAuditFlags,
        '--audit-log-path=/etc/kubernetes/audit/audit.log',
      ]),
      'a directory that ends with the pod': exampleApiServerContainer([...exampleAuditFlags, '--audit-log-path=/tmp/audit.log']),
      'a policy that it may change': exampleApiServerContainer([
        ...exampleAuditFlags,
        '--audit-policy-file=/var/log/kubernetes/audit/policy.yaml',
      ]),
    },
  }),
});

const neither = notApplicable('the API server records nothing, which threat-detection/audit-backend judges');

/** The innermost mount that holds the path. */
function mountOf({ volumeMounts = [] }: Container, path: string): VolumeMount | undefined {
  return volumeMounts
    .filter(({ mountPath = '' }) => mountPath !== '' && (path === mountPath || path.startsWith(mountPath.replace(/\/*$/, '/'))))
    .toSorted((a, b) => (b.mountPath ?? '').length - (a.mountPath ?? '').length)[0];
}
