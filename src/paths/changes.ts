import { formatPath, nowhere, type Anchor } from '../core/index.ts';
import { subjectKey, subjectOf, type SubjectFact } from '../kube/rbac/index.ts';
import type { EscapeFact, EscapeTechnique, Facts, OwnFact, WorkloadFact } from './facts.ts';
import type { ChangeKindId } from './techniques.ts';

/** Something that people do to break paths. */
export interface Change {
  /** The same for the same change of the same input. */
  readonly id: string;
  readonly kind: ChangeKindId;
  /** As an order: `set privileged to false in container "web"`. */
  readonly what: string;
  /** The object that it changes: `Deployment shop/web`. */
  readonly object: string;
  /** Absent for what is to be added. */
  readonly at?: Anchor;
}

/** Of a change in a place that was read. */
export function placedId(kind: ChangeKindId, { resource, path }: Anchor): string {
  return `${kind} ${resource} ${formatPath(path)}`;
}

/** Of a change of a whole namespace. */
export function namespaceId(kind: 'enforce-level' | 'isolate-ingress' | 'isolate-egress', namespace: string): string {
  return `${kind} ${namespace}`;
}

/** A binding may name a subject twice: it goes altogether. */
export function subjectId(binding: Anchor, subject: SubjectFact): string {
  const identity = subjectOf(subject);
  return `remove-subject ${binding.resource} ${identity === undefined ? '' : subjectKey(identity)}`;
}

const kindOfEscape: Readonly<Record<EscapeTechnique, ChangeKindId>> = {
  'privileged-container': 'unprivileged',
  'host-path': 'unmount-host-path',
  'runtime-socket': 'unmount-socket',
  'host-processes': 'own-processes',
  'dangerous-capability': 'drop-capability',
  'windows-host-process': 'no-windows-host-process',
};

export function escapeChangeKind({ technique }: EscapeFact): ChangeKindId {
  return kindOfEscape[technique];
}

/**
 * The facts as they would be read when changes are carried out. Namespaces that are to be isolated are not among them: only
 * what needs a connection to pass is known, by people, and the graph leaves out the connections instead.
 */
export function applyChanges({ own, rbac, network }: Facts, gone: ReadonlySet<string>): Facts {
  return {
    own: [...own.flatMap((fact) => applyToOwn(fact, gone)), ...enforced(gone)],
    rbac: rbac.map((fact) => {
      if (fact.type === 'binding') {
        const subjects = fact.subjects.filter((subject) => !gone.has(subjectId(fact.at, subject)));
        return subjects.length === fact.subjects.length ? fact : { ...fact, subjects };
      }
      if (fact.type !== 'role') return fact;
      const rules = fact.rules.filter(({ at }) => !gone.has(placedId('narrow-rule', at)));
      return rules.length === fact.rules.length ? fact : { ...fact, rules };
    }),
    network: network.filter((fact) => !('at' in fact) || !gone.has(placedId('close-entry', fact.at))),
  };
}

function applyToOwn(fact: OwnFact, gone: ReadonlySet<string>): OwnFact[] {
  switch (fact.type) {
    case 'workload':
      return [applyToWorkload(fact, gone)];
    case 'token-secret':
      return gone.has(placedId('delete-token-secret', fact.at)) ? [] : [fact];
    case 'namespace':
      return gone.has(namespaceId('enforce-level', fact.name)) ? [] : [fact];
    case 'account': {
      const { identity, ...rest } = fact;
      return identity !== undefined && gone.has(placedId('remove-identity', identity.at)) ? [rest] : [fact];
    }
    case 'volume':
      return gone.has(placedId('delete-volume', fact.at)) ? [] : [fact];
    case 'node':
    case 'claim':
    case 'mutator':
    case 'reviewer':
    case 'settings':
      return [fact];
  }
  return fact;
}

function applyToWorkload(workload: WorkloadFact, gone: ReadonlySet<string>): WorkloadFact {
  const stays = (kind: ChangeKindId, at: Anchor): boolean => !gone.has(placedId(kind, at));
  return {
    ...workload,
    automount: stays('no-token', workload.automountAt) ? workload.automount : false,
    tokens: workload.tokens.filter(({ at }) => stays('no-projected-token', at)),
    secrets: workload.secrets.filter(({ at }) => stays('unmount-secret', at)),
    claims: workload.claims.filter(({ at }) => stays('unmount-claim', at)),
    escapes: workload.escapes.filter((escape) => stays(escapeChangeKind(escape), escape.at)),
  };
}

/** Namespaces as they are with the level that they are given. */
function enforced(gone: ReadonlySet<string>): OwnFact[] {
  const prefix = namespaceId('enforce-level', '');
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  return [...gone]
    .filter((id) => id.startsWith(prefix))
    .map((id) => ({ type: 'namespace', name: id.slice(prefix.length), labels, at: { resource: -1, path: [], location: nowhere } }));
}
