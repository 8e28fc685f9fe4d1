import { defineControl, fail, notApplicable, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { recordOf } from '../../kube/untyped.ts';
import { admissionPlugins } from '../../subjects/admission-plugin.ts';

/** Source: k8s.io/kubernetes v1.37, plugin/pkg/admission/imagepolicy (config.go): `defaultAllow` is false unless it is set. */
export const imagePolicyWebhook: AnyControl = defineControl({
  id: 'pod-security/image-policy-webhook',
  decides: ['IMG-05'],
  title: 'The image policy webhook of the API server lets in no image that nobody has checked',
  why: 'With defaultAllow every image is let in while the service behind the webhook is away or slow, and whoever wants to get one in can see to that.',
  severity: 'medium',
  also: { cis: ['5.5.1'], attack: ['T1610'] },
  subject: admissionPlugins,

  evaluate({ name, at, configuration }) {
    if (name !== 'ImagePolicyWebhook') return notApplicable('another plugin');
    if (configuration === undefined) return unknown(at, 'the image policy webhook is configured in another file', ['node']);
    if (recordOf(configuration['imagePolicy'])['defaultAllow'] === true)
      return fail([...at, 'imagePolicy', 'defaultAllow'], 'the image policy webhook fails open: images that it cannot check are let in');
    // Whether the plugin is switched on, and which images the service behind it refuses.
    return passSoFar(['node', 'cluster']);
  },

  remedy: 'Set defaultAllow to false, and run the service behind the webhook in several replicas outside of what it decides about.',

  examples: () => ({
    pass: {
      'it fails closed': plugin('configuration: { imagePolicy: { kubeConfigFile: /etc/kubernetes/images.conf, defaultAllow: false } }'),
    },
    fail: {
      'it fails open': plugin('configuration: { imagePolicy: { kubeConfigFile: /etc/kubernetes/images.conf, defaultAllow: true } }'),
    },
    unknown: { 'another file': plugin('path: image-policy.yaml') },
    notApplicable: { 'another plugin': plugin('path: event-rate-limit.yaml').replace('ImagePolicyWebhook', 'EventRateLimit') },
  }),
});

function plugin(more: string): string {
  return `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - { name: ImagePolicyWebhook, ${more} }
`;
}
