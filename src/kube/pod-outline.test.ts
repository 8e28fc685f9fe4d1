import { describe, expect, test } from 'vitest';
import type { Metadata } from '../core/index.ts';
import { podDifferences, podOutline, type Maker } from './pod-outline.ts';
import type { PodSpec } from './types.ts';

const deployment: Maker = { group: 'apps', kind: 'ReplicaSet' };
const digest = (text: string): string => `digest of ${text.length}`;

const web = { name: 'web', image: 'registry.example.com/web:1' };
const template = { spec: { containers: [web] }, metadata: { labels: { app: 'web' } } };

interface Side {
  readonly spec: PodSpec;
  readonly metadata: Metadata;
}

/** What is told of a pod that has been made from the template. */
function told(pod: Partial<Side>, from: Side & { readonly claims?: readonly string[] } = template, maker: Maker = deployment): string[] {
  const { claims = [] } = from;
  const made = podOutline({ spec: from.spec, metadata: from.metadata, ...pod, claims, pod: 'web-0' }, digest);
  return podDifferences(podOutline(from, digest), made, maker).map(({ path, change }) => `${change} ${path}`);
}

const tokenVolume = {
  name: 'kube-api-access-x2x4z',
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
      { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
    ],
  },
};
const tokenMount = { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: 'kube-api-access-x2x4z', readOnly: true };

describe('what Kubernetes itself sets is no difference', () => {
  test('defaults', () => {
    const filled = {
      ...web,
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      resources: {},
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      livenessProbe: {
        httpGet: { path: '/', port: 80, scheme: 'HTTP' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
    };
    const short = { ...web, ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } };
    const pod = {
      containers: [filled],
      volumes: [{ name: 'scratch', emptyDir: {} }],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      hostNetwork: false,
      securityContext: {},
    };
    expect(told({ spec: pod }, { spec: { containers: [short], volumes: [{ name: 'scratch' }] }, metadata: template.metadata })).toEqual([]);
  });

  test('the parts of the scheduler and of admission plugins', () => {
    const pod = {
      containers: [
        { ...web, volumeMounts: [tokenMount], resources: { limits: { cpu: '1' }, requests: { cpu: '1' } }, imagePullPolicy: 'Always' },
      ],
      volumes: [tokenVolume],
      nodeName: 'node-1',
      serviceAccountName: 'default',
      serviceAccount: 'default',
      imagePullSecrets: [{ name: 'registry' }],
      priority: 0,
      priorityClassName: 'usual',
      preemptionPolicy: 'PreemptLowerPriority',
      nodeSelector: { pool: 'blue' },
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    };
    expect(told({ spec: pod, metadata: { labels: { app: 'web', 'pod-template-hash': '5d9c' } } })).toEqual([]);
  });

  test('the parts of a StatefulSet', () => {
    const pod = {
      ...template.spec,
      hostname: 'web-0',
      subdomain: 'web',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }],
    };
    const labels = {
      app: 'web',
      'statefulset.kubernetes.io/pod-name': 'web-0',
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': 'web-1',
    };
    expect(told({ spec: pod, metadata: { labels } }, { ...template, claims: ['data'] }, { group: 'apps', kind: 'StatefulSet' })).toEqual(
      [],
    );
  });

  test('the node affinity of a DaemonSet, and the index of a Job', () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } };
    expect(told({ spec: { ...template.spec, affinity } }, template, { group: 'apps', kind: 'DaemonSet' })).toEqual([]);
    const env = [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }];
    const indexed = { containers: [{ ...web, env }], hostname: 'web-0' };
    expect(told({ spec: indexed }, template, { group: 'batch', kind: 'Job' })).toEqual([]);
    expect(told({ spec: indexed })).toEqual(['added spec.containers[web].env[JOB_COMPLETION_INDEX]']);
  });

  test('an AppArmor annotation that became a field', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default' };
    const spec = { containers: [{ ...web, securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }] };
    expect(
      told({ spec, metadata: { ...template.metadata, annotations } }, { ...template, metadata: { ...template.metadata, annotations } }),
    ).toEqual([]);
  });

  test('amounts of resources, which may change while the pod runs', () => {
    const with1 = { containers: [{ ...web, resources: { limits: { cpu: '1', memory: '1Gi' } } }] };
    const with2 = { containers: [{ ...web, resources: { limits: { cpu: '2', memory: '2Gi' } } }] };
    expect(told({ spec: with2 }, { ...template, spec: with1 })).toEqual([]);
    expect(told({ spec: template.spec }, { ...template, spec: with1 })).toEqual([
      'removed spec.containers[web].resources.limits[cpu]',
      'removed spec.containers[web].resources.limits[memory]',
    ]);
  });
});

describe('what somebody else changed is told', () => {
  test('an injected container, as a whole', () => {
    const proxy = { name: 'proxy', image: 'registry.example.com/proxy:1', securityContext: { runAsUser: 1337 } };
    const init = { name: 'init', image: 'registry.example.com/init:1', securityContext: { capabilities: { add: ['NET_ADMIN'] } } };
    expect(told({ spec: { containers: [proxy, web], initContainers: [init] } })).toEqual([
      'added spec.containers[proxy]',
      'added spec.initContainers[init]',
    ]);
  });

  test('an ephemeral container', () => {
    expect(told({ spec: { ...template.spec, ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] } })).toEqual([
      'added spec.ephemeralContainers[debugger]',
    ]);
  });

  test('fields of a container and of the pod', () => {
    const privileged = { ...web, securityContext: { privileged: true }, image: 'registry.example.com/web:2' };
    expect(told({ spec: { containers: [privileged], hostNetwork: true, serviceAccountName: 'admin' } })).toEqual([
      'changed spec.containers[web].image',
      'added spec.containers[web].securityContext.privileged',
      'added spec.hostNetwork',
      'changed spec.serviceAccountName',
    ]);
  });

  test('what the template asks for and the pod lacks', () => {
    const hardened = { ...web, securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } };
    expect(told({ spec: template.spec }, { ...template, spec: { containers: [hardened] } })).toEqual([
      'removed spec.containers[web].securityContext.capabilities.drop[ALL]',
      'removed spec.containers[web].securityContext.readOnlyRootFilesystem',
    ]);
  });

  test('another source of a volume, also one with nothing in it', () => {
    const before = { ...template.spec, volumes: [{ name: 'data', emptyDir: {} }] };
    const after = { ...template.spec, volumes: [{ name: 'data', hostPath: { path: '/' } }] };
    expect(told({ spec: after }, { ...template, spec: before })).toEqual([
      'removed spec.volumes[data].emptyDir',
      'added spec.volumes[data].hostPath',
    ]);
  });

  test('labels and annotations that rules or runtimes obey', () => {
    const metadata = {
      labels: { app: 'other', trusted: 'yes' },
      annotations: { 'io.kubernetes.cri-o.Devices': '/dev/fuse', note: 'seen' },
    };
    expect(told({ metadata })).toEqual([
      'added metadata.annotations[io.kubernetes.cri-o.Devices]',
      'changed metadata.labels[app]',
      'added metadata.labels[trusted]',
    ]);
  });

  test('whatever hides behind the name of the token', () => {
    const volumes = [{ name: 'kube-api-access-x2x4z', hostPath: { path: '/' } }];
    expect(told({ spec: { ...template.spec, volumes } })).toEqual(['added spec.volumes[kube-api-access-x2x4z]']);
    const secret = { name: 'kube-api-access-x2x4z', projected: { sources: [{ secret: { name: 'database' } }] } };
    expect(told({ spec: { ...template.spec, volumes: [secret] } })).toEqual(['added spec.volumes[kube-api-access-x2x4z]']);
  });

  test('a token where the template wants none', () => {
    const none = { ...template.spec, automountServiceAccountToken: false };
    expect(told({ spec: { ...none, volumes: [tokenVolume] } }, { ...template, spec: none })).toEqual([
      'added spec.volumes[kube-api-access-x2x4z]',
    ]);
  });

  test('a volume that takes the name of a claim', () => {
    const volumes = [{ name: 'data', hostPath: { path: '/' } }];
    const maker = { group: 'apps', kind: 'StatefulSet' };
    expect(told({ spec: { ...template.spec, volumes } }, { ...template, claims: ['data'] }, maker)).toEqual(['added spec.volumes[data]']);
  });

  test('a policy of pulling that is laxer', () => {
    const never = { containers: [{ ...web, imagePullPolicy: 'Never' }] };
    expect(told({ spec: never })).toEqual(['changed spec.containers[web].imagePullPolicy']);
  });
});

test('variables and arguments are kept as digests, and so is what is long', () => {
  const secretive = { ...web, env: [{ name: 'KEY', value: 'hunter2' }], args: ['--password=hunter2'], workingDir: '/'.repeat(100) };
  const outline = podOutline({ spec: { containers: [secretive] }, metadata: {} }, () => 'digest');
  expect(outline).not.toContain('hunter2');
  expect(outline).not.toContain('//');
});

test('names that end lines or are names of all objects do no harm', () => {
  const spec = { containers: [{ name: 'a\nspec.hostNetwork\u0000true', image: 'a:1' }], constructor: [{ a: 1 }] } as PodSpec;
  const paths = podDifferences('', podOutline({ spec, metadata: { labels: { toString: 'x' } } }, digest), deployment).map(
    ({ path }) => path,
  );
  expect(paths).toContain('spec.containers[a\\nspec.hostNetwork\\u0000true]');
  expect(paths).not.toContain('spec.hostNetwork');
});

test('the order of containers, variables and volumes is no difference', () => {
  const other = { name: 'other', image: 'registry.example.com/other:1' };
  expect(told({ spec: { containers: [web, other] } }, { ...template, spec: { containers: [other, web] } })).toEqual([]);
});
