import { describe, expect, test } from 'vitest';
import type { NamedResource } from '../kube/rbac/index.ts';
import { checkVerb, needsDefinition, readTarget } from './rights-resource.ts';

const widget: NamedResource = {
  group: 'shop.example',
  name: 'widgets',
  singular: 'widget',
  shortNames: ['wg'],
  namespaced: true,
  subresources: ['status'],
  virtual: false,
};

describe('resources', () => {
  test.each([
    ['pods', { group: '', resource: 'pods', namespaced: true }],
    ['po', { group: '', resource: 'pods', namespaced: true }],
    ['Pod', { group: '', resource: 'pods', namespaced: true }],
    ['deployments.apps', { group: 'apps', resource: 'deployments', namespaced: true }],
    ['deploy', { group: 'apps', resource: 'deployments', namespaced: true }],
    ['deploy.v1.apps', { group: 'apps', resource: 'deployments', namespaced: true }],
    ['Ingress', { group: 'networking.k8s.io', resource: 'ingresses', namespaced: true }],
    ['netpol', { group: 'networking.k8s.io', resource: 'networkpolicies', namespaced: true }],
    ['endpoints', { group: '', resource: 'endpoints', namespaced: true }],
    ['events', { group: '', resource: 'events', namespaced: true }],
    ['events.events.k8s.io', { group: 'events.k8s.io', resource: 'events', namespaced: true }],
    ['componentstatus', { group: '', resource: 'componentstatuses', namespaced: false }],
    ['serviceaccounts', { group: '', resource: 'serviceaccounts', namespaced: true }],
    ['clusterroles', { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', namespaced: false }],
    ['users', { group: '', resource: 'users', namespaced: false }],
    ['signers/example.org/*', { group: 'certificates.k8s.io', resource: 'signers', name: 'example.org/*', namespaced: false }],
    ['*', { group: '*', resource: '*', namespaced: undefined }],
    ['*.apps', { group: 'apps', resource: '*', namespaced: undefined }],
    ['wg', { group: 'shop.example', resource: 'widgets', namespaced: true }],
    ['Widget', { group: 'shop.example', resource: 'widgets', namespaced: true }],
    ['gadgets.shop.example', { group: 'shop.example', resource: 'gadgets', namespaced: undefined }],
    ['/healthz', { url: '/healthz' }],
  ])('%s', (text, target) => {
    expect(readTarget(text, undefined, [widget])).toEqual(target);
  });

  test('what stands behind a slash is a subresource where there is one, else a name', () => {
    expect(readTarget('pods/exec', undefined)).toMatchObject({ resource: 'pods', subresource: 'exec' });
    expect(readTarget('pods/web', undefined)).toMatchObject({ resource: 'pods', name: 'web' });
    expect(readTarget('pods/web/exec', undefined)).toMatchObject({ name: 'web', subresource: 'exec' });
    expect(readTarget('pods/exec', 'log')).toMatchObject({ name: 'exec', subresource: 'log' });
    expect(readTarget('wg/status', undefined, [widget])).toMatchObject({ resource: 'widgets', subresource: 'status' });
    const named = readTarget('pods/exec', '');
    expect(named).toMatchObject({ name: 'exec' });
    expect(named).not.toHaveProperty('subresource');
  });

  test.each([
    ['podz', undefined, 'did you mean pods?'],
    ['deploymnts.apps', undefined, 'did you mean deployments.apps?'],
    ['deployments.app', undefined, 'did you mean deployments.apps?'],
    ['pods', 'exce', 'did you mean exec?'],
    ['configmaps', 'exec', 'have no subresource "exec"'],
    ['/healthz', 'log', 'has no subresources'],
    ['pods/web/log', 'exec', 'both name a subresource'],
    ['pods//', undefined, 'names no resource'],
    ['', undefined, 'no resource is named'],
    ['pods/a/b/c', undefined, 'names no resource'],
  ])('%s with %s is refused: %s', (text, subresource, message) => expect(() => readTarget(text, subresource)).toThrow(message));

  test('only what is not of Kubernetes needs definitions', () => {
    expect(['pods', 'deploy.apps', '*', '/x', 'Pod/web'].filter(needsDefinition)).toEqual([]);
    expect(['widgets', 'widgets.shop.example'].map(needsDefinition)).toEqual([true, true]);
  });
});

describe('verbs', () => {
  const pods = readTarget('pods', undefined);

  test('those of requests, of checks and of rules are known', () => {
    for (const verb of ['get', 'deletecollection', 'impersonate', '*', 'impersonate-on:user-info:get', 'dance'])
      expect(checkVerb(verb, pods, new Set(['dance']))).toBe(verb);
    expect(checkVerb('post', { url: '/x' }, new Set())).toBe('post');
  });

  test('any other would always be denied, and is refused', () => {
    expect(() => checkVerb('gets', pods, new Set())).toThrow('did you mean get?');
    expect(() => checkVerb('GET', pods, new Set())).toThrow('did you mean get?');
    expect(() => checkVerb('list', { url: '/x' }, new Set())).toThrow('unknown verb');
  });
});
