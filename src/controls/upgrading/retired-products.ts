import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { productsOfImage } from '../../kube/known-products.ts';
import { retiredProduct } from '../../kube/retired-products.ts';
import { containers } from '../../subjects/container.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';

const noAddOn = notApplicable('no add-on of clusters that is known here');

export const retiredProducts: AnyControl = defineControl({
  id: 'upgrading/retired-products',
  decides: ['UPG-03'],
  title: 'Add-ons of the cluster are still maintained',
  why: 'An ingress controller, a log agent or a network plugin has rights or a position that whoever breaks it takes over. What is retired is not repaired any more: its next flaw stays open.',
  severity: 'medium',
  also: {},
  subject: containers,
  judgesSystem: true,

  evaluate({ container: { image = '' }, name }) {
    const retired = retiredProduct(image);
    if (retired !== undefined) {
      const text = (most: number): string => `container "${short(name, most)}" runs ${retired.name}, retired since ${retired.since}`;
      return fail(
        ['image'],
        fitted((most) => `${text(most)}: use ${retired.instead}`, text),
      );
    }
    // Whether its minor is still kept up, and which flaws it has, its releases and a scanner say.
    return productsOfImage(image).length > 0 ? passSoFar(['image', 'person']) : noAddOn;
  },

  remedy: 'Replace it by what its makers name, side by side first, and remove its rights, webhooks and definitions with it.',

  alsoFails: ['pod-security/image-digest'],

  examples: () => ({
    pass: { 'an add-on that is maintained': running('quay.io/prometheus/prometheus:v3.5.0') },
    fail: {
      'an ingress controller': running('registry.k8s.io/ingress-nginx/controller:v1.14.0'),
      'an etcd that has ended': running('registry.example.com/mirror/etcd:3.4.13-0'),
      'a folder of a registry': running('docker.io/bitnamilegacy/redis:7.2.5'),
      'a frozen registry': running('k8s.gcr.io/pause:3.1'),
    },
    notApplicable: {
      'an application':
        'image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d',
    },
  }),
});

function running(name: string): string {
  return `image: ${name}@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d`;
}
