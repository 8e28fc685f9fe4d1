import {
  decline,
  defineControl,
  fail,
  failAt,
  flag,
  notApplicable,
  strings,
  unknown,
  type AnyControl,
  type Place,
} from '../../core/index.ts';
import { limitRangeDefaults } from '../../kube/effective-resources.ts';
import { compareQuantities, parseQuantity } from '../../kube/quantity.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import type { Quantity } from '../../kube/types.ts';
import { factsOf, limitItems, limitRangeObject, refusedBy } from '../../subjects/namespace-limits.ts';
import { namespaces, type NamespaceLimitRange } from '../../subjects/namespace.ts';

export const limitRange: AnyControl = defineControl({
  id: 'network-separation/limit-range',
  decides: ['RES-01'],
  title: 'A LimitRange gives the containers of each namespace default and greatest resources',
  why: 'A container without a memory limit can take all memory of its node, and the kernel then kills its neighbours. Defaults bound whatever forgets to say, the maximum bounds whatever says too much.',
  severity: 'medium',
  also: { attack: ['T1496', 'T1499'] },
  subject: namespaces,
  decidedBy: ['Namespace', 'LimitRange'],
  params: {
    system: strings('Namespaces of the system, which are not judged', systemNamespaces),
    cpu: flag('Demands defaults and a maximum of CPU as well as of memory', false),
  },

  evaluate({ name, title, limitRanges, namedAt }, { params, partial }) {
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    const binding = limitRanges.filter(({ limits }) => limits.some(({ type }) => type === 'Container'));
    const [first] = binding;
    if (first === undefined) {
      if (partial) return unknown(namedAt, `${title} has no LimitRange in the part that was read`, ['manifest', 'cluster']);
      return fail(namedAt, `${title} has no LimitRange for containers: one can exhaust its node`);
    }
    const places: Place[] = [];
    for (const resource of params.cpu ? ['memory', 'cpu'] : ['memory']) {
      const defaults = binding.map(({ limits }) => limitRangeDefaults(limits));
      const missing = [
        ...(defaults.some(({ limit }) => limit.has(resource)) ? [] : ['default limit']),
        ...(defaults.some(({ request }) => request.has(resource)) ? [] : ['default request']),
        ...(binding.some(hasMaximum(resource)) ? [] : ['maximum']),
      ];
      if (missing.length > 0) {
        const message = `LimitRange "${first.name}" sets no ${missing.join(', no ')} of ${resource} for containers`;
        places.push(
          missing.length === 1 && missing[0] === 'maximum' ? { where: first.at, message, severity: 'low' } : { where: first.at, message },
        );
      }
      const other = conflicting(binding, resource);
      if (other !== undefined)
        places.push({
          where: other.at,
          message: `LimitRange "${other.name}" and others differ in the default of ${resource}: which one counts is open`,
          severity: 'low',
        });
    }
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'containers that say nothing get the defaults at their next start, and too little memory ends them; compare the defaults with the highest use of all containers without limits',
    edits(namespace, { given }) {
      const existing = namespace.limitRanges.find(({ limits }) => limits.some(({ type }) => type === 'Container'));
      if (existing !== undefined) return decline(`LimitRange "${existing.name}" is there already: complete it by what the workloads use`);
      const said = factsOf(namespace, (name) => given.namespaceResources(name), 'limitRange');
      if ('declined' in said) return said;
      const items = limitItems(said.facts);
      const refused = refusedBy(namespace, items);
      if (refused !== undefined) return decline(refused);
      if (namespace.limitRanges.some(({ name }) => name === 'limits'))
        return decline('there is a LimitRange "limits": add the items to it');
      return { edits: [], companions: [limitRangeObject('limits', said.namespace, items)] };
    },
  },

  examples: () => ({
    said: { given: { namespaceResources: () => ({ limitRange: { default: { memory: '256Mi' }, max: { memory: '1Gi' } } }) } },
    pass: {
      'defaults and maximum': 'kind: LimitRange\nmetadata: { name: defaults }',
      'a maximum is the default too': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, max: { memory: 1Gi } }] }
`,
    },
    fail: {
      none: 'kind: LimitRange\nmetadata: { name: defaults }\n$patch: delete',
      'for Pods only': 'kind: LimitRange\nmetadata: { name: defaults }\nspec: { limits: [{ type: Pod, max: { memory: 1Gi } }] }',
      'CPU only': 'kind: LimitRange\nmetadata: { name: defaults }\nspec: { limits: [{ type: Container, max: { cpu: "1" } }] }',
      'no maximum': 'kind: LimitRange\nmetadata: { name: defaults }\nspec: { limits: [{ type: Container, default: { memory: 1Gi } }] }',
      'two that disagree': `
apiVersion: v1
kind: LimitRange
metadata: { name: others, namespace: shop }
spec: { limits: [{ type: Container, default: { memory: 1Gi } }] }
`,
    },
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
metadata: { name: kube-system }
`,
    },
  }),
});

function hasMaximum(resource: string): (limitRange: NamespaceLimitRange) => boolean {
  return ({ limits }) => limits.some(({ type, max }) => type === 'Container' && max?.[resource] !== undefined);
}

/** The first LimitRange whose default limit or request differs from one before it. */
function conflicting(limitRanges: readonly NamespaceLimitRange[], resource: string): NamespaceLimitRange | undefined {
  const seen: { limit?: Quantity; request?: Quantity } = {};
  for (const candidate of limitRanges) {
    const defaults = limitRangeDefaults(candidate.limits);
    for (const of of ['limit', 'request'] as const) {
      const value = defaults[of].get(resource);
      if (value === undefined) continue;
      const earlier = seen[of];
      if (earlier !== undefined && !sameQuantity(earlier, value)) return candidate;
      seen[of] = value;
    }
  }
  return undefined;
}

function sameQuantity(left: Quantity, right: Quantity): boolean {
  const [a, b] = [parseQuantity(left), parseQuantity(right)];
  return !('error' in a) && !('error' in b) && compareQuantities(a, b) === 0;
}
