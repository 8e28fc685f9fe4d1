import { expect, test } from 'vitest';
import { judge } from '../../testing/control-proofs.ts';
import { meshAuthorization } from './mesh-authorization.ts';

const shop = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

const policy = (spec: string, namespace = 'shop'): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: web, namespace: ${namespace} }
spec: ${spec}
`;

function verdicts(...documents: string[]): string[] {
  return judge([meshAuthorization], documents.join('---\n')).findings.map(({ verdict, message }) => `${verdict} ${message}`);
}

test('a policy of the root namespace for the pods of a gateway decides on its own namespace alone', () => {
  const gateway = policy('{ selector: { matchLabels: { istio: ingressgateway } }, rules: [{}] }', 'istio-system');
  expect(verdicts(shop, policy('{}'), gateway)).toEqual(['pass holds']);
  expect(verdicts(shop, gateway)).toEqual([
    'fail namespace "shop" is in the mesh of Istio, and no AuthorizationPolicy allows: what none denies is let in',
  ]);
});

test('a namespace that several files tell is judged once', () => {
  expect(verdicts(shop, shop, policy('{ rules: [{}] }'))).toEqual(['fail policy "web" allows every request to every pod']);
});
