import type { Given, NamespaceFacts, Path, ResourceFacts } from '../../core/index.ts';
import { compareQuantities, parseQuantity, type ParsedQuantity } from '../../kube/quantity.ts';
import { mappingAt, nameOf, own, readValue, requireKeys, type GivenFile, type GivenValue, type Mapping } from './text.ts';

const ofContainer = ['requests', 'limits'] as const;
const ofLimitRange = ['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'] as const;
const ofClaims = ['max', 'min'] as const;
const resourceName =
  /^(?:cpu|memory|ephemeral-storage|hugepages-[0-9]+(?:Ki|Mi|Gi)|[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const quotaName = /^[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?$/;

type Values = Readonly<Record<string, string>>;

/** What stands in a file for one scope: everything, or a namespace. */
interface Scope {
  readonly defaults: ResourceFacts | undefined;
  /** By workload, then by container; `*` for all containers of the workload that are not named. */
  readonly workloads: ReadonlyMap<string, ReadonlyMap<string, ResourceFacts>>;
  readonly facts: NamespaceFacts | undefined;
}

/**
 * A profile of resources (docs/fix-inputs.md): what containers get by namespace, workload and name, and what namespaces get.
 * The entry that is nearest counts, as a whole: container, workload, namespace, file.
 * @throws OptionError for an unknown key, what is no quantity, and a request above its limit.
 */
export function readResources(file: GivenFile): Pick<Given, 'resourcesOf' | 'namespaceResources'> {
  const given = readValue(file);
  const root = mappingAt(given, given.value, []);
  const everywhere = scopeOf(given, root, [], ['namespaces']);
  const byName = mappingAt(given, own(root, 'namespaces'), ['namespaces']);
  const namespaces = new Map(
    Object.entries(byName).map(([name, value]) => {
      const path = ['namespaces', name];
      return [name, scopeOf(given, mappingAt(given, value, path), path, [])] as const;
    }),
  );
  return {
    resourcesOf({ namespace, workload, container }) {
      const inside = namespaces.get(namespace ?? '');
      const found = [inside, everywhere].flatMap((scope) => scope?.workloads.get(workload) ?? []);
      for (const name of [container, '*']) for (const containers of found) if (containers.has(name)) return containers.get(name);
      return inside?.defaults ?? everywhere.defaults;
    },
    namespaceResources(namespace) {
      const facts = { ...everywhere.facts, ...namespaces.get(namespace ?? '')?.facts };
      return Object.keys(facts).length === 0 ? undefined : facts;
    },
  };
}

function scopeOf(given: GivenValue, value: Mapping, path: Path, more: readonly string[]): Scope {
  requireKeys(given, value, ['defaults', 'workloads', 'limitRange', 'claims', 'quota', ...more], path);
  const at = (key: string): Path => [...path, key];
  const workloads = new Map(
    Object.entries(mappingAt(given, own(value, 'workloads'), at('workloads'))).map(([name, containers]) => {
      const inside = [...at('workloads'), name];
      const entries = Object.entries(mappingAt(given, containers, inside));
      return [
        name,
        new Map(entries.map(([container, facts]) => [container, containerFacts(given, facts, [...inside, container])])),
      ] as const;
    }),
  );
  const limitRange = own(value, 'limitRange');
  const claims = own(value, 'claims');
  const quota = own(value, 'quota');
  return {
    defaults: own(value, 'defaults') === undefined ? undefined : containerFacts(given, own(value, 'defaults'), at('defaults')),
    workloads,
    facts: {
      ...(limitRange === undefined ? {} : { limitRange: tables(given, limitRange, at('limitRange'), ofLimitRange) }),
      ...(claims === undefined ? {} : { claims: tables(given, claims, at('claims'), ofClaims, claimResource) }),
      ...(quota === undefined ? {} : { quota: quantities(given, quota, at('quota'), quotaName) }),
    },
  };
}

function containerFacts(given: GivenValue, value: unknown, path: Path): ResourceFacts {
  const facts: ResourceFacts = tables(given, value, path, ofContainer);
  for (const [resource, request] of Object.entries(facts.requests ?? {})) {
    const limit = facts.limits?.[resource];
    if (limit !== undefined && compareQuantities(parseQuantity(request) as ParsedQuantity, parseQuantity(limit) as ParsedQuantity) > 0)
      throw given.complaint(
        `${nameOf(path)} requests more ${resource} than its limit`,
        [...path, 'requests', resource],
        'the API server refuses that: raise the limit',
      );
  }
  return facts;
}

/** A claim asks for storage alone. */
const claimResource = /^storage$/;

function tables<K extends string>(
  given: GivenValue,
  value: unknown,
  path: Path,
  keys: readonly K[],
  names = resourceName,
): { [key in K]?: Values } {
  const table = mappingAt(given, value, path);
  requireKeys(given, table, keys, path);
  const read: { [key in K]?: Values } = {};
  for (const key of keys) if (own(table, key) !== undefined) read[key] = quantities(given, own(table, key), [...path, key], names);
  return read;
}

function quantities(given: GivenValue, value: unknown, path: Path, names: RegExp): Values {
  return Object.fromEntries(
    Object.entries(mappingAt(given, value, path)).map(([resource, amount]) => {
      const at = [...path, resource];
      if (!names.test(resource)) throw given.complaint(`${nameOf(at)} is no resource`, at, 'for instance cpu, memory or ephemeral-storage');
      const quantity = typeof amount === 'string' || typeof amount === 'number' ? parseQuantity(amount) : { error: '' };
      if ('error' in quantity || quantity.mantissa < 0n)
        throw given.complaint(`${nameOf(at)} is no quantity`, at, 'for instance 100m or 256Mi');
      return [resource, String(amount)];
    }),
  );
}
