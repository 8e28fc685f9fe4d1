import { apiGroup, type Resource } from '../core/index.ts';
import {
  conditionScope,
  reviewsNewPods,
  selectsAll,
  type ValidatingAdmissionPolicyBindingSpec,
  type ValidatingAdmissionPolicySpec,
  type Webhook,
} from '../kube/admission.ts';
import type { LabelSelector } from '../kube/types.ts';
import { isInside } from './admission-scope.ts';
import type { NamespaceFacts } from './namespace-facts.ts';

/** What besides Pod Security admission may refuse every bad pod of a namespace: it fails closed, and nobody gets around it. */
export interface PodReviewer {
  /** `webhook "validate.kyverno.svc-fail"` or `policy "no-host-network"`. */
  readonly title: string;
  readonly namespaceSelectors: readonly (LabelSelector | undefined)[];
}

/** What one object contributes to it. */
export type ReviewerPart =
  | { readonly part: 'webhooks'; readonly reviewers: readonly PodReviewer[] }
  | { readonly part: 'policy'; readonly name: string; readonly selector: LabelSelector | undefined }
  | { readonly part: 'binding'; readonly policyName: string; readonly selector: LabelSelector | undefined };

const group = 'admissionregistration.k8s.io';

/** As in `Reads`. */
export const reviewerKinds: readonly string[] = [
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
].map((kind) => `${kind}.${group}`);

/** What the rules of a webhook are nobody sees; of a policy they are in its text. */
const ofPodSecurity =
  /\b(?:privileged|allowPrivilegeEscalation|hostNetwork|hostPID|hostIPC|hostPath|hostPort|capabilities|runAsNonRoot|runAsUser|seccompProfile)\b/;

export function reviewerPart({ ref, object }: Resource): ReviewerPart | undefined {
  if (apiGroup(ref.apiVersion) !== group) return undefined;
  switch (ref.kind) {
    case 'ValidatingWebhookConfiguration': {
      const { webhooks = [] } = object as { readonly webhooks?: readonly Webhook[] };
      const reviewers = webhooks.filter(isReviewer).map(({ name = '', namespaceSelector }) => ({
        title: `webhook "${name}"`,
        namespaceSelectors: [namespaceSelector],
      }));
      return reviewers.length === 0 ? undefined : { part: 'webhooks', reviewers };
    }
    case 'ValidatingAdmissionPolicy': {
      const {
        failurePolicy,
        matchConstraints: scope,
        matchConditions,
        validations,
        variables,
      } = (object['spec'] ?? {}) as ValidatingAdmissionPolicySpec;
      const closed = failurePolicy !== 'Ignore' && !skips(matchConditions) && selectsAll(scope?.objectSelector);
      if (!closed || !reviewsNewPods(scope?.resourceRules)) return undefined;
      const text = [...(validations ?? []), ...(variables ?? [])].map(({ expression = '' }) => expression).join('\n');
      return ofPodSecurity.test(text) ? { part: 'policy', name: ref.name, selector: scope?.namespaceSelector } : undefined;
    }
    case 'ValidatingAdmissionPolicyBinding': {
      const {
        policyName = '',
        validationActions,
        matchResources,
        paramRef,
      } = (object['spec'] ?? {}) as ValidatingAdmissionPolicyBindingSpec;
      const closed = paramRef?.parameterNotFoundAction !== 'Allow' && selectsAll(matchResources?.objectSelector);
      if (!closed || validationActions?.includes('Deny') !== true) return undefined;
      return { part: 'binding', policyName, selector: matchResources?.namespaceSelector };
    }
  }
  return undefined;
}

function isReviewer({ rules, failurePolicy, objectSelector, matchConditions }: Webhook): boolean {
  return reviewsNewPods(rules) && failurePolicy !== 'Ignore' && selectsAll(objectSelector) && !skips(matchConditions);
}

function skips(conditions: Webhook['matchConditions'] = []): boolean {
  return conditions.some((condition) => conditionScope(condition, []) !== undefined);
}

export function podReviewers(parts: readonly ReviewerPart[]): PodReviewer[] {
  const reviewers: PodReviewer[] = [];
  const policies = new Map<string, LabelSelector | undefined>();
  for (const part of parts) {
    if (part.part === 'webhooks') reviewers.push(...part.reviewers);
    if (part.part === 'policy') policies.set(part.name, part.selector);
  }
  for (const part of parts)
    if (part.part === 'binding' && policies.has(part.policyName))
      reviewers.push({ title: `policy "${part.policyName}"`, namespaceSelectors: [policies.get(part.policyName), part.selector] });
  return reviewers;
}

/** Those that look at the pods of a namespace. */
export function reviewersOf(namespace: NamespaceFacts, reviewers: readonly PodReviewer[]): PodReviewer[] {
  return reviewers.filter(({ namespaceSelectors }) => isInside(namespace, namespaceSelectors));
}
