import { compareQuantities, parseQuantity } from './quantity.ts';
import type { Container, LimitRangeItem, PodSpec, Quantity, ResourceList } from './types.ts';

/** A LimitRange of the pod's namespace. */
export interface NamedLimitRange {
  readonly name: string;
  readonly limits: readonly LimitRangeItem[];
}

/**
 * Where a value comes from: the container, its own limit (which is also the request), a LimitRange, or the pod-level
 * resources that bound all containers together.
 */
export interface EffectiveValue {
  readonly value: Quantity;
  readonly from: 'container' | 'limit' | 'limit-range' | 'pod';
  /** The name of the LimitRange. */
  readonly limitRange?: string;
}

/** Several LimitRanges fill the same value differently; which one the API server applies first is undefined. */
export interface LimitRangeConflict {
  readonly of: 'request' | 'limit';
  readonly resource: string;
  readonly values: readonly { readonly limitRange: string; readonly value: Quantity }[];
}

export interface EffectiveResources {
  /** By resource: cpu, memory, ephemeral-storage. */
  readonly requests: ReadonlyMap<string, EffectiveValue>;
  readonly limits: ReadonlyMap<string, EffectiveValue>;
  /** Only of values that this container takes from a LimitRange. */
  readonly conflicts: readonly LimitRangeConflict[];
}

export interface ResourceContext {
  readonly pod: PodSpec;
  /** The minor of the target version: before 1.34 clusters dropped pod-level resources. */
  readonly version: number;
  readonly limitRanges: readonly NamedLimitRange[];
  /** Ephemeral containers have no resources of their own, and no LimitRange gives them any. */
  readonly ephemeral?: boolean;
}

/** Beta and on by default; alpha and off from 1.32 (pkg/features/kube_features.go). */
const podLevelResourcesSince = 34;

/**
 * What a container ends up with when its pod is created, in the order of the API server (Kubernetes 1.37): a limit becomes
 * the missing request of the same resource (SetDefaults_Pod), then each LimitRange fills, resource by resource, what is
 * still missing (plugin/pkg/admission/limitranger), and what is missing even then is bounded by pod-level resources, where
 * a limit is the request too (defaultPodRequests).
 */
export function effectiveResources(container: Container, context: ResourceContext): EffectiveResources {
  const requests = new Map<string, EffectiveValue>();
  const limits = new Map<string, EffectiveValue>();
  const conflicts: LimitRangeConflict[] = [];
  if (context.ephemeral !== true) {
    fill(limits, container.resources?.limits, { from: 'container' });
    fill(requests, container.resources?.requests, { from: 'container' });
    fill(requests, container.resources?.limits, { from: 'limit' });
    const defaults = context.limitRanges.map((range) => ({ name: range.name, ...limitRangeDefaults(range.limits) }));
    fillFromRanges(
      limits,
      'limit',
      defaults.map(({ name, limit }) => ({ name, values: limit })),
      conflicts,
    );
    fillFromRanges(
      requests,
      'request',
      defaults.map(({ name, request }) => ({ name, values: request })),
      conflicts,
    );
  }
  if (context.version >= podLevelResourcesSince) {
    fill(limits, podLevel(context.pod.resources?.limits), { from: 'pod' });
    fill(requests, podLevel(context.pod.resources?.requests), { from: 'pod' });
    fill(requests, podLevel(context.pod.resources?.limits), { from: 'pod' });
  }
  return { requests, limits, conflicts };
}

/**
 * What a LimitRange gives to each container that says nothing: the API server completes an item of type Container on
 * creation (SetDefaults_LimitRangeItem): `max` is the default limit, the default limit is the default request, and `min`
 * is the default request where there is neither. Of several items in one LimitRange the last one counts.
 */
export function limitRangeDefaults(items: readonly LimitRangeItem[]): {
  readonly limit: ReadonlyMap<string, Quantity>;
  readonly request: ReadonlyMap<string, Quantity>;
} {
  const limit = new Map<string, Quantity>();
  const request = new Map<string, Quantity>();
  for (const item of items) {
    if (item.type !== 'Container') continue;
    const itemLimit = { ...item.max, ...item.default };
    for (const [resource, value] of Object.entries(itemLimit)) limit.set(resource, value);
    for (const [resource, value] of Object.entries({ ...item.min, ...itemLimit, ...item.defaultRequest })) request.set(resource, value);
  }
  return { limit, request };
}

function fill(into: Map<string, EffectiveValue>, values: ResourceList | undefined, origin: Pick<EffectiveValue, 'from'>): void {
  for (const [resource, value] of Object.entries(values ?? {})) if (!into.has(resource)) into.set(resource, { value, ...origin });
}

function fillFromRanges(
  into: Map<string, EffectiveValue>,
  of: LimitRangeConflict['of'],
  ranges: readonly { readonly name: string; readonly values: ReadonlyMap<string, Quantity> }[],
  conflicts: LimitRangeConflict[],
): void {
  const offers = new Map<string, { limitRange: string; value: Quantity }[]>();
  for (const { name, values } of ranges) {
    for (const [resource, value] of values) {
      const offered = offers.get(resource);
      if (offered === undefined) offers.set(resource, [{ limitRange: name, value }]);
      else offered.push({ limitRange: name, value });
    }
  }
  for (const [resource, values] of offers) {
    const [first] = values;
    if (first === undefined || into.has(resource)) continue;
    into.set(resource, { value: first.value, from: 'limit-range', limitRange: first.limitRange });
    if (values.some(({ value }) => !equal(value, first.value))) conflicts.push({ of, resource, values });
  }
}

/** Pod-level resources know CPU, memory and huge pages only; validation refuses others. */
function podLevel(values: ResourceList | undefined): ResourceList {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(([resource]) => resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')),
  );
}

function equal(left: Quantity, right: Quantity): boolean {
  const a = parseQuantity(left);
  const b = parseQuantity(right);
  return !('error' in a) && !('error' in b) && compareQuantities(a, b) === 0;
}
