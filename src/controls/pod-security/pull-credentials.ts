import { defineControl, fail, notApplicable, pass, passSoFar, type AnyControl } from '../../core/index.ts';
import { parseImageReference } from '../../kube/image-reference.ts';
import type { Container } from '../../kube/types.ts';
import { imagePulls } from '../../subjects/image-pull.ts';

/** KubeletEnsureSecretPulledImages, beta and on by default from this minor (KEP-2535); before it the image of one pod was there for all. */
const verifiedSince = 35;

const nobodyKnows = notApplicable('the pod names no Secret for the registry: whether the image is private is not known');
/** Whether a kubelet among the nodes is older, or is configured otherwise. */
const restOnNode = passSoFar(['node']);

export const pullCredentials: AnyControl = defineControl({
  id: 'pod-security/pull-credentials',
  decides: ['IMG-09'],
  title: 'The right to a private image is checked for every pod',
  why: 'An image that one pod has pulled with its credentials lies on the node. Without a check any other pod there starts it by its name, and reads what was meant for one tenant alone.',
  severity: 'low',
  also: { cis: ['1.2.11'] },
  subject: imagePulls,

  evaluate(pull, { version }) {
    if (pull.type === 'kubelet') {
      if (pull.policy !== 'NeverVerify') return version >= verifiedSince ? pass : notApplicable('kubelets before 1.35 check nothing');
      return fail(['imagePullCredentialsVerificationPolicy'], 'the kubelet starts private images on its node for pods without credentials');
    }
    const { container, isPrivate } = pull;
    if (pullsAlways(container)) return pass;
    if (version >= verifiedSince) return restOnNode;
    if (!isPrivate) return nobodyKnows;
    // The API server may set the policy for all (AlwaysPullImages): then it has no effect that it is not set here.
    return fail(['imagePullPolicy'], `container "${container.name ?? ''}" starts a private image that lies on the node for everybody`);
  },

  remedy:
    'From 1.35 leave the policy of the kubelet at NeverVerifyPreloadedImages or stricter; before that enable the admission plugin AlwaysPullImages, or set imagePullPolicy: Always. Pods then wait for the registry when they start.',

  alsoFails: ['network-separation/kubelet-options', 'network-separation/node-reservations', 'network-separation/pod-process-limit'],

  examples: () => ({
    pass: {
      'checked by the kubelet of 1.35': kubelet('NeverVerifyPreloadedImages'),
      'always pulled': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { imagePullSecrets: [{ name: registry }] } } }
`,
    },
    fail: { 'nothing is checked': kubelet('NeverVerify') },
  }),
});

/** What the API server writes where nothing is said: Always for the tag latest, or for no tag (core/v1, SetDefaults_Container). */
function pullsAlways({ imagePullPolicy, image = '' }: Container): boolean {
  if (imagePullPolicy !== undefined && imagePullPolicy !== '') return imagePullPolicy === 'Always';
  const parsed = parseImageReference(image);
  if ('error' in parsed) return false;
  return parsed.tag === 'latest' || (parsed.tag === undefined && parsed.digest === undefined);
}

function kubelet(policy: string): string {
  return `
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
imagePullCredentialsVerificationPolicy: ${policy}
`;
}
