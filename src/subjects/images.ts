import type { LocalSubject, LocalSubjectKind, Path } from '../core/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { containersIn } from './container.ts';
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

const ofContainer: Path = ['image'];

/** Images of all containers and of image volumes. Paths of controls are relative to the container or to the volume. */
export const images: LocalSubjectKind<ImageSubject> = {
  scope: 'local',
  name: 'image',
  reads: podTemplates,
  example: 'container',
  subjects(resource) {
    const found: LocalSubject<ImageSubject>[] = [];
    for (const template of resource.podTemplates) {
      for (const { container, at } of containersIn(template)) {
        const { name = '', image } = container;
        found.push({
          subject: { reference: image || undefined, user: `container "${name}"`, path: ofContainer },
          path: at,
          container: name,
        });
      }
      const { volumes = [] } = template.spec as PodSpec;
      for (let index = 0; index < volumes.length; index++) {
        const { name = '', image } = volumes[index]!;
        if (image === undefined) continue;
        const subject = { reference: image.reference || undefined, user: `volume "${name}"`, path: ['image', 'reference'] };
        found.push({ subject, path: [...template.specPath, 'volumes', index] });
      }
    }
    return found;
  },
};
