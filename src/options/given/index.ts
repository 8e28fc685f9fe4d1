import { nothingGiven, type Given } from '../../core/index.ts';
import { readDigests } from './digests.ts';
import { readImages } from './images.ts';
import { readResources } from './resources.ts';
import type { GivenFile } from './text.ts';

export type { GivenFile } from './text.ts';

/** The files of facts that a user named, read already. */
export interface GivenFiles {
  readonly digests?: GivenFile;
  readonly images?: GivenFile;
  readonly resources?: GivenFile;
}

/**
 * What the files say, for fixes (docs/fix-inputs.md).
 * @throws OptionError in three lines (what, where, what to do) where a file does not say what it must.
 */
export function readGiven({ digests, images, resources }: GivenFiles): Given {
  return {
    ...nothingGiven.given,
    ...(digests === undefined ? {} : { digestOf: readDigests(digests) }),
    ...(images === undefined ? {} : { imageOf: readImages(images) }),
    ...(resources === undefined ? {} : readResources(resources)),
  };
}
