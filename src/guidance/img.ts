import type { Chapter } from './recommendation.ts';

/** How images are built, where they come from, and what admits them. */
export const img: Chapter = {
  code: 'IMG',
  title: 'Secure container images',
  section: 'Building secure container images',
  recommendations: [
    {
      code: 'IMG-01',
      title: 'Image is built for a non-root numeric user',
      reference: 'v1.0 p. 8, appendix A; v1.2 "Building secure container images"',
      origin: 'v1.0',
      asks: 'Images are built to run under a numeric user and group other than root, so that a Pod is safe even if nobody overrides the user.',
      today: 'Appendix A uses a user name. The kubelet cannot verify a name and refuses such an image under runAsNonRoot.',
      remedy:
        'End the last stage of the Dockerfile with a numeric user and group, and give that user only the paths it needs. A start can fail on missing file permissions, so run the image with a read-only root file system before release.',
      evidence: ['image'],
      errata: [10],
      mappings: { cis: ['Docker 4.1'], attack: ['T1611'] },
    },
    {
      code: 'IMG-02',
      title: 'Trusted registries only',
      reference: 'v1.0 p. 8, figure 4; v1.2 "Building secure container images"',
      origin: 'v1.0',
      asks: 'Every image comes from a registry and repository that the organisation has approved.',
      today:
        'Mirrors, redirects of registries and the legacy Kubernetes image registry, which has been frozen since April 2023, need the same attention.',
      remedy:
        'Write down the approved sources and let admission refuse all others. Images of unknown origin stop at their next rollout, so replay recent Pod creations against the list.',
      evidence: ['manifest', 'cluster', 'person'],
      mappings: { cis: ['5.5.1'], attack: ['T1525', 'T1204.003'] },
    },
    {
      code: 'IMG-03',
      title: 'Vulnerability scan through the whole build workflow',
      reference: 'v1.0 pp. 2, 8-9, figure 4; v1.2 "Building secure container images"',
      origin: 'v1.0',
      asks: 'Images are scanned for known vulnerabilities and outdated packages at every step from build to deployment, and again while they run.',
      today:
        'Scans now take place at build time, in the registry, at admission and continuously; a software bill of materials makes repeated matching possible without another pull.',
      remedy:
        'Add a scan to the pipeline and schedule rescans of what runs. Scanning is harmless; a gate on its result can hold back a release.',
      evidence: ['image', 'cloud', 'cluster', 'person'],
      mappings: { cis: ['EKS 5.1.1', 'AKS 5.1.1'], attack: ['T1190'] },
    },
    {
      code: 'IMG-04',
      title: 'Image misconfiguration scan',
      reference: 'v1.0 p. 8',
      origin: 'v1.0',
      asks: 'Images are examined for insecure configuration too, such as needless open ports and excessive file permissions.',
      today:
        'The same examination now extends to embedded secrets, setuid programs, package managers and paths that everybody can write to.',
      remedy:
        'Correct the Dockerfile, build in stages and use a minimal base image. Missing tools can break the program, so run its tests in the new image.',
      evidence: ['image'],
      mappings: { cis: ['Docker 4'], attack: ['T1525'] },
    },
    {
      code: 'IMG-05',
      title: 'Admission gate for image policy',
      reference: 'v1.0 p. 9, figure 4',
      origin: 'v1.0',
      asks: 'An admission controller refuses images that do not satisfy the policy of the organisation, in every namespace for users.',
      today:
        'Today the gate is the ImagePolicyWebhook, a validating webhook, a policy engine that verifies signatures, or the binary authorization of a cloud. A ValidatingAdmissionPolicy checks digest and registry, but cannot ask a scanner.',
      remedy:
        'Install the policy so that it reports first and refuses later. An outage of the gate blocks scheduling, so run it redundantly and exclude what it depends on.',
      evidence: ['cluster', 'node', 'cloud'],
      mappings: { cis: ['5.5.1'], attack: ['T1610'] },
    },
    {
      code: 'IMG-06',
      title: 'False-positive handling with accountable waivers',
      reference: 'v1.1 "Building secure container images" (absent in v1.0)',
      origin: 'v1.1',
      asks: 'Results of a scanner that do not apply are dismissed by a qualified person, who gives a reason and takes responsibility for it.',
      today: 'Exchange formats for such statements (VEX in the forms OpenVEX and CSAF) and waivers with an expiry date serve this purpose.',
      remedy: 'Record each dismissal with author, reason, scope and expiry under version control. Workloads are not affected.',
      evidence: ['person'],
    },
    {
      code: 'IMG-07',
      title: 'Images referenced by digest',
      reference: 'not in v1.0 (appendices A and B use a latest tag); follows from v1.2 "Threat detection", table row 1',
      origin: 'derived',
      asks: 'Workloads name their images by digest or by a tag that the registry never moves, so that the running bytes are those that were approved.',
      today: '',
      remedy: 'Write the digest beside the tag. Patches no longer arrive by themselves, so let an updater propose new digests.',
      evidence: ['manifest', 'cluster'],
      errata: [10, 11],
      mappings: { attack: ['T1525', 'T1036.005'] },
    },
    {
      code: 'IMG-08',
      title: 'Image signature and provenance verified',
      reference: 'not in v1.0 as a setting; follows from the supply chain risk of v1.0 p. 5',
      origin: 'derived',
      asks: 'The signature and the provenance of each image are verified against known identities before it is admitted.',
      today: 'Signatures with long-lived or short-lived keys and SLSA provenance statements are established practice today.',
      remedy:
        'Write the verification policy from the signers seen so far and let it report first. Unsigned images of third parties are refused once it is enforced.',
      evidence: ['image', 'cluster', 'cloud'],
      mappings: { cis: ['5.5.1'], attack: ['T1525'] },
    },
    {
      code: 'IMG-09',
      title: 'Pull credentials verified for each Pod',
      reference: 'not in the guide; follows from sharing nodes between tenants',
      origin: 'derived',
      asks: 'A Pod gets a private image from the cache of a node only if it could pull this image itself.',
      today:
        'The pull policy Always or the admission plugin AlwaysPullImages enforces it. From 1.35 the kubelet verifies pull credentials itself (KubeletEnsureSecretPulledImages, beta and on), except for images that were preloaded.',
      remedy: 'Enable the admission plugin or the kubelet policy. While the registry is away, Pods cannot restart.',
      evidence: ['manifest', 'cluster', 'node'],
      mappings: { cis: ['1.2.11'] },
    },
  ],
};
