import { defineControl, fail, failAt, pass, unknown, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { meshNamespaces } from '../../subjects/mesh-namespace.ts';

/** Istio denies by default what some policy that allows selects (istio.io, "Authorization Policy"); without one it lets all in. */
export const meshAuthorization: AnyControl = defineControl({
  id: 'threat-detection/mesh-authorization',
  decides: ['SM-02'],
  title: 'In a service mesh requests are denied by default and allowed one by one',
  why: 'Certificates of a mesh prove who asks, and nothing asks for that proof until a policy does: every pod of the mesh may call every other, with an identity that looks well in the logs.',
  severity: 'medium',
  also: { attack: ['T1210'] },
  subject: meshNamespaces,

  evaluate({ title, mesh, defaultPolicy, policies, namedAt }, { partial }) {
    if (mesh === 'Linkerd') {
      if (defaultPolicy === 'deny') return pass;
      if (defaultPolicy === undefined)
        return unknown(namedAt, `whether Linkerd denies by default in ${title}, its control plane says`, ['cluster']);
      return fail(
        namedAt,
        fitted((most) => `${title} is in Linkerd with the default policy "${short(defaultPolicy, most)}"`),
      );
    }
    const open = policies.flatMap(({ name, everything, selectsEveryPod }) => {
      if (everything === undefined) return [];
      const whose = selectsEveryPod ? 'every pod' : 'its pods';
      const message = fitted((most) => `policy "${short(name, most)}" allows every request to ${whose}`);
      return [selectsEveryPod ? { where: everything, message } : { where: everything, message, severity: 'low' as const }];
    });
    if (open.length > 0) return failAt(open);
    if (policies.some(({ selectsEveryPod }) => selectsEveryPod)) return pass;
    if (partial) return unknown(namedAt, `${title} has no AuthorizationPolicy for all in the part that was read`, ['manifest', 'cluster']);
    if (policies.length > 0) return fail(namedAt, `${title} has AuthorizationPolicies for some pods: the others take every request`, 'low');
    return fail(namedAt, `${title} is in the mesh of Istio, and no AuthorizationPolicy allows: what none denies is let in`);
  },

  remedy:
    'Begin with an AuthorizationPolicy without rules in the namespace, with the annotation istio.io/dry-run, allow what the access log shows to be refused, and take the annotation away.',

  examples: () => ({
    pass: {
      'nothing is allowed by default': `${inMesh('istio-injection: enabled')}${policy('{}')}`,
      'everything is denied': `${inMesh('istio-injection: enabled')}${policy('{ action: DENY, rules: [{}] }')}`,
      'the default of the whole mesh': `${inMesh('istio.io/dataplane-mode: ambient')}${policy('{}', 'istio-system')}`,
    },
    fail: {
      'a policy that is tried out': `${inMesh('istio-injection: enabled')}${policy('{}').replace('name: default', "name: default, annotations: { istio.io/dry-run: 'true' }")}`,
      'no policy': inMesh('istio-injection: enabled'),
      'everything is allowed': `${inMesh('istio-injection: enabled')}${policy('{ rules: [{}] }')}`,
      'everything is allowed by stars': `${inMesh('istio-injection: enabled')}${policy('{ rules: [{ to: [{ operation: { paths: ["*"], methods: [GET, "*"] } }] }] }')}`,
      'some requests are denied': `${inMesh('istio-injection: enabled')}${policy('{ action: DENY, rules: [{ to: [{ operation: { paths: [/admin] } }] }] }')}`,
      'for some pods': `${inMesh('istio-injection: enabled')}${policy('{ selector: { matchLabels: { app: web } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/cart] } }] }] }')}`,
    },
    unknown: { Linkerd: 'kind: Namespace\nmetadata: { name: shop, annotations: { linkerd.io/inject: enabled } }' },
  }),
});

function inMesh(label: string): string {
  return `kind: Namespace\nmetadata: { name: shop, labels: { ${label} } }`;
}

function policy(spec: string, namespace = 'shop'): string {
  return `
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: default, namespace: ${namespace} }
spec: ${spec}
`;
}
