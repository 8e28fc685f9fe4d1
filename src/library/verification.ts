import { apiGroup, type Input } from '../core/index.ts';
import type { ObservedEnforcement } from '../kube/api-server.ts';
import { groupPrefix, letsMakePods, podMakers, type Identity, type MakerBinding, type MakerRole } from '../kube/pod-makers.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';
import { OptionError } from '../options/option-error.ts';
import { strangerName, verifyEnforcement, type Connection, type Patience } from '../sources/cluster/index.ts';

export interface VerificationOptions {
  /**
   * Whom to act as: users (`jane`, `system:serviceaccount:shop:web`), groups (`group:developers`), or `everybody` for all who
   * may make pods or workloads by RBAC; default: whoever asks.
   */
  readonly as?: readonly string[];
}

const everybody = 'everybody';
const rbac = 'rbac.authorization.k8s.io';
const roleKinds: readonly string[] = ['ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'].map((kind) => `${kind}.${rbac}`);

/** What a verification needs to know of a cluster, gathered while it is read. */
export interface Verification {
  /** Kinds that it needs besides those of the controls. */
  readonly kinds: readonly string[];
  take(input: Input): void;
  /** Sends the dry runs; `unlisted` are kinds that were not read. */
  run(connection: Connection, about: About): Promise<ObservedEnforcement>;
}

interface About {
  readonly version: number;
  readonly patience: Patience;
  readonly unlisted: readonly { readonly kind: string }[];
}

/**
 * Namespaces of the system, and those that are `ofSystem` besides, are left alone.
 * @throws OptionError where somebody is nobody.
 */
export function startVerification(
  { as = [] }: VerificationOptions,
  only: readonly string[] | undefined,
  ofSystem: readonly string[] = [],
): Verification {
  checkIdentities(as, only);
  const all = as.includes(everybody);
  const leftAlone = new Set([...systemNamespaces, ...ofSystem]);
  const namespaces: string[] = [];
  const roles: MakerRole[] = [];
  const bindings: MakerBinding[] = [];
  return {
    kinds: ['Namespace', ...(all ? roleKinds : [])],

    take(input) {
      if (input.type !== 'resource') return;
      const { ref, object } = input.resource;
      if (ref.kind === 'Namespace' && ref.apiVersion === 'v1' && !leftAlone.has(ref.name)) namespaces.push(ref.name);
      if (!all || apiGroup(ref.apiVersion) !== rbac) return;
      const { kind, namespace, name } = ref;
      if (kind === 'Role' || kind === 'ClusterRole') {
        if (letsMakePods((object as { readonly rules?: Parameters<typeof letsMakePods>[0] }).rules)) roles.push({ kind, namespace, name });
        return;
      }
      const { roleRef = {}, subjects = [] } = object as Partial<MakerBinding>;
      bindings.push({ namespace, roleRef, subjects });
    },

    run(connection, { version, patience, unlisted }) {
      const makers = all ? podMakers(namespaces, roles, bindings) : undefined;
      const trials = namespaces.flatMap((namespace) => {
        const named: readonly (Identity | undefined)[] = as.length === 0 ? [undefined] : as.filter((each) => each !== everybody);
        return [...new Set([...named, ...(makers?.get(namespace) ?? [])])].map((each) => ({ namespace, as: each }));
      });
      const complete = all && !unlisted.some(({ kind }) => roleKinds.includes(kind) || kind === 'Namespace');
      return verifyEnforcement(connection, { trials, everybody: complete, version, patience });
    },
  };
}

function checkIdentities(as: readonly string[], only: readonly string[] | undefined): void {
  const nobody = as.find((each) => each === '' || each === groupPrefix || /[\r\n]/.test(each));
  if (nobody !== undefined) throw new OptionError(['--verify-as names nobody', `write a user, ${groupPrefix}NAME or ${everybody}`]);
  if (as.includes(everybody) && only !== undefined)
    throw new OptionError([
      `--verify-as ${everybody} goes with a whole cluster alone`,
      'who may make pods in a namespace is also said outside of it',
    ]);
}

/** What it has to be permitted besides, as the YAML of a ClusterRole that is bound for the whole cluster. */
export function verificationRole({ as = [] }: VerificationOptions): string {
  const named = as.filter((each) => each !== everybody);
  const accounts = named.flatMap((each) => /^system:serviceaccount:[^:]+:([^:]+)$/.exec(each)?.[1] ?? []);
  const groups = named.flatMap((each) => (each.startsWith(groupPrefix) ? [each.slice(groupPrefix.length)] : []));
  const users = named.filter((each) => !each.startsWith(groupPrefix) && !/^system:serviceaccount:[^:]+:[^:]+$/.test(each));
  const rules = as.includes(everybody)
    ? [impersonate('users', undefined), impersonate('groups', undefined), impersonate('serviceaccounts', undefined)]
    : [
        impersonate('users', [strangerName, ...users]),
        ...(groups.length === 0 ? [] : [impersonate('groups', groups)]),
        ...(accounts.length === 0 ? [] : [impersonate('serviceaccounts', accounts)]),
      ];
  // A dry run takes the permission for the real thing: the difference is in the request alone.
  const own = as.length > 0 ? [] : [`  - apiGroups: ['']\n    resources: [pods]\n    verbs: [create]\n`];
  return `---
# For --verify-enforcement alone. Whoever has this can act as others, or make pods: bind it for the time of the scan.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-verify
rules:
${[...own, ...rules].join('')}`;
}

function impersonate(resource: string, names: readonly string[] | undefined): string {
  const only = names === undefined ? '' : `    resourceNames: [${[...new Set(names)].map((name) => JSON.stringify(name)).join(', ')}]\n`;
  return `  - apiGroups: ['']\n    resources: [${resource}]\n${only}    verbs: [impersonate]\n`;
}
