import { apiGroup, kindName, type LocalSubject, type LocalSubjectKind, type Resource } from '../core/index.ts';
import { kubeletConfigurationKind } from '../kube/kubelet-configuration.ts';
import type { Container } from '../kube/types.ts';
import { listOf, textOf } from '../kube/untyped.ts';
import { containersIn } from './container.ts';

/** A container whose image a node may have already, or the settings of a kubelet that decides who may start it. */
export type ImagePull =
  | {
      readonly type: 'container';
      readonly container: Container;
      /** Its pod names a Secret for the registry. */
      readonly isPrivate: boolean;
    }
  /** `imagePullCredentialsVerificationPolicy` as it stands. */
  | { readonly type: 'kubelet'; readonly policy: string | undefined };

/** Paths of controls are relative to the container, or to the settings. */
export const imagePulls: LocalSubjectKind<ImagePull> = {
  scope: 'local',
  name: 'pull of an image',
  reads: { podTemplates: true, kinds: [kubeletConfigurationKind] },
  example: 'objects',
  subjects({ ref, object, podTemplates }: Resource): readonly LocalSubject<ImagePull>[] {
    if (kindName(apiGroup(ref.apiVersion), ref.kind) === kubeletConfigurationKind)
      return [{ subject: { type: 'kubelet', policy: textOf(object['imagePullCredentialsVerificationPolicy']) }, path: [] }];
    const found: LocalSubject<ImagePull>[] = [];
    for (const template of podTemplates) {
      const isPrivate = listOf(template.spec['imagePullSecrets']).length > 0;
      for (const { container, at } of containersIn(template))
        found.push({ subject: { type: 'container', container, isPrivate }, path: at, container: container.name ?? '' });
    }
    return found;
  },
};
