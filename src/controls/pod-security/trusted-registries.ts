import { defineControl, fail, pass, strings, unknown, type AnyControl } from '../../core/index.ts';
import { imageMatches, parseImageReference } from '../../kube/image-reference.ts';
import { images } from '../../subjects/images.ts';

export const trustedRegistries: AnyControl = defineControl({
  id: 'pod-security/trusted-registries',
  decides: ['IMG-02'],
  title: 'Images come from registries that are trusted',
  why: 'An image is code that runs with the rights of the workload. From a registry that nobody vouches for, it is code of anybody who may push there.',
  severity: 'medium',
  also: { cis: ['5.5.1'], attack: ['T1525', 'T1204.003'] },
  subject: images,
  params: {
    allowed: strings('Registries, with a path where only a part is trusted: registry.example.com, *.example.com, ghcr.io/team', []),
  },

  evaluate({ reference, user, path }, { params }) {
    if (reference === undefined) return unknown(path, `${user} names no image: another tool fills it in`, ['cluster']);
    const image = parseImageReference(reference);
    if ('error' in image) return unknown(path, `${user} has an image that cannot be told: ${image.error}`, ['cluster']);
    if (params.allowed.length === 0)
      return unknown(path, `${user} takes its image from "${image.registry}": no registry is set as trusted`, ['person']);
    if (params.allowed.some((entry) => imageMatches(image, entry))) return pass;
    return fail(path, `${user} takes its image from "${image.registry}", which is not trusted`);
  },

  remedy: 'Copy the image to a registry that is trusted, by its digest, or add the registry to the list.',

  examples: () => ({
    params: { allowed: ['registry.example.com', 'docker.io/library/busybox'] },
    pass: {
      'a trusted host':
        'image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
      'a trusted repository, by its short name':
        'image: busybox:1.37@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
    },
    fail: {
      'a foreign host that begins like a trusted one':
        'image: registry.example.com.evil.net/web@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
      'another repository of the same registry':
        'image: busybox-tools/shell@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
    },
    unknown: { 'no image': 'image: null', 'a name that another tool fills in': 'image: "{{ image }}"' },
  }),
});
