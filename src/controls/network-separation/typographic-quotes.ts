import { defineControl, failAt, pass, type AnyControl, type Place } from '../../core/index.ts';
import { networkPolicies } from '../../subjects/network-policy.ts';

/** YAML knows straight quotes only: these are a part of the text, and no label can hold them. */
const quote = /[\u2018-\u201f]/;

/** Selectors are not deep; what is deeper the decoder has refused. */
const deepest = 12;

/** The policies of appendix E are printed with typographic quotes: erratum 14. */
export const typographicQuotes: AnyControl = defineControl({
  id: 'network-separation/typographic-quotes',
  decides: ['NET-05'],
  title: 'Network policies are written with straight quotes',
  why: 'Quotes of a text processor are letters to YAML. A selector with them matches nothing, or the API server refuses the policy: the pods stay as open as they were.',
  severity: 'medium',
  also: {},
  subject: networkPolicies,
  manifestsOnly: 'left to the manifests: the API server takes no label with such quotes',

  evaluate({ spec }) {
    const places: Place[] = [];
    collect(spec, ['spec'], places);
    return places.length === 0 ? pass : failAt(places.slice(0, 20));
  },

  remedy: 'Write the quotes anew, straight, or leave them out: labels and addresses need none.',

  alsoFails: ['network-separation/policy-peers', 'network-separation/isolated-pods'],

  examples: () => ({
    pass: { 'straight quotes': policyFor('"front"') },
    fail: {
      'as appendix E has it': policyFor('“front”'),
    },
  }),
});

function policyFor(app: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: from-front, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress: [{ from: [{ podSelector: { matchLabels: { app: ${app} } } }], ports: [{ port: 8080 }] }]
`;
}

/** `path` is a stack: hardly a policy has any quote, and a place is only copied where there is one. */
function collect(value: unknown, path: (string | number)[], places: Place[]): void {
  if (typeof value === 'string') {
    if (quote.test(value)) places.push({ where: [...path], message: 'a value has typographic quotes: it matches nothing (erratum 14)' });
    return;
  }
  if (typeof value !== 'object' || value === null || path.length > deepest) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      collect(value[index], path, places);
      path.pop();
    }
    return;
  }
  for (const key of Object.keys(value)) {
    path.push(key);
    if (quote.test(key)) places.push({ where: [...path], message: 'a key has typographic quotes: it matches nothing (erratum 14)' });
    else collect((value as Readonly<Record<string, unknown>>)[key], path, places);
    path.pop();
  }
}
