import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownResources } from '../../src/kube/rbac/own-resources.ts';
import { asAdmin, startControlPlane, type ControlPlane } from './control-plane.ts';

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ flags: ['--runtime-config=api/all=true', '--feature-gates=AllAlpha=true,AllBeta=true'] });
});
afterAll(() => plane?.stop());

test('the table of resources has all that the API server can serve, in the right scope', async () => {
  const admin = asAdmin(plane.address);
  const { body } = await admin.request<{ groups: { versions: { groupVersion: string }[] }[] }>('GET', '/apis');
  const versions = body.groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  const scopes = new Map(ownResources().map(({ group, resource, scope }) => [`${group}/${resource}`, scope]));
  const wrong: string[] = [];
  for (const version of ['v1', ...versions]) {
    const [group, path] = version === 'v1' ? ['', '/api/v1'] : [version.split('/')[0] ?? '', `/apis/${version}`];
    const answer = await admin.request<{ resources: { name: string; namespaced: boolean }[] }>('GET', path);
    for (const { name, namespaced } of answer.body.resources) {
      const expected = namespaced ? 'namespaced' : 'cluster';
      const scope = scopes.get(`${group}/${name}`);
      if (scope !== expected) wrong.push(`${version} ${name} is ${expected}, not ${scope}`);
    }
  }
  expect(versions.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});
