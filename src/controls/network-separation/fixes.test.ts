import { describe, expect, test } from 'vitest';
import type { AnyControl } from '../../core/index.ts';
import { collectRepairs, judge, read, repaired } from '../../testing/control-proofs.ts';
import { defaultDenyEgress } from './default-deny-egress.ts';
import { defaultDenyIngress } from './default-deny-ingress.ts';

const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n';

function policy(name: string, spec: string): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
}

/** The examples' `said` is how people hand values to a fix in the proofs. */
function saying(control: AnyControl, values: Readonly<Record<string, string>>): AnyControl {
  return { ...control, examples: { ...control.examples, said: { values } } };
}

function declined(control: AnyControl, yaml: string): (string | undefined)[] {
  return collectRepairs(control, yaml).map((repair) => repair.declined);
}

function fixed(yaml: string, controls: readonly AnyControl[]): string {
  return controls.reduce((text, control) => repaired(control, text), yaml);
}

describe('default deny', () => {
  test('the directions come in either order to the same objects, which pass', () => {
    const controls = [defaultDenyIngress, defaultDenyEgress];
    const [one, other] = [fixed(namespace, controls), fixed(namespace, controls.toReversed())];
    expect(one.split('\n---\n').toSorted()).toEqual(other.split('\n---\n').toSorted());
    expect(judge(controls, one).findings.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    expect(read(one).map(({ ref }) => ref.name)).toEqual(['shop', 'default-deny-ingress', 'allow-dns', 'default-deny-egress']);
  });

  test('DNS stays open over both protocols, at its pods and at the address of the node', () => {
    const control = saying(defaultDenyEgress, { 'node-local-dns': '169.254.20.10' });
    const [dns] = collectRepairs(control, namespace).flatMap(({ companions }) => companions);
    expect(dns?.['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
            { ipBlock: { cidr: '169.254.20.10/32' } },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    });
    expect(JSON.stringify(collectRepairs(saying(defaultDenyEgress, { 'node-local-dns': 'fd00::a' }), namespace))).toContain('fd00::a/128');
    expect(declined(saying(defaultDenyEgress, { 'node-local-dns': 'the node' }), namespace)).toEqual(['"the node" is no IP address']);
  });

  test('an allowance of DNS for every pod is not written twice, one for some pods is not enough', () => {
    const whole = policy('allow-dns', '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }] }] }');
    expect(collectRepairs(defaultDenyEgress, namespace + whole)).toEqual([]);
    const some = policy('allow-dns', '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{}] }');
    expect(declined(defaultDenyEgress, namespace + some)).toEqual([expect.stringContaining('"allow-dns"')]);
  });

  test.each([
    ['what cancels it', policy('open', '{ podSelector: {}, ingress: [{}], egress: [{}] }'), '"open" allows all'],
    [
      'a policy of that name',
      policy('default-deny-egress', '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress] }'),
      '"default-deny-egress"',
    ],
    [
      'every address',
      policy('out', '{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }'),
      'every address',
    ],
  ])('a person settles %s', (_, text, reason) => {
    expect(declined(defaultDenyEgress, namespace + text)).toEqual([expect.stringContaining(reason)]);
  });

  test('objects that name no namespace get no policy', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web }] }\n';
    expect(declined(defaultDenyIngress, pod)).toEqual([expect.stringContaining('--namespace')]);
  });
});
