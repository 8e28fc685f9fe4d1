import { expect, test } from 'vitest';
import { flagsOf, plaintextPortOf } from './control-plane-flags.ts';

test.each([
  [{ command: ['kube-apiserver', '--port=1'] }, 'kube-apiserver'],
  [{ command: ['/usr/bin/kube-scheduler'] }, 'kube-scheduler'],
  [{ args: ['kube-controller-manager'] }, 'kube-controller-manager'],
  [{ command: ['/hyperkube', 'kube-apiserver'] }, 'kube-apiserver'],
  [{ command: ['/go-runner'], args: ['--log-file=/var/log/a.log', '/usr/local/bin/kube-apiserver', '--port=1'] }, 'kube-apiserver'],
  [{ image: 'registry.k8s.io:443/kube-apiserver:v1.30.0@sha256:0', args: ['--secure-port=6443'] }, 'kube-apiserver'],
  [{ image: 'registry.k8s.io/kube-apiserver:v1.30.0', command: ['web'] }, undefined],
  [{ image: 'registry.example.com/kube-apiserver-proxy:1' }, undefined],
  [{}, undefined],
])('%j runs %s', (container, component) => {
  expect(plaintextPortOf(container)?.component).toBe(component);
});

test('a flag may have underscores', () => {
  const container = { command: ['x', '--insecure_port=8080', '--insecure_bind-address', '::'] };
  expect(flagsOf(container, ['insecure-port', 'insecure-bind-address']).map(({ name, value }) => [name, value])).toEqual([
    ['insecure-port', '8080'],
    ['insecure-bind-address', '::'],
  ]);
});

test('a flag is one item or two', () => {
  const container = { command: ['x', '--port=80', '--address'], args: ['127.0.0.1', '--portal=1', '-port=2', '--port'] };
  expect(flagsOf(container, ['port', 'address'])).toEqual([
    { name: 'port', value: '80', paths: [['command', 1]] },
    {
      name: 'address',
      value: '127.0.0.1',
      paths: [
        ['command', 2],
        ['args', 0],
      ],
    },
    { name: 'port', value: '', paths: [['args', 3]] },
  ]);
});
