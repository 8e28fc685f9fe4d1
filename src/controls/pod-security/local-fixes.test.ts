import { describe, expect, test } from 'vitest';
import { formatPath, type AnyControl, type Examples } from '../../core/index.ts';
import { collectRepairs } from '../../testing/control-proofs.ts';
import { addedCapabilities } from './added-capabilities.ts';
import { apparmorAnnotations } from './apparmor-annotations.ts';
import { apparmorProfile } from './apparmor-profile.ts';
import { emptyDirLimits } from './empty-dir-limits.ts';
import { hostNetwork } from './host-network.ts';
import { hostPid } from './host-pid.ts';
import { imageDigest } from './image-digest.ts';
import { nonRootGroups } from './non-root-groups.ts';
import { nonRootUser } from './non-root-user.ts';
import { privilegeEscalation } from './privilege-escalation.ts';
import { procMount } from './proc-mount.ts';
import { sandboxedRuntime } from './sandboxed-runtime.ts';
import { seccompProfile } from './seccomp-profile.ts';
import { seccompUnconfined } from './seccomp-unconfined.ts';
import { selinuxOptions } from './selinux-options.ts';
import { userNamespaces } from './user-namespaces.ts';

type Said = NonNullable<Examples['said']>;

/** What the fix of a control asks for in a Pod with this spec, one text for each failing subject. */
function asked(control: AnyControl, spec: string, said: Said = {}, metadata = '{ name: web }', version = 35): string[] {
  const pod = `{ apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: ${spec} }`;
  const given = { ...control, examples: () => ({ ...control.examples(), said }) };
  return collectRepairs(given, pod, { version }).map(({ declined, safety, edits }) => {
    const changes = edits.map((edit) => `${edit.op} ${formatPath(edit.path)}${'value' in edit ? ` ${JSON.stringify(edit.value)}` : ''}`);
    return declined ?? [safety, ...changes].join('; ');
  });
}

function container(context: string, name = 'web'): string {
  return `{ name: ${name}, image: ${name}:1, securityContext: ${context} }`;
}

function saidOfImages(users: Readonly<Record<string, string>>): Said {
  return { given: { imageOf: (reference) => (Object.hasOwn(users, reference) ? { user: users[reference]! } : undefined) } };
}

describe('runAsNonRoot', () => {
  test('is safe beside a user id, and beside an image that runs as one', () => {
    expect(asked(nonRootUser, `{ containers: [${container('{ runAsUser: 10001 }')}] }`)).toEqual([
      'safe; set spec.containers[0].securityContext.runAsNonRoot true',
    ]);
    expect(asked(nonRootUser, `{ containers: [${container('{ privileged: false }')}] }`, saidOfImages({ 'web:1': '10001:0' }))).toEqual([
      'safe; set spec.securityContext.runAsNonRoot true',
    ]);
  });

  test('is for review where nobody said who the image runs as', () => {
    expect(asked(nonRootUser, `{ containers: [${container('{ privileged: false }')}] }`)).toEqual([
      'review; set spec.securityContext.runAsNonRoot true',
    ]);
  });

  test.each([
    ['nginx', /by a name/],
    ['', /runs as root/],
    ['root', /runs as root/],
    ['0', /runs as root/],
  ])('is not set for an image of user "%s"', (user, reason) => {
    const spec = `{ containers: [${container('{}')}] }`;
    expect(asked(nonRootUser, spec, saidOfImages({ 'web:1': user }))).toEqual([expect.stringMatching(reason)]);
    expect(asked(nonRootUser, spec, { ...saidOfImages({ 'web:1': user }), values: { user: '10001' } })).toEqual([
      'review; set spec.containers[0].securityContext.runAsUser 10001; set spec.containers[0].securityContext.runAsNonRoot true',
    ]);
  });

  test('stands beside the user id that it rests on, and else in the pod where it suits all', () => {
    const spec = (first: string, second: string): string => `{ containers: [${container(first)}, ${container(second, 'proxy')}] }`;
    const own = 'safe; set spec.containers[0].securityContext.runAsNonRoot true';
    expect(asked(nonRootUser, spec('{ runAsUser: 1 }', '{ runAsNonRoot: true }'))).toEqual([own]);
    expect(asked(nonRootUser, spec('{ runAsUser: 1 }', '{}'))).toEqual([
      own,
      'review; set spec.containers[1].securityContext.runAsNonRoot true',
    ]);
    const inPod = 'review; set spec.securityContext.runAsNonRoot true';
    expect(asked(nonRootUser, spec('{}', '{}'))).toEqual([inPod, inPod]);
    expect(asked(nonRootUser, spec('{}', '{ runAsUser: 0 }'))).toEqual([
      'review; set spec.containers[0].securityContext.runAsNonRoot true',
      expect.stringMatching(/^only the image tells/),
    ]);
  });

  test('takes a value in place of root, if it is a user id', () => {
    const spec = `{ containers: [${container('{ runAsUser: 0 }')}] }`;
    expect(asked(nonRootUser, spec, { values: { user: '10001' } })).toEqual([
      'review; set spec.containers[0].securityContext.runAsUser 10001; set spec.containers[0].securityContext.runAsNonRoot true',
    ]);
    expect(asked(nonRootUser, spec, { values: { user: '0' } })).toEqual(['"0" is no user id from 1 to 2147483647']);
    expect(asked(nonRootUser, spec, { values: { user: 'nginx' } })).toEqual(['"nginx" is no user id from 1 to 2147483647']);
  });

  test('leaves Windows to its own accounts', () => {
    const windows = `{ os: { name: windows }, containers: [${container('{ windowsOptions: { runAsUserName: ContainerAdministrator } }')}] }`;
    expect(asked(nonRootUser, windows)).toEqual([expect.stringMatching(/runAsUserName/)]);
    const unsaid = `{ os: { name: windows }, containers: [${container('{}')}] }`;
    expect(asked(nonRootUser, unsaid, { values: { user: '1' } })).toEqual([expect.stringMatching(/^Windows has no user ids/)]);
  });
});

describe('the group', () => {
  const spec = '{ securityContext: { runAsGroup: 0 }, containers: [{ name: web, image: web:1 }] }';

  test('comes from a person for all containers, or from the image for its own', () => {
    expect(asked(nonRootGroups, spec, { values: { group: '10001' } })).toEqual(['review; set spec.securityContext.runAsGroup 10001']);
    expect(asked(nonRootGroups, spec, saidOfImages({ 'web:1': '10001:10002' }))).toEqual([
      'review; set spec.containers[0].securityContext.runAsGroup 10002',
    ]);
  });

  test('is never guessed', () => {
    expect(asked(nonRootGroups, spec)).toEqual([expect.stringMatching(/^only a person/)]);
    expect(asked(nonRootGroups, spec, saidOfImages({ 'web:1': '10001' }))).toEqual([expect.stringMatching(/^only a person/)]);
    expect(asked(nonRootGroups, spec, { values: { group: '-1' } })).toEqual(['"-1" is no group id from 1 to 2147483647']);
  });
});

describe('a digest', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const said: Said = { given: { digestOf: () => digest } };
  const spec = (image: string): string => `{ containers: [{ name: web, image: "${image}" }] }`;

  test('keeps the tag, and is for review where the tag moves by intent', () => {
    expect(asked(imageDigest, spec('web:1.4.2'), said)).toEqual([`safe; set spec.containers[0].image "web:1.4.2@${digest}"`]);
    expect(asked(imageDigest, spec('web:latest'), said)).toEqual([`review; set spec.containers[0].image "web:latest@${digest}"`]);
    expect(asked(imageDigest, spec('web'), said)).toEqual([`review; set spec.containers[0].image "web@${digest}"`]);
  });

  test('is never guessed', () => {
    expect(asked(imageDigest, spec('web:1.4.2'))).toEqual([
      'nobody said which digest the image of container "web" has: --digests FILE says it',
    ]);
  });
});

describe('values', () => {
  test('of sizes are above zero, for every volume without a limit', () => {
    const spec = '{ containers: [], volumes: [{ name: a, emptyDir: {} }, { name: b, emptyDir: { sizeLimit: 1Mi } }, { name: c }] }';
    expect(asked(emptyDirLimits, spec, { values: { size: '64Mi' } })).toEqual([
      'review; set spec.volumes[0].emptyDir.sizeLimit "64Mi"; set spec.volumes[2].emptyDir.sizeLimit "64Mi"',
    ]);
    for (const size of ['0', '64 MB', '-1Mi'])
      expect(asked(emptyDirLimits, spec, { values: { size } })).toEqual([expect.stringMatching(/^".*" is no size/)]);
    expect(asked(emptyDirLimits, spec)).toEqual([expect.stringMatching(/^only a person/)]);
  });

  test('of runtime classes are known sandboxes', () => {
    const labels = '{ name: web, labels: { trust: untrusted } }';
    expect(asked(sandboxedRuntime, '{ containers: [] }', { values: { runtimeClass: 'gvisor' } }, labels)).toEqual([
      'review; set spec.runtimeClassName "gvisor"',
    ]);
    expect(asked(sandboxedRuntime, '{ containers: [] }', { values: { runtimeClass: 'runc' } }, labels)).toEqual([
      expect.stringMatching(/^"runc" is no known sandbox/),
    ]);
  });
});

describe('settings that containers share with their pod', () => {
  test('are changed where they stand', () => {
    expect(asked(seccompUnconfined, '{ securityContext: { seccompProfile: { type: Unconfined } }, containers: [{ name: web }] }')).toEqual([
      'review; set spec.securityContext.seccompProfile {"type":"RuntimeDefault"}',
    ]);
    expect(asked(seccompUnconfined, `{ containers: [${container('{ seccompProfile: { type: Unconfined } }')}] }`)).toEqual([
      'review; set spec.containers[0].securityContext.seccompProfile {"type":"RuntimeDefault"}',
    ]);
    expect(asked(selinuxOptions, '{ securityContext: { seLinuxOptions: { type: spc_t, role: r } }, containers: [{ name: web }] }')).toEqual(
      ['review; remove spec.securityContext.seLinuxOptions.role; remove spec.securityContext.seLinuxOptions.type'],
    );
  });

  test('are new in the pod, and changed in the container that says them itself', () => {
    const inPod = 'review; set spec.securityContext.seccompProfile {"type":"RuntimeDefault"}';
    expect(asked(seccompProfile, '{ containers: [{ name: web }] }')).toEqual([inPod]);
    expect(asked(seccompProfile, `{ containers: [${container('{ privileged: false }')}] }`)).toEqual([inPod]);
    expect(asked(seccompUnconfined, `{ containers: [${container('{ seccompProfile: { type: Unconfined } }')}] }`)).toEqual([
      'review; set spec.containers[0].securityContext.seccompProfile {"type":"RuntimeDefault"}',
    ]);
  });
});

describe('on Windows', () => {
  test('fields of Linux go, which nothing can miss', () => {
    const spec = (field: string): string => `{ os: { name: windows }, ${field} }`;
    expect(asked(hostPid, spec('hostPID: true, containers: []'))).toEqual(['safe; remove spec.hostPID']);
    expect(asked(addedCapabilities, spec(`containers: [${container('{ capabilities: { add: [SYS_ADMIN] } }')}]`))).toEqual([
      'safe; remove spec.containers[0].securityContext.capabilities.add[0]',
    ]);
    const unconfined = `containers: [${container('{ seccompProfile: { type: Unconfined }, appArmorProfile: { type: Unconfined } }')}]`;
    expect(asked(seccompUnconfined, spec(unconfined))).toEqual(['safe; remove spec.containers[0].securityContext.seccompProfile']);
    expect(asked(apparmorProfile, spec(unconfined))).toEqual(['safe; remove spec.containers[0].securityContext.appArmorProfile']);
  });

  test('a node selector is believed less', () => {
    expect(asked(hostPid, '{ nodeSelector: { kubernetes.io/os: windows }, hostPID: true, containers: [] }')).toEqual([
      'review; remove spec.hostPID',
    ]);
  });
});

test('an AppArmor annotation becomes the field, for every class of container', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io';
  const metadata = `{ name: web, annotations: { ${key}/init: localhost/p, ${key}/web: runtime/default } }`;
  expect(asked(apparmorAnnotations, '{ initContainers: [{ name: init }], containers: [{ name: web }] }', {}, metadata)).toEqual([
    [
      'safe',
      'set spec.initContainers[0].securityContext.appArmorProfile {"type":"Localhost","localhostProfile":"p"}',
      `remove metadata.annotations["${key}/init"]`,
      'set spec.containers[0].securityContext.appArmorProfile {"type":"RuntimeDefault"}',
      `remove metadata.annotations["${key}/web"]`,
    ].join('; '),
  ]);
  expect(
    asked(apparmorAnnotations, '{ os: { name: windows }, initContainers: [{ name: init }], containers: [{ name: web }] }', {}, metadata),
  ).toEqual([`safe; remove metadata.annotations["${key}/init"]; remove metadata.annotations["${key}/web"]`]);
});

test('an annotation that switches AppArmor off makes way for the field, which it would contradict; before 1.30 it names the default', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/web';
  const metadata = `{ name: web, annotations: { ${key}: unconfined } }`;
  const spec = (own = '{}'): string => `{ containers: [${container(own)}] }`;
  const field = 'spec.containers[0].securityContext.appArmorProfile';
  const confined = `review; set ${field} {"type":"RuntimeDefault"}; remove metadata.annotations["${key}"]`;
  expect(asked(apparmorProfile, spec(), {}, metadata)).toEqual([confined]);
  expect(asked(apparmorProfile, spec('{ appArmorProfile: { type: Unconfined } }'), {}, metadata)).toEqual([confined]);
  expect(asked(apparmorProfile, `{ os: { name: windows }, containers: [${container('{}')}] }`, {}, metadata)).toEqual([
    `safe; remove ${field.replace('containers[0].', '')}; remove metadata.annotations["${key}"]`,
  ]);
  expect(asked(apparmorProfile, spec(), {}, metadata, 29)).toEqual([`review; set metadata.annotations["${key}"] "runtime/default"`]);
  expect(asked(apparmorProfile, spec('{ appArmorProfile: { type: Unconfined } }'), {}, metadata, 29)).toEqual([
    expect.stringMatching(/from Kubernetes 1\.30/),
  ]);
});

test('an unmasked /proc without a user namespace is refused anyway', () => {
  expect(asked(procMount, `{ containers: [${container('{ procMount: Unmasked }')}] }`)).toEqual([
    'safe; remove spec.containers[0].securityContext.procMount',
  ]);
});

test('ports of the node go with its network', () => {
  expect(asked(hostNetwork, '{ hostNetwork: true, containers: [{ name: web, ports: [{ containerPort: 80, hostPort: 80 }] }] }')).toEqual([
    'review; remove spec.hostNetwork; remove spec.containers[0].ports[0].hostPort',
  ]);
});

test('a HostProcess pod keeps the network of the node, and one with block devices the users of it', () => {
  const hostProcess = 'securityContext: { windowsOptions: { hostProcess: true } }';
  const declined = [expect.stringMatching(/^a HostProcess pod must use the network/)];
  expect(asked(hostNetwork, `{ hostNetwork: true, ${hostProcess}, containers: [{ name: web }] }`)).toEqual(declined);
  expect(asked(hostNetwork, `{ hostNetwork: true, containers: [{ name: web, ${hostProcess} }] }`)).toEqual(declined);
  const block = 'volumeDevices: [{ name: disk, devicePath: /dev/xvda }]';
  expect(asked(userNamespaces, `{ containers: [{ name: web, ${block}, securityContext: { runAsUser: 0 } }] }`)).toEqual([
    expect.stringMatching(/^raw block devices cannot be mapped/),
  ]);
});

test('privilege escalation stays beside what the API server does not let it be shut with', () => {
  const spec = (context: string): string => `{ containers: [${container(context)}] }`;
  expect(asked(privilegeEscalation, spec('{ privileged: true }'))).toEqual([expect.stringMatching(/^a privileged container rejects/)]);
  expect(asked(privilegeEscalation, spec('{ capabilities: { add: [CAP_SYS_ADMIN] } }'))).toEqual([
    expect.stringMatching(/CAP_SYS_ADMIN rejects/),
  ]);
  expect(asked(privilegeEscalation, spec('{ capabilities: { add: [SYS_ADMIN] } }'))).toEqual([
    'review; set spec.containers[0].securityContext.allowPrivilegeEscalation false',
  ]);
});

test('ephemeral containers cannot be changed', () => {
  const spec = '{ containers: [], ephemeralContainers: [{ name: debug, image: web:1 }] }';
  for (const control of [privilegeEscalation, nonRootUser, imageDigest, seccompProfile])
    expect(asked(control, spec)).toEqual([
      'an ephemeral container cannot be changed: delete the pod, and debug with a profile that is restricted',
    ]);
});
