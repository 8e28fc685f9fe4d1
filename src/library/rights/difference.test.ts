import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import type { PolicyRule, RbacFact, RbacSubject } from '../../kube/rbac/index.ts';
import { rightsDifference } from './difference.ts';
import { heldBy, joinRights, type Rights } from './rights.ts';
import { runs } from '../../../test/runs.ts';

const at = { resource: 0, path: [], location: nowhere };
const none: PolicyRule = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };

interface Granted {
  readonly to: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly rules: readonly Partial<PolicyRule>[];
  /** Absent: everywhere. */
  readonly namespace?: string;
}

function rightsOf(grants: readonly Granted[]): Rights {
  const facts = grants.flatMap(({ to, rules, namespace }, index): RbacFact[] => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    const name = `r${index}`;
    return [
      { type: 'role', kind, namespace, name, labels: {}, aggregates: [], rules: rules.map((rule) => ({ ...none, ...rule, at })), at },
      {
        type: 'binding',
        kind: `${kind}Binding`,
        namespace,
        name,
        roleRef: { kind, name },
        subjects: [{ kind: to.kind, name: to.name, namespace: to.namespace, at }],
        at,
      },
    ];
  });
  const read = { source: '', version: 35, live: false, files: 0, documents: 0, skipped: [], unread: [], unlisted: [] };
  return joinRights(facts, [], { ...read, fileOf: () => 'rbac.yaml' });
}

const jo = { kind: 'User', name: 'jo' };
const pods = (...verbs: string[]): Partial<PolicyRule> => ({ verbs, apiGroups: [''], resources: ['pods'] });

function changes(before: readonly Granted[], after: readonly Granted[]): unknown[] {
  return rightsDifference(rightsOf(before), rightsOf(after)).changes.map(({ subject, namespace, gained, lost }) => [
    subject.name,
    namespace,
    gained.map(({ rule }) => `${rule.verbs.join()} ${[...rule.resources, ...rule.nonResourceURLs].join()}`),
    lost.map(({ rule }) => `${rule.verbs.join()} ${[...rule.resources, ...rule.nonResourceURLs].join()}`),
  ]);
}

describe('no change', () => {
  test('where rules are written otherwise', () => {
    expect(changes([{ to: jo, rules: [pods('get', 'list')] }], [{ to: jo, rules: [pods('list'), pods('get')] }])).toEqual([]);
  });

  test('where somebody has it in another way too', () => {
    const account = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' };
    const all = { to: { kind: 'Group', name: 'system:serviceaccounts:shop' }, rules: [pods('get')] };
    expect(changes([all], [all, { to: account, rules: [pods('get')] }])).toEqual([]);
    expect(
      changes(
        [{ to: jo, rules: [pods('get')] }],
        [
          { to: jo, rules: [pods('get')] },
          { to: jo, rules: [pods('get')], namespace: 'shop' },
        ],
      ),
    ).toEqual([]);
  });

  test('where a RoleBinding gives nothing', () => {
    const nothing = [
      { verbs: ['get'], apiGroups: [''], resources: ['nodes'] },
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    ];
    expect(changes([], [{ to: jo, rules: nothing, namespace: 'shop' }])).toEqual([]);
  });

  test('for what everybody has anyway', () => {
    expect(changes([], [{ to: jo, rules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }] }])).toEqual([]);
  });
});

describe('a change', () => {
  test('is what is new and what is gone, and no more', () => {
    expect(changes([{ to: jo, rules: [pods('get', 'list')] }], [{ to: jo, rules: [pods('get', 'watch')] }])).toEqual([
      ['jo', undefined, ['watch pods'], ['list pods']],
    ]);
  });

  test('of a star is a loss alone where a list takes its place', () => {
    expect(changes([{ to: jo, rules: [pods('*')] }], [{ to: jo, rules: [pods('get', 'list')] }])).toEqual([
      ['jo', undefined, [], ['* pods']],
    ]);
  });

  test('from a namespace to everywhere is a gain, and the other way round a loss', () => {
    const inShop = [{ to: jo, rules: [pods('get')], namespace: 'shop' }];
    const everywhere = [{ to: jo, rules: [pods('get')] }];
    expect(changes(inShop, everywhere)).toEqual([['jo', undefined, ['get pods'], []]]);
    expect(changes(everywhere, inShop)).toEqual([['jo', undefined, [], ['get pods']]]);
  });

  test('is told once, whoever gives it twice', () => {
    expect(
      changes(
        [],
        [
          { to: jo, rules: [pods('get')] },
          { to: jo, rules: [pods('get', 'list')] },
        ],
      ),
    ).toEqual([['jo', undefined, ['get pods', 'list pods'], []]]);
  });
});

const subjects: readonly RbacSubject[] = [
  { kind: 'User', name: 'jo' },
  { kind: 'Group', name: 'dev' },
  { kind: 'ServiceAccount', namespace: 'shop', name: 'web' },
];
const granted: fc.Arbitrary<Granted> = fc
  .record({
    to: fc.constantFrom(...subjects, { kind: 'Group', name: 'system:serviceaccounts' } as const),
    verbs: fc.subarray(['get', 'list', '*'], { minLength: 1 }),
    resources: fc.subarray(['pods', 'secrets', 'pods/log', '*'], { minLength: 1 }),
    resourceNames: fc.subarray(['a', 'b']),
    namespace: fc.constantFrom(undefined, 'shop', 'dev'),
  })
  .map(({ to, namespace, ...rule }) => ({ to, rules: [{ ...rule, apiGroups: [''] }], ...(namespace === undefined ? {} : { namespace }) }));

test('nobody can do more or less than before without a change that says so', () => {
  fc.assert(
    fc.property(fc.array(granted, { maxLength: 4 }), fc.array(granted, { maxLength: 4 }), (first, second) => {
      const [before, after] = [rightsOf(first), rightsOf(second)];
      const found = rightsDifference(before, after).changes;
      const told = (subject: RbacSubject, namespace: string | undefined, side: 'gained' | 'lost'): boolean =>
        found.some(
          (change) =>
            change[side].length > 0 &&
            (change.namespace === undefined || change.namespace === namespace) &&
            (JSON.stringify(change.subject) === JSON.stringify(subject) ||
              (subject.kind === 'ServiceAccount' && change.subject.name === 'system:serviceaccounts')),
        );
      const silent: string[] = [];
      for (const subject of subjects)
        for (const verb of ['get', 'list', 'delete'])
          for (const [resource, subresource] of [['pods'], ['secrets'], ['pods', 'log']] as const)
            for (const name of [undefined, 'a', 'c'])
              for (const namespace of [undefined, 'shop', 'dev']) {
                const question = {
                  verb,
                  group: '',
                  resource,
                  ...(subresource === undefined ? {} : { subresource }),
                  ...(name === undefined ? {} : { name }),
                  ...(namespace === undefined ? {} : { namespace }),
                };
                const [was, is] = [before, after].map(({ rbac }) => rbac.can(subject, question).allowed);
                if (was !== is && !told(subject, namespace, is === true ? 'gained' : 'lost'))
                  silent.push(JSON.stringify([subject, question]));
              }
      expect(silent).toEqual([]);
    }),
    { seed: 11, numRuns: runs(8, 100) },
  );
});

describe('what nobody could read', () => {
  const many = (resource: string, count: number): Partial<PolicyRule>[] =>
    Array.from({ length: count }, (_, index) => ({ verbs: ['get'], apiGroups: [''], resources: [`${resource}${index}`] }));
  const jane = { kind: 'User', name: 'jane' };

  test('is refused instead of compared for ever', () => {
    const [verbs, resources] = ['v', 'r'].map((letter) => Array.from({ length: 200 }, (_, index) => `${letter}${index}`));
    const after = rightsOf([{ to: jane, rules: [{ verbs: verbs!, apiGroups: [''], resources: resources! }] }]);
    expect(() => rightsDifference(rightsOf([{ to: jane, rules: many('a', 300) }]), after)).toThrow('too many rules');
  });

  test('is refused instead of listed', () => {
    const rules = many('a', 1000);
    const rights = rightsOf(Array.from({ length: 201 }, () => ({ to: jane, rules })));
    expect(() => heldBy(rights, { kind: 'User', name: 'jane' })).toThrow(/: 2010\d\d,/);
  });
});
