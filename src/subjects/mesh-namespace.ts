import type { Anchor, AnchorOf, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import { apiGroup } from '../core/index.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';
import { isNamespace } from './namespace-objects.ts';

/** A namespace whose pods are in a service mesh, with the policies on requests that hold there. */
export interface MeshNamespace {
  readonly title: string;
  readonly mesh: 'Istio' | 'Linkerd';
  /** Linkerd's policy for what nobody has decided on; undefined where the control plane decides. */
  readonly defaultPolicy: string | undefined;
  readonly policies: readonly MeshPolicy[];
  readonly namedAt: Anchor;
}

/** An AuthorizationPolicy of Istio that allows: it denies what it does not allow to those that it selects. */
export interface MeshPolicy {
  readonly name: string;
  readonly selectsEveryPod: boolean;
  /** The first rule that is for every request. */
  readonly everything: Anchor | undefined;
}

type Memory =
  | ({ readonly type: 'namespace'; readonly ref: ResourceRef; readonly at: Anchor } & Omit<MeshNamespace, 'policies'>)
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: MeshPolicy };

const policyKind = 'AuthorizationPolicy.security.istio.io';

/** As in `Reads`. */
export const meshKinds: readonly string[] = ['Namespace', policyKind];

/** The root namespace of Istio unless its configuration names another: policies there hold in all. */
const rootNamespace = 'istio-system';

export const meshNamespaces: JoinedSubjectKind<MeshNamespace, Memory> = {
  scope: 'joined',
  name: 'namespace of a service mesh',
  reads: { podTemplates: false, kinds: meshKinds },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref } = resource;
    if (isNamespace(resource)) return namespaceOf(resource, anchor);
    if (`${ref.kind}.${apiGroup(ref.apiVersion)}` !== policyKind) return undefined;
    const policy = policyOf(resource, anchor);
    return policy && { type: 'policy', namespace: context.namespaceOf(resource), policy };
  },

  *subjects(memories): Generator<JoinedSubject<MeshNamespace>> {
    const told = new Set<string>();
    for (const memory of memories) {
      if (memory.type !== 'namespace') continue;
      const { type: _, ref, at, ...namespace } = memory;
      // Files of several installations tell the same namespace again.
      const key = JSON.stringify([ref.name, namespace.mesh, namespace.defaultPolicy]);
      if (told.has(key)) continue;
      told.add(key);
      const policies = memories.flatMap((other) => (other.type === 'policy' && holdsIn(ref.name, other) ? [other.policy] : []));
      yield { subject: { ...namespace, policies }, ref, at };
    }
  },
};

/** What the root namespace says of some pods, mostly of the gateways that run there, is nothing about the other namespaces. */
function holdsIn(name: string, { namespace, policy }: Memory & { readonly type: 'policy' }): boolean {
  return namespace === name || (namespace === rootNamespace && policy.selectsEveryPod);
}

/** By the labels of Istio's sidecars and of its ambient mode, or by the annotation of Linkerd. */
function namespaceOf({ ref, metadata: { labels = {}, annotations = {} } }: Resource, anchor: AnchorOf): Memory | undefined {
  const injected =
    labels['istio-injection'] === 'enabled' || (labels['istio.io/rev'] !== undefined && labels['istio-injection'] !== 'disabled');
  const istio = injected || labels['istio.io/dataplane-mode'] === 'ambient';
  if (!istio && annotations['linkerd.io/inject'] !== 'enabled' && annotations['linkerd.io/inject'] !== 'ingress') return undefined;
  return {
    type: 'namespace',
    ref,
    at: anchor([]),
    title: `namespace "${ref.name}"`,
    mesh: istio ? 'Istio' : 'Linkerd',
    defaultPolicy: annotations['config.linkerd.io/default-inbound-policy'],
    namedAt: anchor(['metadata', 'name']),
  };
}

/**
 * Of those that audit, ask somebody else or deny some requests nothing is kept: they let nothing in. Nor of those that only log what
 * they would do.
 */
function policyOf({ ref, object, metadata }: Resource, anchor: AnchorOf): MeshPolicy | undefined {
  const spec = recordOf(object['spec']);
  if (metadata.annotations?.['istio.io/dry-run'] === 'true') return undefined;
  const action = textOf(spec['action']) ?? 'ALLOW';
  const selects = Object.keys(recordOf(recordOf(spec['selector'])['matchLabels'])).length > 0;
  const everything = listOf(spec['rules']).findIndex(isForEverything);
  // What denies everything leaves no more through than what allows nothing.
  const deniesAll = action === 'DENY' && everything >= 0;
  if (action !== 'ALLOW' && !deniesAll) return undefined;
  return {
    name: ref.name,
    selectsEveryPod: !selects && spec['targetRefs'] === undefined && spec['targetRef'] === undefined,
    everything: everything < 0 || deniesAll ? undefined : anchor(['spec', 'rules', everything]),
  };
}

/** Names neither who asks nor when, and of what is asked for nothing but stars. */
function isForEverything(rule: unknown): boolean {
  const { from, to, when } = recordOf(rule);
  if (listOf(from).length > 0 || listOf(when).length > 0) return false;
  const asked = listOf(to).map((each) => Object.entries(recordOf(recordOf(each)['operation'])));
  const isOpen = ([field, values]: [string, unknown]): boolean =>
    !field.startsWith('not') && listOf(values).some((value) => value === '*' || value === '/*');
  return asked.length === 0 || asked.some((fields) => fields.every(isOpen));
}
