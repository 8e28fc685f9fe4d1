import { decline, type Declined, type NamespaceFacts } from '../core/index.ts';
import { compareQuantities, parseQuantity } from '../kube/quantity.ts';
import type { LimitRangeItem, Quantity } from '../kube/types.ts';
import type { NamespaceSubject } from './namespace.ts';

type PlainObject = Readonly<Record<string, unknown>>;

/** What people said of a namespace, with its name; or why nothing can be made of that. */
export function factsOf(
  { name, title }: NamespaceSubject,
  factsOfNamespace: (name: string) => NamespaceFacts | undefined,
  key: keyof NamespaceFacts,
): { readonly namespace: string; readonly facts: NamespaceFacts } | Declined {
  if (name === undefined) return decline('the objects name no namespace: --namespace names it', []);
  const facts = factsOfNamespace(name);
  if (facts?.[key] === undefined) return decline(`nobody said the ${key} of ${title}: --resources FILE says it`, []);
  return { namespace: name, facts };
}

/** The items that a profile asks for, as they stand in a LimitRange. */
export function limitItems({ limitRange, claims }: NamespaceFacts): LimitRangeItem[] {
  return [
    ...(limitRange === undefined ? [] : [{ type: 'Container', ...limitRange }]),
    ...(claims === undefined ? [] : [{ type: 'PersistentVolumeClaim', ...claims }]),
  ];
}

export function limitRangeObject(name: string, namespace: string, limits: readonly LimitRangeItem[]): PlainObject {
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name, namespace }, spec: { limits } };
}

export function quotaObject(name: string, namespace: string, hard: Readonly<Record<string, string>>): PlainObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace }, spec: { hard } };
}

/** The first workload that the items would keep out: a container of it says more than the maximum, or less than the minimum. */
export function refusedBy({ workloads }: NamespaceSubject, items: readonly LimitRangeItem[]): string | undefined {
  for (const { max = {}, min = {} } of items) {
    for (const { ref, resources } of workloads) {
      const said = resources.containers.flatMap(({ requests = {}, limits = {} }) => [
        ...Object.entries(requests),
        ...Object.entries(limits),
      ]);
      for (const [resource, value] of said) {
        if (isAbove(value, max[resource])) return `a container of "${ref.name}" asks for more ${resource} than the maximum`;
        if (isAbove(min[resource], value)) return `a container of "${ref.name}" asks for less ${resource} than the minimum`;
      }
    }
  }
  return undefined;
}

function isAbove(value: Quantity | undefined, limit: Quantity | undefined): boolean {
  if (value === undefined || limit === undefined) return false;
  const [a, b] = [parseQuantity(value), parseQuantity(limit)];
  return !('error' in a) && !('error' in b) && compareQuantities(a, b) > 0;
}
