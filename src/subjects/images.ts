import type { LocalSubject, LocalSubjectKind, Path } from '../core/index.ts';
import type { Volume } from '../kube/types.ts';
import { containersOf } from './container.ts';
import { podTemplates } from './pod.ts';

/** The name of one image that a pod template makes the nodes pull. */
export interface ImageSubject {
  /** As written; undefined where a container leaves it to another tool. */
  readonly reference: string | undefined;
  /** For messages: `container "web"`. */
  readonly user: string;
  /** Where the name stands, relative to the subject. */
  readonly path: Path;
}

/** Images of all containers and of image volumes. Paths of controls are relative to the container or to the volume. */
export const images: LocalSubjectKind<ImageSubject> = {
  scope: 'local',
  name: 'image',
  reads: podTemplates,
  example: 'container',
  subjects(resource) {
    const found: LocalSubject<ImageSubject>[] = [];
    for (const { spec, specPath } of resource.podTemplates) {
      for (const { container, path } of containersOf(spec)) {
        const name = container.name ?? '';
        const subject = { reference: container.image || undefined, user: `container "${name}"`, path: ['image'] };
        found.push({ subject, path: [...specPath, ...path], container: name });
      }
      const volumes = (spec['volumes'] ?? []) as readonly Volume[];
      for (const [index, { name = '', image }] of volumes.entries()) {
        if (image === undefined) continue;
        const subject = { reference: image.reference || undefined, user: `volume "${name}"`, path: ['image', 'reference'] };
        found.push({ subject, path: [...specPath, 'volumes', index] });
      }
    }
    return found;
  },
};
