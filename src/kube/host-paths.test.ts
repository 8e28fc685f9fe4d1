import { describe, expect, test } from 'vitest';
import { cleanHostPath, hostPathWorth, isWithin, reachedEngineSocket } from './host-paths.ts';

describe('cleaning a path', () => {
  test.each([
    ['/', '/'],
    ['', '/'],
    ['/var/log/', '/var/log'],
    ['//etc/./kubernetes//', '/etc/kubernetes'],
    ['/var/run', '/run'],
    ['/var/run/docker.sock', '/run/docker.sock'],
    ['/var/running', '/var/running'],
    ['/data/../etc', '/'],
    ['C:\\var\\log', '/var/log'],
    ['\\\\.\\pipe\\docker_engine', '/pipe/docker_engine'],
  ])('%s is %s', (path, clean) => {
    expect(cleanHostPath(path)).toBe(clean);
  });
});

test('a folder contains itself and what is below it, not what begins alike', () => {
  expect(isWithin('/data', '/data')).toBe(true);
  expect(isWithin('/data/a', '/data')).toBe(true);
  expect(isWithin('/data', '/')).toBe(true);
  expect(isWithin('/database', '/data')).toBe(false);
});

test('every folder above a socket reaches it, its neighbours do not', () => {
  expect(reachedEngineSocket('/run/containerd/containerd.sock')).toBe('/run/containerd/containerd.sock');
  for (const above of ['/run/crio', '/run', '/var/snap/microk8s/common', '/']) expect(reachedEngineSocket(above)).toBeDefined();
  for (const beside of ['/run/netns', '/var', '/run/docker.sock.bak']) expect(reachedEngineSocket(beside)).toBeUndefined();
});

describe('the worth of a path', () => {
  test.each([
    ['/', 'critical', true],
    ['/run', 'critical', true],
    ['/var', 'critical', false],
    ['/etc/rancher/k3s/k3s.yaml', 'critical', false],
    ['/var/lib/k0s/pki', 'critical', false],
    ['/etc/containerd/certs.d', 'critical', false],
    ['/var/lib/kubelet/pods', 'critical', false],
    ['/etc', 'critical', false],
    ['/etc/kubernetes/pki', 'critical', false],
    ['/dev', 'critical', false],
    ['/dev/dri', 'high', false],
    ['/proc/sys', 'high', false],
    ['/var/log/pods', 'high', false],
  ] as const)('%s is %s', (path, worth, socket) => {
    expect(hostPathWorth(path)).toMatchObject({ worth, socket });
  });

  test('of other folders is not known', () => {
    for (const path of ['/data', '/etc/localtime', '/usr/share/zoneinfo']) expect(hostPathWorth(path)).toBeUndefined();
  });
});
