import { decline, defineControl, fail, notApplicable, pass, set, strings, unknown, type AnyControl } from '../../core/index.ts';
import { compareLevels, effectivePolicy, labelPrefix, newestMinor, levelOfPart } from '../../kube/pod-security/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { short } from '../../subjects/dangerous-grants.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { namespaces, type NamespaceSubject } from '../../subjects/namespace.ts';

const nothingEnforced = notApplicable('the namespace enforces no level whose version could matter');

/**
 * What `latest` refuses has changed with upgrades: SELinux types (1.31), hosts of probes (1.34), user namespaces (1.35). Only
 * the enforced version counts: warnings and the audit log are of most use with the rules of tomorrow.
 */
export const policyVersion: AnyControl = defineControl({
  id: 'pod-security/policy-version',
  decides: ['ENF-03'],
  title: 'Namespaces pin the version of the Pod Security level that they enforce',
  why: 'Without a version the level means whatever the API server of the day makes of it. An upgrade can then refuse pods that ran for years, at their next restart, or let in what was refused before.',
  severity: 'low',
  also: {},
  subject: namespaces,
  decidedBy: namespaceFactsKinds,
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate(namespace, { params, version }) {
    const { name, title, labels, labelsAt, namedAt, admission } = namespace;
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    if (labels === undefined || labelsAt === undefined)
      return unknown(namedAt, `${title} was not read: its Pod Security labels are not known`, ['manifest', 'cluster']);
    const { enforce } = effectivePolicy(name, labels, admission).policy;
    if (enforce.level === 'privileged') return nothingEnforced;
    if (enforce.version === 'latest') {
      const refused = firstRefusedLater(namespace, version);
      if (refused === undefined) return fail(labelsAt, `${title} enforces ${enforce.level} of no version: upgrades change what that means`);
      return fail(labelsAt, `${title} pins no version: ${enforce.level} of 1.${newestMinor} refuses "${short(refused, 20)}"`, 'medium');
    }
    // Admission takes a version that it does not know for its newest, until it knows it.
    if (enforce.version > version)
      return fail(labelsAt, `${title} enforces v1.${enforce.version}, which 1.${version} reads as latest until it is upgraded`);
    return pass;
  },

  fix: {
    safety: 'review',
    risk: 'where the API server is newer than the target version, what the level has come to mean since does not count any more; pin its own minor with --kubernetes-version',
    edits({ name, labels = {}, admission }, { version }) {
      const { byDefault } = effectivePolicy(name, labels, admission);
      if (byDefault) return decline('the level comes from the configuration of the API server: set enforce-version there');
      return [set(['metadata', 'labels', `${labelPrefix}enforce-version`], `v1.${version}`)];
    },
  },

  examples: () => ({
    pass: {
      'the version of the cluster': 'kind: Namespace\nmetadata: { name: shop }',
      'by the configuration of the API server': `
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce-version: null } }
---
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: { enforce: restricted, enforce-version: v1.35 }
`,
    },
    fail: {
      'no version': 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce-version: null } }',
      latest: 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce-version: latest } }',
      'a version to come': 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce-version: v1.99 } }',
    },
    unknown: { 'no Namespace object': 'kind: Namespace\nmetadata: { name: shop }\n$patch: delete' },
    notApplicable: {
      'a namespace of the system': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { pod-security.kubernetes.io/enforce: restricted } }
`,
    },
  }),
});

/** The first workload that meets the enforced level in the target version, and not in the newest that is known. */
function firstRefusedLater({ name, labels = {}, admission, workloads }: NamespaceSubject, version: number): string | undefined {
  if (version >= newestMinor) return undefined;
  const { level } = effectivePolicy(name, labels, admission).policy.enforce;
  const judged = new Set<string>();
  return workloads.find(({ shape }) => {
    if (judged.has(shape.security)) return false;
    judged.add(shape.security);
    const meets = (minor: number): boolean => compareLevels(levelOfPart(shape.security, minor).level, level) >= 0;
    return meets(version) && !meets(newestMinor);
  })?.ref.name;
}
