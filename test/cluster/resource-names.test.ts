import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedResource } from '../../src/kube/rbac/index.ts';
import { asAdmin, startControlPlane, type ControlPlane } from './control-plane.ts';

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ flags: ['--runtime-config=api/all=true'] });
});
afterAll(() => plane?.stop());

interface Discovered {
  readonly name: string;
  readonly singularName: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
}

test('resources go by the names that the API server gives them', async () => {
  const admin = asAdmin(plane.address);
  const { body } = await admin.request<{ groups: { versions: { groupVersion: string }[] }[] }>('GET', '/apis');
  const versions = body.groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  const wrong: string[] = [];
  let compared = 0;
  for (const version of ['v1', ...versions]) {
    const [group, path] = version === 'v1' ? ['', '/api/v1'] : [version.split('/')[0] ?? '', `/apis/${version}`];
    const { body: list } = await admin.request<{ resources: Discovered[] }>('GET', path);
    for (const { name, singularName, kind, shortNames = [], namespaced } of list.resources) {
      const [plural = '', subresource] = name.split('/');
      const known = namedResource(group, plural);
      compared++;
      if (subresource !== undefined) {
        if (known?.subresources.includes(subresource) !== true) wrong.push(`${version} ${name}`);
        continue;
      }
      const same =
        known?.singular === singularName &&
        known.singular === kind.toLowerCase() &&
        known.shortNames.join() === shortNames.join() &&
        known.namespaced === namespaced &&
        !known.virtual;
      if (!same) wrong.push(`${version} ${name}: ${JSON.stringify(known)}`);
    }
  }
  expect(compared).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
