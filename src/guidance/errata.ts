import type { Erratum } from './recommendation.ts';

/** Mistakes of v1.0 in the order of its pages: nothing here may generate them, and what was built from them is worth detecting. */
export const errata: readonly Erratum[] = [
  {
    number: 1,
    place: 'v1.0 p. 4',
    defect: 'The overview names 10251 as the port of the kubelet.',
    instead: 'The kubelet listens on 10250.',
  },
  {
    number: 2,
    place: 'v1.0 pp. 4, 15',
    defect: 'The scheduler is said to use port 10251 and the controller manager port 10252.',
    instead: 'Their ports are 10259 and 10257; v1.2 has them right.',
  },
  {
    number: 3,
    place: 'v1.0 p. 15',
    defect:
      'A flag is recommended to close the insecure port of the API server. Insecure serving had ended with 1.20, eight months before the guide appeared, and from 1.24 on the flag keeps the API server from starting.',
    instead: 'Remove the flag.',
  },
  {
    number: 4,
    place: 'v1.0 p. 13',
    defect: 'Kubernetes is said to create three namespaces.',
    instead: 'It creates four: default, kube-system, kube-public and kube-node-lease.',
  },
  {
    number: 5,
    place: 'v1.0 p. 14',
    defect: 'A namespace is said to hold a single LimitRange.',
    instead: 'It can hold several. Which default then applies is undefined, so keep one of them for the defaults.',
  },
  {
    number: 6,
    place: 'v1.0 p. 17',
    defect: 'Encryption at rest is demanded without a word on the strength of the providers, and appendix H shows aescbc.',
    instead: 'Use KMS v2 or secretbox.',
  },
  {
    number: 7,
    place: 'v1.0 p. 20',
    defect: 'RBAC is verified with the command kubectl api-version, which does not exist.',
    instead: 'The command is kubectl api-versions. A served RBAC API still does not prove that RBAC decides requests.',
  },
  {
    number: 8,
    place: 'v1.0 p. 20',
    defect: 'The authorization mode is set to RBAC alone, which switches the Node authorizer off.',
    instead: 'Set Node,RBAC or use a structured authorization configuration with both.',
  },
  {
    number: 9,
    place: 'v1.0 p. 21',
    defect: 'A Role is said to be unchangeable once it is bound.',
    instead: 'Only the roleRef of a binding cannot be changed; the rules of the Role can be changed at any time.',
  },
  {
    number: 10,
    place: 'v1.0 appendix A',
    defect: 'The image runs as a user given by name and is built on a latest tag.',
    instead: 'Give user and group as numbers, and the base image with its digest.',
  },
  {
    number: 11,
    place: 'v1.0 appendix B',
    defect: 'The example for a read-only file system has a writable emptyDir without a size limit, runs as root and uses a latest tag.',
    instead: 'Bound the volume, set a non-root user and pin the image, as POD-05 describes.',
  },
  {
    number: 12,
    place: 'v1.0 appendix C',
    defect: 'The Pod Security Policy is indented wrongly, belongs to an API that no longer exists and uses alpha annotations.',
    instead: 'Use Pod Security Admission and a policy for what the Pod Security Standards leave out.',
  },
  {
    number: 13,
    place: 'v1.0 appendix D',
    defect: 'The command kubectl config use-context is shown as the way to change the namespace.',
    instead: 'The command is kubectl config set-context --current --namespace with the name of the namespace.',
  },
  {
    number: 14,
    place: 'v1.0 appendix E',
    defect:
      'The network policies spell policyTypes as policyType, have list dashes without a space and typographic quotes, and the example for access leaves egress open.',
    instead: 'Write valid policies for both directions and let the API server validate fields strictly.',
  },
  {
    number: 15,
    place: 'v1.0 appendix F',
    defect: 'The LimitRange lacks two colons and is not valid YAML.',
    instead: 'Write the keys with their colons.',
  },
  {
    number: 16,
    place: 'v1.0 appendix G',
    defect: 'A resource quota is said to be possible in the configuration of a Pod.',
    instead: 'A quota exists for namespaces only; a Pod has requests and limits.',
  },
  {
    number: 17,
    place: 'v1.0 appendices H, I',
    defect:
      'The encryption configuration keeps the identity provider as fallback. The KMS example is version 1, its socket address is malformed, and the socket lies in a directory that everybody can write to.',
    instead:
      'Use KMS v2, write the address with three slashes (unix:///), keep the socket in a protected directory and drop identity after the migration.',
  },
  {
    number: 18,
    place: 'v1.0 appendices J, K',
    defect:
      'The ClusterRole has invalid metadata, roleRef.kind is commented out in the binding, and the f option is written with two dashes.',
    instead: 'Write complete, valid objects and apply them with -f.',
  },
  {
    number: 19,
    place: 'v1.0 appendix L',
    defect: 'The audit policy records every event with its bodies, so that values of Secrets and tokens end up in the log.',
    instead: 'Begin the policy with a rule that records Secrets, token requests and token reviews at level Metadata.',
  },
  {
    number: 20,
    place: 'v1.0 appendix M',
    defect:
      'The path in the flag differs from that of the mount, the indentation is wrong, the log file itself is mounted so that rotation by renaming fails, and files are kept for 1825 days without a bound on their size.',
    instead: 'Mount the directory, bound size and number of files, and keep the long history outside of the node.',
  },
  {
    number: 21,
    place: 'v1.0 appendix N',
    defect:
      'The webhook uses plain http with a password and a duplicate key, the context names a cluster that is missing, the backoff has no unit so that the API server refuses to start, and the buffer holds 5 events.',
    instead: 'Use https with a client certificate, a duration with its unit and the default buffer.',
  },
];

/** The erratum with this number; undefined where there is none. */
export function findErratum(number: number): Erratum | undefined {
  return errata.find((erratum) => erratum.number === number);
}
