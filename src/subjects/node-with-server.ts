import type { Anchor, JoinedSubjectKind, ResourceRef } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer } from '../kube/api-server.ts';
import { isNode, type NodeObject } from './node.ts';

/** A node beside the API server that its kubelet talks to. */
export interface NodeWithServerSubject {
  readonly name: string;
  readonly kubeletVersion: string | undefined;
  /** Where its version stands. */
  readonly at: Anchor;
  /** Empty where no API server was asked, as in a dump. */
  readonly server: Pick<ObservedApiServer, 'version' | 'time'>;
}

type Memory =
  | { readonly type: 'node'; readonly ref: ResourceRef; readonly kubeletVersion: string | undefined; readonly at: Anchor }
  | { readonly type: 'server'; readonly server: NodeWithServerSubject['server'] };

export const nodesWithServer: JoinedSubjectKind<NodeWithServerSubject, Memory> = {
  scope: 'joined',
  name: 'node with its API server',
  reads: { podTemplates: false, kinds: ['Node', observedApiServerKind] },
  example: 'objects',

  remember(resource, anchor) {
    const { ref, object } = resource;
    if (isObservedApiServer(ref)) {
      const { version, time } = (object as { readonly status?: ObservedApiServer }).status ?? {};
      return { type: 'server', server: { ...(version === undefined ? {} : { version }), ...(time === undefined ? {} : { time }) } };
    }
    if (!isNode(resource)) return undefined;
    const { kubeletVersion } = (object as NodeObject).status?.nodeInfo ?? {};
    return { type: 'node', ref, kubeletVersion, at: anchor(['status', 'nodeInfo', 'kubeletVersion']) };
  },

  *subjects(memories) {
    const server = memories.find((memory) => memory.type === 'server')?.server ?? {};
    for (const memory of memories) {
      if (memory.type !== 'node') continue;
      const { ref, kubeletVersion, at } = memory;
      yield { subject: { name: ref.name, kubeletVersion, at, server }, ref, at };
    }
  },
};
