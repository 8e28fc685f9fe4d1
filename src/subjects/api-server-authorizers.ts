import {
  apiGroup,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type PodTemplate,
  type ResourceRef,
} from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer, type ObservedEnforcement } from '../kube/api-server.ts';
import { flagsOf } from '../kube/control-plane-flags.ts';
import { isObject } from '../kube/shape-reader.ts';
import { isApiServer } from './api-server-container.ts';
import { containersOf } from './container.ts';

/** One of the places that show by whom an API server is authorised: its flags, its file, or what it answers to a stranger. */
export type AuthorizersSubject =
  | {
      readonly seen: 'flags';
      readonly container: string;
      /** Of the flag --authorization-mode; undefined without it. */
      readonly modes: readonly string[] | undefined;
      /** It names a file instead, which was not read. */
      readonly inFile: boolean;
      readonly at: Anchor;
    }
  | { readonly seen: 'file'; readonly modes: readonly string[]; readonly at: Anchor }
  | { readonly seen: 'answer'; readonly stranger: ObservedEnforcement['stranger'] | undefined; readonly at: Anchor };

type Memory = { readonly ref: ResourceRef } & AuthorizersSubject;

const fileKind = 'AuthorizationConfiguration.apiserver.config.k8s.io';

export const authorizers: JoinedSubjectKind<AuthorizersSubject, readonly Memory[]> = {
  scope: 'joined',
  name: 'authorizers of an API server',
  reads: { podTemplates: true, kinds: [observedApiServerKind, fileKind], system: true },
  example: 'objects',

  remember({ ref, object, podTemplates }, anchor) {
    if (podTemplates.length > 0) return seenByFlags(ref, podTemplates, anchor);
    if (isObservedApiServer(ref)) {
      const { enforcement } = (object as { readonly status?: ObservedApiServer }).status ?? {};
      return [{ seen: 'answer', stranger: enforcement?.stranger, ref, at: anchor(['status']) }];
    }
    if (`${ref.kind}.${apiGroup(ref.apiVersion)}` === fileKind) {
      const listed = object['authorizers'];
      const types = (Array.isArray(listed) ? listed : []).flatMap((each) =>
        isObject(each) && typeof each['type'] === 'string' ? [each['type']] : [],
      );
      return [{ seen: 'file', modes: types, ref, at: anchor(['authorizers']) }];
    }
    return undefined;
  },

  *subjects(memories) {
    const all = memories.flat();
    const shown = all.some(({ seen }) => seen !== 'answer');
    const file = all.some(({ seen }) => seen === 'file');
    for (const each of all) {
      // Without an answer the server says nothing that its flags do not say.
      if (each.seen === 'answer' && each.stranger === undefined && shown) continue;
      if (each.seen === 'flags' && each.inFile && file) continue;
      yield subjectOf(each);
    }
  },
};

function seenByFlags(ref: ResourceRef, podTemplates: readonly PodTemplate[], anchor: AnchorOf): readonly Memory[] | undefined {
  let found: Memory[] | undefined;
  for (const { spec, specPath } of podTemplates) {
    for (const { container, path } of containersOf(spec)) {
      if (!isApiServer(container)) continue;
      const flags = flagsOf(container, ['authorization-mode', 'authorization-config']);
      // A list that is given twice is one list.
      const modes = flags.filter(({ name }) => name === 'authorization-mode').flatMap(({ value }) => value.split(','));
      const inFile = flags.some(({ name }) => name === 'authorization-config');
      const where = flags[0]?.paths[0] ?? [container.command === undefined ? 'args' : 'command'];
      const at = anchor([...specPath, ...path, ...where]);
      (found ??= []).push({ seen: 'flags', container: container.name ?? '', modes: modes.length > 0 ? modes : undefined, inFile, ref, at });
    }
  }
  return found;
}

function subjectOf({ ref, ...subject }: Memory): JoinedSubject<AuthorizersSubject> {
  return { subject, ref, at: subject.at };
}
