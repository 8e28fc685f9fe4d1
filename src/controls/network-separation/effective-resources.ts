import { decline, defineControl, fail, flag, pass, set, unknown, type AnyControl, type Severity } from '../../core/index.ts';
import {
  effectiveResources as resourcesOf,
  limitRangeDefaults,
  type EffectiveValue,
  type NamedLimitRange,
} from '../../kube/effective-resources.ts';
import { compareQuantities, isPositiveQuantity, parseQuantity } from '../../kube/quantity.ts';
import type { Quantity, ResourceList, ResourceRequirements } from '../../kube/types.ts';
import { containersWithLimitRange, type ContainerWithLimitRangeSubject } from '../../subjects/container-with-limit-range.ts';

export const effectiveResources: AnyControl = defineControl({
  id: 'network-separation/effective-resources',
  decides: ['RES-03'],
  title: 'Every container ends up with a memory limit and with requests',
  why: 'A container without a memory limit can take all memory of its node and bring down its neighbours. Without requests the scheduler counts it as nothing and packs too much on one node.',
  severity: 'medium',
  also: { attack: ['T1496', 'T1499'] },
  subject: containersWithLimitRange,
  params: {
    cpuLimit: flag('Demands a CPU limit too', false),
    ephemeralStorage: flag('Demands a limit of ephemeral storage too', false),
  },

  evaluate(subject, { params, partial, version }) {
    const { title, limitRanges, at } = subject;
    const missing = missingIn(subject, params, version);
    if (missing.length === 0) return pass;
    if (partial && limitRanges.length === 0)
      return unknown(at, `${title} leaves its resources to a LimitRange that was not read`, ['manifest', 'cluster']);
    const severity: Severity = missing.some((what) => what.endsWith('limit')) ? 'medium' : 'low';
    const effect = severity === 'medium' ? 'it can exhaust its node' : 'the scheduler counts it as nothing';
    return fail(at, `${title} ends up without ${inShort(missing)}: ${effect}`, severity);
  },

  // Nothing takes away what the container says itself; pod-level resources give way to a LimitRange.
  passesAlone: ({ resources }, { params }) => resources !== undefined && missingFrom(resources, params).length === 0,

  fix: {
    safety: 'review',
    risk: 'a container beyond its memory limit is killed, and requests may find no node; compare with what it uses at its peak',
    edits(subject, { params, version, given }) {
      const { name, title, namespace, resources, limitRanges } = subject;
      const facts = given.resourcesOf({ namespace, workload: subject.workload, container: name });
      const [limits, requests] = [{ ...facts?.limits }, { ...facts?.requests }];
      // Only a limit of zero keeps a default of the LimitRange out.
      const byDefault = resources.limits?.['memory'] === undefined ? undefined : defaultMemory(limitRanges);
      if (byDefault !== undefined) limits['memory'] ??= byDefault;
      const wanted: ResourceRequirements = {
        limits: { ...limits, ...only(resources.limits, ([resource, value]) => resource !== 'memory' || isPositiveQuantity(value)) },
        requests: { ...requests, ...resources.requests },
      };
      const left = missingIn({ ...subject, resources: wanted }, params, version);
      if (left.length > 0) {
        const unsaid = facts === undefined ? 'nobody said what it needs' : `the profile says no ${inShort(left)} for it`;
        return decline(`${title}: ${unsaid}: --resources FILE says it`, []);
      }
      const refused = refusal(wanted, subject);
      if (refused !== undefined) return decline(`${title}: ${refused}`);
      return (['requests', 'limits'] as const).flatMap((table) =>
        Object.entries(wanted[table] ?? {}).flatMap(([resource, value]) =>
          resources[table]?.[resource] === value ? [] : [set([table, resource], value)],
        ),
      );
    },
  },

  // Where the container says nothing, the LimitRange must not say it either, and then the quota refuses the Pod.
  alsoFails: ['network-separation/limit-range', 'network-separation/resource-quota', 'network-separation/storage-bounds'],

  examples: () => ({
    said: { given: { resourcesOf: () => ({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } }) } },
    pass: {
      'a limit is the request too': workload('{ limits: { cpu: 500m, memory: 256Mi } }'),
      'filled by the LimitRange': workload('{}'),
      'pod-level resources': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, default: { ephemeral-storage: 1Gi }, max: { memory: 1Gi } }] }
---
${workload('{}', '{ limits: { cpu: 500m, memory: 256Mi } }')}
`,
    },
    fail: {
      'no value and no default': `
kind: LimitRange
metadata: { name: defaults }
$patch: delete
---
${workload('{}')}
`,
      'a limit of nothing': workload('{ limits: { memory: 0 }, requests: { cpu: 100m, memory: 0 } }'),
      'no CPU request': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, max: { memory: 1Gi } }] }
---
${workload('{ limits: { memory: 256Mi } }')}
`,
      'an init container': `
kind: LimitRange
metadata: { name: defaults }
$patch: delete
---
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`,
    },
  }),
});

/** What a container does not end up with. */
function missingIn(
  { resources, podResources, limitRanges }: Pick<ContainerWithLimitRangeSubject, 'resources' | 'podResources' | 'limitRanges'>,
  params: DemandedLimits,
  version: number,
): string[] {
  const alone = limitRanges.length === 0 && podResources.limits === undefined && podResources.requests === undefined;
  if (alone) return missingFrom(resources, params);
  const { requests, limits } = resourcesOf({ resources }, { pod: { resources: podResources }, version, limitRanges });
  return missingFrom({ requests: valuesOf(requests), limits: valuesOf(limits) }, params);
}

function valuesOf(values: ReadonlyMap<string, EffectiveValue>): ResourceList {
  return Object.fromEntries([...values].map(([resource, { value }]) => [resource, value]));
}

interface DemandedLimits {
  readonly cpuLimit: boolean;
  readonly ephemeralStorage: boolean;
}

/** Of what counts in the end. A limit is the request too. */
function missingFrom({ limits = {}, requests = {} }: ResourceRequirements, { cpuLimit, ephemeralStorage }: DemandedLimits): string[] {
  const missing: string[] = [];
  if (!binds(limits['memory'])) missing.push('memory limit');
  if ((requests['memory'] ?? limits['memory']) === undefined) missing.push('memory request');
  if ((requests['cpu'] ?? limits['cpu']) === undefined) missing.push('CPU request');
  if (cpuLimit && !binds(limits['cpu'])) missing.push('CPU limit');
  if (ephemeralStorage && !binds(limits['ephemeral-storage'])) missing.push('ephemeral-storage limit');
  return missing;
}

/** What the API server would not take: a request above the limit, and what the pod or a LimitRange does not allow. */
function refusal(wanted: ResourceRequirements, { podResources, limitRanges }: ContainerWithLimitRangeSubject): string | undefined {
  for (const [resource, request] of Object.entries(wanted.requests ?? {}))
    if (exceeds(request, wanted.limits?.[resource]))
      return `it would request more ${resource} than its limit, which the API server refuses`;
  for (const [resource, limit] of Object.entries(wanted.limits ?? {})) {
    if (exceeds(limit, podResources.limits?.[resource])) return `the limit of ${resource} is above that of its pod`;
    for (const { name, limits } of limitRanges)
      if (limits.some(({ type, max }) => type === 'Container' && exceeds(limit, max?.[resource])))
        return `the limit of ${resource} is above the maximum of LimitRange "${name}"`;
  }
  for (const [resource, request] of Object.entries(wanted.requests ?? {}))
    for (const { name, limits } of limitRanges)
      if (limits.some(({ type, min }) => type === 'Container' && exceeds(min?.[resource], request)))
        return `the request of ${resource} is below the minimum of LimitRange "${name}"`;
  return undefined;
}

function exceeds(value: Quantity | undefined, bound: Quantity | undefined): boolean {
  if (value === undefined || bound === undefined) return false;
  const [left, right] = [parseQuantity(value), parseQuantity(bound)];
  return !('error' in left) && !('error' in right) && compareQuantities(left, right) > 0;
}

function defaultMemory(limitRanges: readonly NamedLimitRange[]): string | undefined {
  for (const { limits } of limitRanges) {
    const value = limitRangeDefaults(limits).limit.get('memory');
    if (value !== undefined) return String(value);
  }
  return undefined;
}

function only(values: ResourceList | undefined, keeps: (entry: [string, Quantity]) => boolean): ResourceList {
  return Object.fromEntries(Object.entries(values ?? {}).filter(keeps));
}

/** The two requests in one word where both are missing. */
function inShort(missing: readonly string[]): string {
  const both = missing.filter((what) => what.endsWith(' request')).length === 2;
  return both ? [...missing.filter((what) => !what.endsWith(' request')), 'requests'].join(' and ') : missing.join(', ');
}

/** A limit of zero is none. */
function binds(limit: Quantity | undefined): boolean {
  return limit !== undefined && isPositiveQuantity(limit);
}

function workload(resources: string, podLevel = '{}'): string {
  return `kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      resources: ${podLevel}
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: ${resources}
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`;
}
