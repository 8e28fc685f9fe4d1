import type { LabelSelector } from './types.ts';

/** The fields of webhook configurations and admission policies that rules read. Source: k8s.io/api v0.37, admissionregistration/v1. */
export interface AdmissionRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}

export interface MatchCondition {
  readonly name?: string;
  /** CEL; what it is false for is not reviewed. */
  readonly expression?: string;
}

/** CEL. */
export interface Expression {
  readonly expression?: string;
}

export interface Webhook {
  readonly name?: string;
  readonly clientConfig?: {
    readonly url?: string;
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
    /** PEM in base64. */
    readonly caBundle?: string;
  };
  readonly rules?: readonly AdmissionRule[];
  readonly failurePolicy?: string;
  readonly timeoutSeconds?: number;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly MatchCondition[];
}

export interface MatchResources {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly AdmissionRule[];
  readonly excludeResourceRules?: readonly AdmissionRule[];
}

export interface ValidatingAdmissionPolicySpec {
  readonly failurePolicy?: string;
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly MatchCondition[];
  readonly validations?: readonly Expression[];
  readonly variables?: readonly Expression[];
}

export interface ValidatingAdmissionPolicyBindingSpec {
  readonly policyName?: string;
  readonly matchResources?: MatchResources;
  readonly validationActions?: readonly string[];
  readonly paramRef?: { readonly parameterNotFoundAction?: string };
}

/** What is asked of the API server, as rules name it. */
interface Asked {
  readonly operation: 'CREATE' | 'UPDATE';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
}

const newPod: Asked = { operation: 'CREATE', group: '', version: 'v1', resource: 'pods', subresource: '' };
/** Containers for debugging join a running pod by an update of its own subresource. */
const debugContainer: Asked = { ...newPod, operation: 'UPDATE', subresource: 'ephemeralcontainers' };

export function reviewsNewPods(rules: readonly AdmissionRule[] | undefined): boolean {
  return rules?.some((rule) => isMatched(rule, newPod)) === true;
}

export function reviewsDebugContainers(rules: readonly AdmissionRule[] | undefined): boolean {
  return rules?.some((rule) => isMatched(rule, debugContainer)) === true;
}

/** Source: k8s.io/apiserver v0.37, pkg/admission/plugin/webhook/predicates/rules. */
function isMatched({ operations, apiGroups, apiVersions, resources, resourceNames, scope }: AdmissionRule, asked: Asked): boolean {
  return (
    has(operations, asked.operation) &&
    has(apiGroups, asked.group) &&
    has(apiVersions, asked.version) &&
    (scope === undefined || scope === '*' || scope === 'Namespaced') &&
    (resourceNames === undefined || resourceNames.length === 0) &&
    resources?.some((each) => isResource(each, asked)) === true
  );
}

function has(listed: readonly string[] | undefined, item: string): boolean {
  return listed?.some((each) => each === '*' || each === item) === true;
}

/** `pods/*` stands for the pods themselves too, `*` for no subresource. */
function isResource(listed: string, { resource, subresource }: Asked): boolean {
  const slash = listed.indexOf('/');
  const [name, sub] = slash === -1 ? [listed, ''] : [listed.slice(0, slash), listed.slice(slash + 1)];
  return (name === '*' || name === resource) && (sub === '*' || sub === subresource);
}

/** The API server gives every namespace the label of its name (since 1.21); nobody can change it. */
export const nameLabel = 'kubernetes.io/metadata.name';

/** An absent selector of a webhook or a policy selects everything, as an empty one does. */
export function selectsAll({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

export type ConditionScope =
  /** It skips what its author can make it skip, or whole groups of users. */
  | { readonly skips: string }
  /** It decides by who asks: whether that is approved, only a person knows. */
  | { readonly asks: string };

const everybody: ReadonlySet<string> = new Set(['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts']);
const ofSystem = /^system:(?:masters|nodes?|node:.*|apiserver|kube-.*|serviceaccount:kube-system:.*|serviceaccounts:kube-system)$/;

/**
 * What the text of a condition shows of whom or what it leaves out. CEL is not evaluated: conditions on the kind of object, the
 * operation or the namespace say nothing of it, those on users and on labels do.
 */
export function conditionScope({ expression = '' }: MatchCondition, approved: readonly string[]): ConditionScope | undefined {
  const words = [...expression.matchAll(/'([^'\\]*)'|"([^"\\]*)"/g)].map(([, single, double]) => single ?? double ?? '');
  if (/\brequest\.userInfo\b/.test(expression)) {
    const named = words.filter((word) => !approved.includes(word) && !ofSystem.test(word));
    const broad = named.find((word) => everybody.has(word));
    if (broad !== undefined) return { skips: `decides by group ${broad}` };
    // Keys of what is asked for, as in request.userInfo.extra['key'], are words too.
    return named[0] === undefined && words.length > 0 ? undefined : { asks: 'decides by who asks' };
  }
  if (/\b(?:object|oldObject)\.metadata\.(?:\?)?(?:labels|annotations|name|generateName)\b/.test(expression))
    return { skips: 'decides by what its author writes' };
  return undefined;
}
