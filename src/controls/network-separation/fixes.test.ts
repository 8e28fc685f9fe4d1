import { describe, expect, test } from 'vitest';
import type { AnyControl, NamespaceFacts } from '../../core/index.ts';
import { collectRepairs, judge, read, repaired } from '../../testing/control-proofs.ts';
import { claimSizes } from './claim-sizes.ts';
import { defaultDenyEgress } from './default-deny-egress.ts';
import { defaultDenyIngress } from './default-deny-ingress.ts';
import { limitRange } from './limit-range.ts';
import { resourceQuota } from './resource-quota.ts';

const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n';

function policy(name: string, spec: string): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
}

/** The examples' `said` is how people hand values and facts to a fix in the proofs. */
function saying(control: AnyControl, values: Readonly<Record<string, string>>, facts?: NamespaceFacts): AnyControl {
  const given = { namespaceResources: (name: string | undefined) => (name === 'shop' ? facts : undefined) };
  return { ...control, examples: () => ({ ...control.examples(), said: { values, given } }) };
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
    const control = saying(defaultDenyEgress, { nodeLocalDns: '169.254.20.10' });
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
    expect(JSON.stringify(collectRepairs(saying(defaultDenyEgress, { nodeLocalDns: 'fd00::a' }), namespace))).toContain('fd00::a/128');
    expect(declined(saying(defaultDenyEgress, { nodeLocalDns: 'the node' }), namespace)).toEqual(['"the node" is no IP address']);
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

describe('limits of a namespace', () => {
  const object = (kind: string, name: string, spec: string): string =>
    `---\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
  const pod = (resources = '{}'): string => object('Pod', 'web', `{ containers: [{ name: web, resources: ${resources} }] }`);
  const facts = {
    limitRange: { default: { cpu: '500m', memory: '256Mi' }, max: { memory: '1Gi' } },
    claims: { max: { storage: '10Gi' } },
    quota: { 'requests.cpu': '4', 'requests.memory': '8Gi', 'limits.cpu': '8', 'limits.memory': '16Gi', pods: '20' },
  };
  const [range, claims, quota] = [limitRange, claimSizes, resourceQuota].map((control) => saying(control, {}, facts));

  test('nothing is invented', () => {
    for (const control of [limitRange, resourceQuota]) {
      expect(declined(saying(control, {}), namespace)).toEqual([expect.stringContaining('--resources FILE')]);
      expect(declined(saying(control, {}, facts), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: other }')).toEqual([
        expect.stringContaining('"other": --resources FILE'),
      ]);
    }
    expect(declined(saying(claimSizes, {}), namespace + object('LimitRange', 'a', '{ limits: [] }'))).toEqual([
      expect.stringContaining('--resources FILE'),
    ]);
  });

  test('in either order the same objects, which keep no pod out', () => {
    const [one, other] = [fixed(namespace + pod(), [range!, quota!, claims!]), fixed(namespace + pod(), [quota!, range!, claims!])];
    expect(one.split('\n---\n').toSorted()).toEqual(other.split('\n---\n').toSorted());
    expect(read(one).map(({ ref }) => `${ref.kind} ${ref.name}`)).toEqual([
      'Namespace shop',
      'Pod web',
      'LimitRange limits',
      'ResourceQuota quota',
    ]);
    expect(judge([range!, quota!, claims!], one).findings.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
  });

  test('a LimitRange for containers gets one for claims beside it', () => {
    const yaml = namespace + object('LimitRange', 'a', '{ limits: [{ type: Container, max: { memory: 1Gi } }] }');
    expect(read(fixed(yaml, [claims!])).at(-1)?.object['spec']).toEqual({
      limits: [{ type: 'PersistentVolumeClaim', max: { storage: '10Gi' } }],
    });
    expect(declined(range!, yaml.replace('max', 'defaultRequest'))).toEqual([expect.stringContaining('"a" is there already')]);
    const namesake = namespace + object('LimitRange', 'limits', '{ limits: [{ type: Pod, max: { memory: 8Gi } }] }');
    expect(declined(range!, namesake)).toEqual([expect.stringContaining('a LimitRange "limits"')]);
    expect(declined(claims!, namesake.replace('name: limits', 'name: claims'))).toEqual([expect.stringContaining('a LimitRange "claims"')]);
  });

  test.each([
    ['more than the maximum', '{ limits: { memory: 2Gi } }', facts, 'more memory'],
    [
      'less than the minimum',
      '{ requests: { memory: 1Mi } }',
      { limitRange: { ...facts.limitRange, min: { memory: '8Mi' } } },
      'less memory',
    ],
  ])('a pod that asks for %s stays in', (_, resources, profile, reason) => {
    expect(declined(saying(limitRange, {}, profile), namespace + pod(resources))).toEqual([expect.stringContaining(reason)]);
  });

  test('a quota that no LimitRange fills keeps no pod out', () => {
    expect(declined(saying(resourceQuota, {}, { quota: facts.quota }), namespace + pod())).toEqual([
      expect.stringContaining('"web", which say no'),
    ]);
    const complete = pod('{ limits: { cpu: 1, memory: 1Gi } }');
    expect(read(fixed(namespace + complete, [saying(resourceQuota, {}, { quota: facts.quota })])).at(-1)?.ref.name).toBe('quota');
    const ofPods = object('LimitRange', 'pods', '{ limits: [{ type: Pod, max: { memory: 8Gi } }] }');
    expect(declined(quota!, namespace + ofPods + pod())).toEqual([expect.stringContaining('"web", which say no')]);
    expect(declined(quota!, namespace + pod('{ limits: { memory: 2Gi } }'))).toEqual([expect.stringContaining('"web", which say no')]);
    const existing = namespace + object('ResourceQuota', 'total', '{ hard: { pods: 3 } }');
    expect(declined(quota!, existing)).toEqual([expect.stringContaining('"total" is there already')]);
  });
});
