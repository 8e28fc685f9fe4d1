import { defineControl, fail, flag, pass, unknown, type AnyControl, type Severity } from '../../core/index.ts';
import { effectiveResources as resourcesOf, type EffectiveValue } from '../../kube/effective-resources.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { containersWithLimitRange } from '../../subjects/container-with-limit-range.ts';

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

  evaluate({ title, resources, podResources, limitRanges, at }, { params, partial, version }) {
    const { requests, limits } = resourcesOf({ resources }, { pod: { resources: podResources }, version, limitRanges });
    const missing: string[] = [];
    if (!binds(limits.get('memory'))) missing.push('memory limit');
    if (!requests.has('memory')) missing.push('memory request');
    if (!requests.has('cpu')) missing.push('CPU request');
    if (params.cpuLimit && !binds(limits.get('cpu'))) missing.push('CPU limit');
    if (params.ephemeralStorage && !binds(limits.get('ephemeral-storage'))) missing.push('ephemeral-storage limit');
    if (missing.length === 0) return pass;
    if (partial && limitRanges.length === 0)
      return unknown(at, `${title} leaves its resources to a LimitRange that was not read`, ['manifest', 'cluster']);
    const severity: Severity = missing.some((what) => what.endsWith('limit')) ? 'medium' : 'low';
    const effect = severity === 'medium' ? 'it can exhaust its node' : 'the scheduler counts it as nothing';
    return fail(at, `${title} ends up without ${inShort(missing)}: ${effect}`, severity);
  },

  remedy: 'Set requests and the memory limit by what the container uses at its peak, or give the namespace a LimitRange with defaults.',
  // Where the container says nothing, the LimitRange must not say it either, and then the quota refuses the Pod.
  alsoFails: ['network-separation/limit-range', 'network-separation/resource-quota'],

  examples: {
    pass: {
      'a limit is the request too': workload('{ limits: { cpu: 500m, memory: 256Mi } }'),
      'filled by the LimitRange': workload('{}'),
      'pod-level resources': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, max: { memory: 1Gi } }] }
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
  },
});

/** The two requests in one word where both are missing. */
function inShort(missing: readonly string[]): string {
  const both = missing.filter((what) => what.endsWith(' request')).length === 2;
  return both ? [...missing.filter((what) => !what.endsWith(' request')), 'requests'].join(' and ') : missing.join(', ');
}

/** A limit of zero is none. */
function binds(limit: EffectiveValue | undefined): boolean {
  if (limit === undefined) return false;
  const quantity = parseQuantity(limit.value);
  return !('error' in quantity) && quantity.mantissa > 0n;
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
