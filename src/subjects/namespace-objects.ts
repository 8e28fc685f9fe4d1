import type { LocalSubjectKind, Resource } from '../core/index.ts';

export interface NamespaceObjectSubject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Paths of controls are relative to the object. */
export const namespaceObjects: LocalSubjectKind<NamespaceObjectSubject> = {
  scope: 'local',
  name: 'namespace object',
  reads: { podTemplates: false, kinds: ['Namespace'] },
  example: 'objects',
  subjects(resource) {
    if (!isNamespace(resource)) return [];
    return [{ subject: { name: resource.ref.name, labels: resource.metadata.labels ?? {} }, path: [] }];
  },
};

/** The core group's kind; other groups have kinds of the same name. */
export function isNamespace({ ref }: Resource): boolean {
  return ref.kind === 'Namespace' && ref.apiVersion === 'v1';
}
