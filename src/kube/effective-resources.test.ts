import { describe, expect, test } from 'vitest';
import { effectiveResources, limitRangeDefaults, type EffectiveResources, type NamedLimitRange } from './effective-resources.ts';
import type { LimitRangeItem, ResourceRequirements } from './types.ts';

interface Setting {
  readonly container?: ResourceRequirements;
  readonly pod?: ResourceRequirements;
  readonly version?: number;
  readonly limitRanges?: readonly NamedLimitRange[];
  readonly ephemeral?: boolean;
}

function effective({ container, pod, version = 35, limitRanges = [], ephemeral = false }: Setting): EffectiveResources {
  return effectiveResources(container === undefined ? {} : { resources: container }, {
    pod: pod === undefined ? {} : { resources: pod },
    version,
    limitRanges,
    ephemeral,
  });
}

function range(name: string, item: LimitRangeItem): NamedLimitRange {
  return { name, limits: [{ type: 'Container', ...item }] };
}

const plain = (values: ReadonlyMap<string, { value: unknown; from: string }>): Record<string, string> =>
  Object.fromEntries([...values].map(([resource, { value, from }]) => [resource, `${String(value)} ${from}`]));

test('nothing said is nothing had', () => {
  const { requests, limits, conflicts } = effective({});
  expect([requests.size, limits.size, conflicts.length]).toEqual([0, 0, 0]);
});

test('a limit is also the request, a request is no limit', () => {
  const { requests, limits } = effective({ container: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m', storage: '1' } } });
  expect(plain(requests)).toEqual({ cpu: '100m container', storage: '1 container', memory: '1Gi limit' });
  expect(plain(limits)).toEqual({ cpu: '1 container', memory: '1Gi container' });
});

test('a LimitRange fills what is missing, resource by resource', () => {
  const { requests, limits } = effective({
    container: { limits: { cpu: '1' } },
    limitRanges: [range('defaults', { default: { cpu: '2', memory: '1Gi' }, defaultRequest: { memory: '64Mi' } })],
  });
  expect(plain(limits)).toEqual({ cpu: '1 container', memory: '1Gi limit-range' });
  expect(plain(requests)).toEqual({ cpu: '1 limit', memory: '64Mi limit-range' });
  expect(limits.get('memory')?.limitRange).toBe('defaults');
});

test('a limit from a LimitRange does not become the request where min or max say otherwise', () => {
  const { limit, request } = limitRangeDefaults([
    { type: 'Container', max: { cpu: '4', memory: '4Gi' }, default: { cpu: '2' }, min: { cpu: '1', 'ephemeral-storage': '1Gi' } },
  ]);
  expect(Object.fromEntries(limit)).toEqual({ cpu: '2', memory: '4Gi' });
  expect(Object.fromEntries(request)).toEqual({ cpu: '2', memory: '4Gi', 'ephemeral-storage': '1Gi' });
});

test('items of other types give a container nothing, and the last item of several counts', () => {
  const { limit } = limitRangeDefaults([
    { type: 'Container', default: { cpu: '1' } },
    { type: 'Container', default: { cpu: '2' } },
    { type: 'Pod', max: { cpu: '9' } },
  ]);
  expect(Object.fromEntries(limit)).toEqual({ cpu: '2' });
});

describe('several LimitRanges', () => {
  test('that disagree are a conflict of the value they fill', () => {
    const limitRanges = [
      range('a', { default: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
      range('b', { default: { cpu: '2' }, defaultRequest: { cpu: 1 } }),
    ];
    const { limits, conflicts } = effective({ limitRanges });
    expect(limits.get('cpu')?.from).toBe('limit-range');
    expect(conflicts).toEqual([
      {
        of: 'limit',
        resource: 'cpu',
        values: [
          { limitRange: 'a', value: '1' },
          { limitRange: 'b', value: '2' },
        ],
      },
    ]);
  });

  test('that agree in other words are none, nor is what the container says itself', () => {
    expect(
      effective({ limitRanges: [range('a', { default: { cpu: '1' } }), range('b', { default: { cpu: '1000m' } })] }).conflicts,
    ).toEqual([]);
    const limitRanges = [range('a', { default: { cpu: '1' } }), range('b', { default: { cpu: '2' } })];
    expect(effective({ container: { limits: { cpu: '3' } }, limitRanges }).conflicts).toEqual([]);
  });
});

describe('pod-level resources', () => {
  const pod = { limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '1Gi' }, requests: { cpu: '1' } };

  test('bound every container from 1.34', () => {
    const { requests, limits } = effective({ pod });
    expect(plain(limits)).toEqual({ cpu: '2 pod', memory: '2Gi pod' });
    expect(plain(requests)).toEqual({ cpu: '1 pod', memory: '2Gi pod' });
    expect(effective({ pod, version: 33 }).limits.size).toBe(0);
  });

  test('come after the container and the LimitRange', () => {
    const { limits } = effective({ pod, container: { limits: { cpu: '1' } }, limitRanges: [range('a', { default: { memory: '1Gi' } })] });
    expect(plain(limits)).toEqual({ cpu: '1 container', memory: '1Gi limit-range' });
  });

  test('are all that ephemeral containers have', () => {
    const { limits } = effective({ pod, ephemeral: true, limitRanges: [range('a', { default: { cpu: '1' } })] });
    expect(plain(limits)).toEqual({ cpu: '2 pod', memory: '2Gi pod' });
  });
});
