import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  auditLevelOf,
  auditLevels,
  decidingRule,
  readAuditPolicy,
  type AuditedRequest,
  type AuditPolicy,
} from '../../src/kube/audit-policy.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

/*
 * What a policy records of a request, against the API server's own evaluator (k8s.io/apiserver/pkg/audit/policy): random
 * policies and requests of few words, so that many rules match in part.
 */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

function some<T>(most: number, items: readonly T[], next: Random): T[] {
  return Array.from({ length: Math.floor(next() * (most + 1)) }, () => pick(items, next));
}

const users = ['system:anonymous', 'alice', 'system:serviceaccount:shop:web', ''];
const groups = ['system:authenticated', 'system:unauthenticated', 'developers', ''];
const verbs = ['get', 'list', 'create', 'delete', '*', ''];
const apiGroups = ['', 'apps', 'rbac.authorization.k8s.io'];
const resources = ['pods', 'secrets', 'deployments'];
const subresources = ['exec', 'log', 'status'];
const namespaces = ['shop', 'kube-system', ''];
const paths = ['/', '/api', '/api/v1', '/healthz', '/healthz/etcd', '/logs*', ''];
const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** Absent, or empty, or null as often as filled: to the API server these are alike. */
function field(name: string, value: readonly unknown[], next: Random): object {
  const chance = next();
  if (chance < 0.5) return {};
  return { [name]: chance < 0.55 ? null : chance < 0.6 ? [] : value };
}

function madeResources(next: Random): object {
  const listed = [
    ...resources,
    ...resources,
    '*',
    '*/*',
    ...resources.flatMap((each) => [`${each}/*`, `${each}/${pick(subresources, next)}`]),
  ];
  const named = [...listed, ...subresources.map((each) => `*/${each}`)];
  // Rules for named resources must name the resources.
  const list = some(3, named, next);
  return {
    ...(next() < 0.8 ? { group: pick([...apiGroups, '*'], next) } : {}),
    ...field('resources', list, next),
    ...(list.length > 0 && next() < 0.15 ? { resourceNames: ['listed'] } : {}),
  };
}

function madeRule(next: Random): object {
  const isResource = next() < 0.6;
  return {
    level: next() < 0.995 ? pick(auditLevels, next) : pick(['none', '', 'All'], next),
    ...field('users', some(3, users, next), next),
    ...field('userGroups', some(2, groups, next), next),
    ...field('verbs', some(4, verbs, next), next),
    ...(isResource
      ? field(
          'resources',
          Array.from({ length: Math.floor(next() * 3) }, () => madeResources(next)),
          next,
        )
      : {}),
    ...(isResource ? field('namespaces', some(2, namespaces, next), next) : {}),
    ...(isResource
      ? {}
      : field('nonResourceURLs', some(3, [...paths.filter((path) => path !== ''), '*', '/api*', '/healthz/*', '/api**'], next), next)),
    ...field('omitStages', some(2, stages, next), next),
    ...(next() < 0.3 ? { omitManagedFields: pick([true, false, null], next) } : {}),
  };
}

function madePolicy(next: Random): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    ...field('omitStages', some(2, stages, next), next),
    ...(next() < 0.3 ? { omitManagedFields: next() < 0.5 } : {}),
    rules: Array.from({ length: 1 + Math.floor(next() * 5) }, () => madeRule(next)),
  };
}

function madeRequest(next: Random): AuditedRequest {
  const who = { user: pick(users, next), groups: some(2, groups, next), verb: pick(verbs, next) };
  if (next() < 0.3) return { ...who, path: pick([...paths, '/apis', '/api/'], next) };
  const subresource = next() < 0.4 ? { subresource: pick(subresources, next) } : {};
  const object = next() < 0.5 ? { object: pick(['listed', 'unlisted'], next) } : {};
  return {
    ...who,
    resource: { group: pick(apiGroups, next), name: pick(resources, next), namespace: pick(namespaces, next), ...subresource, ...object },
  };
}

function forGo({ user, groups: inGroups, verb, resource, path = '' }: AuditedRequest): object {
  const about = { user, groups: inGroups, verb, path, isResource: resource !== undefined };
  if (resource === undefined) return about;
  const { group, name, subresource = '', namespace, object = '' } = resource;
  return { ...about, group, resource: name, subresource, namespace, name: object };
}

interface Recorded {
  readonly level: string;
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
  readonly rule: number;
}

function recordedHere(policy: AuditPolicy, request: AuditedRequest): Recorded {
  const index = decidingRule(policy, request) ?? -1;
  const rule = policy.rules[index];
  return {
    level: auditLevelOf(policy, request),
    omitStages: [...new Set([...policy.omitStages, ...(rule?.omitStages ?? [])])].toSorted(),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields,
    rule: index,
  };
}

const count = process.env['PLIMSOLL_LONG'] === '1' ? 50_000 : 4000;
const perPolicy = 12;

test(`${count} policies record of ${perPolicy} requests each what the API server does`, { timeout: 600_000 }, async () => {
  const next = random(20_261_122);
  const cases = Array.from({ length: count }, () => ({
    policy: madePolicy(next),
    requests: Array.from({ length: perPolicy }, () => madeRequest(next)),
  }));
  const answers = await oracle.ask<{ recorded: Recorded[] }>(
    'auditPolicy',
    cases.map(({ policy, requests }) => ({ policy: JSON.stringify(policy), requests: requests.map(forGo) })),
  );
  const different: unknown[] = [];
  const seen = new Map<string, number>();
  let refused = 0;
  for (const [index, { recorded, error }] of answers.entries()) {
    const { policy, requests } = cases[index]!;
    if (error !== undefined) {
      refused++;
      continue;
    }
    const read = readAuditPolicy({ apiVersion: 'audit.k8s.io/v1' }, policy);
    for (const [at, request] of requests.entries()) {
      const { level, omitStages, omitManagedFields, rule } = recorded[at]!;
      // Where nothing matches, the evaluator hands back the stages of the policy as they are written.
      const theirs = { level, omitStages: [...new Set(omitStages)], omitManagedFields, rule };
      const ours = recordedHere(read, request);
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) different.push({ policy, request, ours, theirs });
      const kind = `${request.resource === undefined ? 'path' : 'resource'} ${ours.rule === -1 ? 'unmatched' : ours.level}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
  }
  expect(different.slice(0, 3)).toEqual([]);
  expect(refused / count).toBeLessThan(0.2);
  // Every level, of both kinds of requests, and requests that no rule matches.
  expect(seen.size).toBe(10);
  for (const [kind, times] of seen) expect({ kind, often: times > count / 40 }).toEqual({ kind, often: true });
});
