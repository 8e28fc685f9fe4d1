import type { Anchor, JoinedSubject, JoinedSubjectKind, Path, Resource, ResourceRef } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type AnonymousAnswer, type ObservedApiServer } from '../kube/api-server.ts';
import { flagsOf, switchOf } from '../kube/control-plane-flags.ts';
import type { Container, PodSpec } from '../kube/types.ts';
import { isApiServer } from './api-server-container.ts';

/** An API server, with what tells whether it takes requests without credentials. */
export interface AnonymousAccessSubject {
  readonly at: Anchor;
  readonly access: AnonymousAccess;
}

export type AnonymousAccess =
  /** It was asked. */
  | { readonly type: 'answers'; readonly answers: readonly AnonymousAnswer[] }
  /** Its flags are seen, because it runs as a pod; `file` where one of them names a file that decides. */
  | { readonly type: 'flags'; readonly accepts: 'yes' | 'no' | 'file' }
  /** Nobody asked it; `proxy` where somebody did, through a proxy that may add credentials. */
  | { readonly type: 'unasked' }
  | { readonly type: 'proxy' };

interface Memory extends AnonymousAccessSubject {
  readonly ref: ResourceRef;
}

/** The one that was asked, and those that run as pods of the cluster. */
export const anonymousAccess: JoinedSubjectKind<AnonymousAccessSubject, Memory> = {
  scope: 'joined',
  name: 'API server, asked without credentials or seen with its flags',
  reads: { podTemplates: false, kinds: ['Pod', observedApiServerKind], system: true },
  example: 'objects',

  remember(resource, anchor) {
    const { ref, object } = resource;
    if (ref.kind === 'Pod' && ref.apiVersion === 'v1') {
      const flags = flagsIn(resource);
      return flags && { ref, at: anchor(flags.path), access: flags.access };
    }
    if (isObservedApiServer(ref)) {
      const { status } = object as { readonly status?: ObservedApiServer };
      return { ref, at: anchor(['status', 'anonymous']), access: accessOf(status) };
    }
    return undefined;
  },

  *subjects(memories): Generator<JoinedSubject<AnonymousAccessSubject>> {
    // Where flags are seen, that nobody asked leaves nothing open.
    const told = memories.filter(({ access }) => access.type !== 'unasked');
    for (const { ref, at, access } of told.length > 0 ? told : memories) yield { subject: { at, access }, ref, at };
  },
};

function accessOf({ anonymous, endpoint }: ObservedApiServer = {}): AnonymousAccess {
  if (anonymous === undefined) return { type: 'unasked' };
  // API servers speak TLS alone.
  return endpoint?.tls === undefined ? { type: 'proxy' } : { type: 'answers', answers: anonymous };
}

function flagsIn({ podTemplates: [template] }: Resource): { readonly path: Path; readonly access: AnonymousAccess } | undefined {
  const { containers = [] }: PodSpec = template?.spec ?? {};
  const index = containers.findIndex(isApiServer);
  const container: Container | undefined = containers[index];
  if (container === undefined || template === undefined) return undefined;
  const given = switchOf(container, 'anonymous-auth');
  const file = flagsOf(container, ['authentication-config'])[0]?.paths[0];
  const path = given?.path ?? file ?? [container.command === undefined ? 'args' : 'command'];
  // On by default; the flag and a file that decides exclude each other.
  const accepts = given === undefined ? (file === undefined ? 'yes' : 'file') : given.on ? 'yes' : 'no';
  return { path: [...template.specPath, 'containers', index, ...path], access: { type: 'flags', accepts } };
}
