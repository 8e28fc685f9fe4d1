import { decline, defineControl, fail, pass, set, unknown, type AnyControl } from '../../core/index.ts';
import { parseImageReference } from '../../kube/image-reference.ts';
import { images } from '../../subjects/images.ts';

export const imageDigest: AnyControl = defineControl({
  id: 'pod-security/image-digest',
  decides: ['IMG-07'],
  title: 'Images are named by their digest',
  why: 'A tag can be moved to another image. Two nodes then run different code under one name, what was scanned is not what runs, and nobody can go back.',
  severity: 'medium',
  also: { attack: ['T1525', 'T1036.005'] },
  subject: images,

  evaluate({ reference, user, path }) {
    if (reference === undefined) return unknown(path, `${user} names no image: another tool fills it in`, ['cluster']);
    const image = parseImageReference(reference);
    if ('error' in image) return unknown(path, `${user} has an image that cannot be told: ${image.error}`, ['cluster']);
    if (image.digest !== undefined) return pass;
    if (image.tag === undefined) return fail(path, `${user} names no version of its image, which means "latest"`);
    if (image.tag === 'latest') return fail(path, `${user} runs the image "latest", whichever that is at the moment`);
    return fail(path, `${user} names its image by the tag "${image.tag}", which can be moved`, 'low');
  },

  fix: {
    safety: 'safe',
    risk: 'the pods keep this image when the tag moves on: let an updater raise tag and digest together',
    edits: ({ reference = '', user, path }, { given }) => {
      const image = parseImageReference(reference);
      const digest = given.digestOf(reference);
      if ('error' in image || digest === undefined)
        return decline(`nobody said which digest the image of ${user} has: --digests FILE says it`, []);
      const edits = [set(path, `${reference}@${digest}`)];
      // A version that is fixed runs on as it is. "latest" moves by intent: from now on a person raises it.
      return image.tag === undefined || image.tag === 'latest' ? { edits, safety: 'review' } : edits;
    },
  },

  examples: () => ({
    said: { given: { digestOf: () => 'sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d' } },
    pass: {
      'tag and digest':
        'image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
      'latest, but with the digest':
        'image: registry.example.com/shop/web:latest@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
    },
    fail: {
      'no version': 'image: registry.example.com:5000/shop/web',
      latest: 'image: registry.example.com/shop/web:latest',
      'a version': 'image: registry.example.com/shop/web:1.4.2',
    },
    unknown: { 'no image': 'image: null', 'a name that another tool fills in': 'image: "{{ image }}"' },
  }),
});
