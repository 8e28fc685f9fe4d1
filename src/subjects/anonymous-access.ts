import {
  apiGroup,
  type Anchor,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Path,
  type Resource,
  type ResourceRef,
} from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type AnonymousAnswer, type ObservedApiServer } from '../kube/api-server.ts';
import { flagsOf, switchOf } from '../kube/control-plane-flags.ts';
import { isObject } from '../kube/shape-reader.ts';
import type { Container, PodSpec } from '../kube/types.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';
import { isApiServer } from './api-server-container.ts';

/** An API server, with what tells whether it takes requests without credentials. */
export interface AnonymousAccessSubject {
  readonly at: Anchor;
  readonly access: AnonymousAccess;
}

export type AnonymousAccess =
  /** It was asked. */
  | { readonly type: 'answers'; readonly answers: readonly AnonymousAnswer[] }
  /** Its flags are seen, because it runs as a pod; `file` where one of them names a file that was not read. */
  | { readonly type: 'flags'; readonly accepts: 'yes' | 'no' | 'file' }
  /** Its file of settings is seen; without an opinion the flags decide. */
  | { readonly type: 'file'; readonly accepts: 'yes' | 'no' | 'flags' }
  /** Nobody asked it; `proxy` where somebody did, through a proxy that may add credentials. */
  | { readonly type: 'unasked' }
  | { readonly type: 'proxy' };

interface Memory extends AnonymousAccessSubject {
  readonly ref: ResourceRef;
}

const fileKind = 'AuthenticationConfiguration.apiserver.config.k8s.io';

/** The one that was asked, those that run as pods of the cluster, and the file that such a one is started with. */
export const anonymousAccess: JoinedSubjectKind<AnonymousAccessSubject, Memory> = {
  scope: 'joined',
  name: 'API server, asked without credentials or seen with its flags or their file',
  reads: { podTemplates: false, kinds: ['Pod', observedApiServerKind, fileKind], system: true },
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
    if (`${ref.kind}.${apiGroup(ref.apiVersion)}` === fileKind)
      return { ref, at: anchor(['anonymous']), access: { type: 'file', accepts: acceptsByFile(object['anonymous']) } };
    return undefined;
  },

  *subjects(memories): Generator<JoinedSubject<AnonymousAccessSubject>> {
    // Where flags are seen, that nobody asked leaves nothing open.
    const told = memories.filter(({ access }) => access.type !== 'unasked');
    const files = memories.flatMap(({ access }) => (access.type === 'file' ? [access.accepts] : []));
    for (const { ref, at, access } of told.length > 0 ? told : memories) {
      if (access.type === 'file' && access.accepts === 'flags') continue;
      if (access.type !== 'flags' || access.accepts !== 'file' || files.length === 0) yield { subject: { at, access }, ref, at };
      else if (files.includes('flags')) yield { subject: { at, access: { type: 'flags', accepts: 'yes' } }, ref, at };
    }
  },
};

/** Paths that only say whether the API server is well. */
const ofHealth = /^\/(?:livez|readyz|healthz)(?:\/|$)/;

/** Conditions are paths, of which one has to be asked for (k8s.io/apiserver v0.37, pkg/apis/apiserver, AnonymousAuthConfig). */
function acceptsByFile(anonymous: unknown): 'yes' | 'no' | 'flags' {
  if (!isObject(anonymous)) return 'flags';
  if (anonymous['enabled'] !== true) return 'no';
  const paths = listOf(anonymous['conditions']).map((each) => textOf(recordOf(each)['path']) ?? '');
  return paths.length > 0 && paths.every((path) => ofHealth.test(path)) ? 'no' : 'yes';
}

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
