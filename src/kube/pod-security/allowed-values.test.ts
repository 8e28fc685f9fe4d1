import { describe, expect, test } from 'vitest';
import {
  allowedCapabilities,
  allowedSelinuxTypes,
  allowedSysctls,
  allowedVolumeSources,
  isAllowedProfile,
  newestMinor,
  restrictedVolumeSources,
  volumeSource,
} from './allowed-values.ts';

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

test('baseline allows thirteen capabilities', () => {
  expect([...allowedCapabilities]).toEqual(
    words(`AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT`),
  );
});

describe('sysctls', () => {
  const additions: [number, string][] = [
    [
      0,
      `kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range
       net.ipv4.tcp_syncookies`,
    ],
    [27, 'net.ipv4.ip_local_reserved_ports'],
    [29, 'net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_keepalive_time'],
    [32, 'net.ipv4.tcp_rmem net.ipv4.tcp_wmem'],
    [37, 'net.ipv4.tcp_notsent_lowat net.ipv4.tcp_slow_start_after_idle'],
  ];

  test.each(additions)('allowed from 1.%i on are all of before and %s', (since, names) => {
    const before = since === 0 ? [] : [...allowedSysctls(since - 1)];
    expect([...allowedSysctls(since)]).toEqual([...before, ...words(names)]);
  });

  test('are in the end fourteen, and before the first version those of the first', () => {
    expect(allowedSysctls(newestMinor + 1).size).toBe(14);
    expect(allowedSysctls(-1)).toBe(allowedSysctls(0));
  });
});

test('baseline allows three SELinux types and none at all, and one more from 1.31', () => {
  expect([...allowedSelinuxTypes(30)]).toEqual(['', 'container_t', 'container_init_t', 'container_kvm_t']);
  expect([...allowedSelinuxTypes(31)]).toEqual(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
});

test.each([
  ['RuntimeDefault', true],
  ['Localhost', true],
  ['Unconfined', false],
  ['', false],
  [undefined, false],
])('the profile %j is allowed: %s', (type, allowed) => {
  expect(isAllowedProfile(type)).toBe(allowed);
});

describe('volumes', () => {
  test('have thirty sources, nine of them allowed at level restricted', () => {
    expect(allowedVolumeSources).toEqual(
      words('configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'),
    );
    expect(restrictedVolumeSources).toEqual(
      words(`hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile
             vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos`),
    );
  });

  test('are named by the allowed source where they have two, and by none that Kubernetes does not know', () => {
    expect(volumeSource({ name: 'a', hostPath: {}, secret: {} })).toBe('secret');
    expect(volumeSource({ name: 'a', nfs: {}, hostPath: {} })).toBe('hostPath');
    expect(volumeSource({ name: 'a', fooDisk: {} })).toBeUndefined();
  });
});
