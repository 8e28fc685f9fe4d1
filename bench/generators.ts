/**
 * The inputs of the benchmark. Every one is made from a seed, so that two machines measure the same bytes, written once to
 * a folder under the temporary folder of the system and used again from there.
 */
import { existsSync, mkdirSync, openSync, closeSync, renameSync, rmSync, writeSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Counts up when what is generated changes: inputs of older versions are then not used again. */
const version = 2;
export const folder: string = join(tmpdir(), 'plimsoll-bench', String(version));

/** 15 objects, 25 KB: what a person tries first. */
export const demo = (): string => cachedFile('demo.yaml', (write) => write(shop(0)));

/** 3,000 objects, 5 MB: a shop of 15 objects, 200 times, each in a namespace of its own. */
export const shops5 = (): string => cachedFile('shops-5.yaml', (write) => writeShops(200, write));

/** 30,000 objects, 50 MB of the same. */
export const shops50 = (): string => cachedFile('shops-50.yaml', (write) => writeShops(2000, write));

/** The 5 MB with a safe fix to be made in every 28th shop. */
export const shops5ToFix = (): string =>
  cachedFile('shops-5-to-fix.yaml', (write) => writeShops(200, write, (text, copy) => (copy % 28 === 0 ? unfixed(text) : text)));

/** A user who is not root, and who stands there as a number: that root is forbidden besides can be written by anybody. */
const unfixed = (text: string): string => text.replace('runAsNonRoot: true', 'runAsUser: 10001');

/** 100 manifests of 172 KB in all, one object each. */
export const manifests100 = (): string => manifests('manifests-100', (text) => text);

/** The same with safe fixes to be made in all workloads. */
export const manifests100ToFix = (): string => manifests('manifests-100-to-fix', unfixed);

function manifests(name: string, change: (text: string) => string): string {
  const target = join(folder, name);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const objects = [0, 1, 2, 3, 4, 5, 6].flatMap((copy) => objectsOfShop(copy)).slice(0, 100);
  for (const [index, object] of objects.entries())
    writeFileSync(join(unfinished, `${String(index).padStart(3, '0')}.yaml`), change(object));
  return settle(unfinished, target);
}

/** 357 MB: what `kubectl get … -o json` prints of 50,000 objects, on one line: managedFields and status included. */
export const dump = (): string => cachedFile('dump.json', (write) => writeDump(50_000, write, 0));

/** The same, indented, 587 MB: longer than the longest string of V8. */
export const dumpIndented = (): string => cachedFile('dump-indented.json', (write) => writeDump(50_000, write, 2));

type Write = (text: string) => void;

/** A file below `folder`, made when it is not there. */
export function cachedFile(name: string, generate: (write: Write) => void): string {
  const target = join(folder, name);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const file = openSync(unfinished, 'w');
  let pending: string[] = [];
  let length = 0;
  const flush = (): void => {
    writeSync(file, pending.join(''));
    pending = [];
    length = 0;
  };
  generate((text) => {
    pending.push(text);
    length += text.length;
    if (length > 1 << 22) flush();
  });
  flush();
  closeSync(file);
  return settle(unfinished, target);
}

/** Only a finished file gets its name: an interrupted run leaves nothing that looks complete. */
export function settle(unfinished: string, target: string): string {
  if (existsSync(target)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, target);
  return target;
}

function writeShops(copies: number, write: Write, change: (text: string, copy: number) => string = (text) => text): void {
  for (let copy = 0; copy < copies; copy++) {
    if (copy > 0) write('---\n');
    write(change(shop(copy), copy));
  }
}

const shop = (copy: number): string => objectsOfShop(copy).join('---\n');

export interface Random {
  /** 0 (included) to `limit` (excluded). */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  letters(count: number): string;
  hex(count: number): string;
}

/** Mulberry32: 32 bits of state are plenty for inputs that only have to differ. */
export function random(seed: number): Random {
  let state = (seed * 0x9e3779b1 + 0x6d2b79f5) | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const some = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join('');
  return {
    below,
    pick: (list) => list[below(list.length)]!,
    letters: (count) => some('bcdfghjklmnpqrstvwxz2456789', count),
    hex: (count) => some('0123456789abcdef', count),
  };
}

/** One shop: 15 objects of about 1.7 KB, some hardened and some not, as teams write them. */
function objectsOfShop(copy: number): string[] {
  const dice = random(copy);
  const namespace = `shop-${String(copy).padStart(5, '0')}`;
  const named = (name: string, component: string): string => `metadata:
  name: ${name}-${copy}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name}-${copy}
    app.kubernetes.io/part-of: shop
    app.kubernetes.io/component: ${component}
    app.kubernetes.io/managed-by: kubectl
    example.com/team: ${dice.pick(['checkout', 'catalogue', 'platform', 'search'])}
`;
  const deployment = (name: string, component: string): string => `apiVersion: apps/v1
kind: Deployment
${named(name, component)}spec:
  replicas: ${1 + dice.below(5)}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}-${copy}
  template:
${podTemplate(name, copy, dice, 4)}`;
  const service = (name: string, port: number): string => `apiVersion: v1
kind: Service
${named(name, 'network')}spec:
  type: ${dice.pick(['ClusterIP', 'ClusterIP', 'ClusterIP', 'NodePort'])}
  selector:
    app.kubernetes.io/name: ${name}-${copy}
  ports:
    - name: http
      port: ${port}
      targetPort: http
      protocol: TCP
    # scraped by the monitoring
    - name: metrics
      port: 9090
      targetPort: metrics
`;
  const settings = (name: string, lines: number): string => `apiVersion: v1
kind: ConfigMap
${named(name, 'configuration')}data:
  LOG_LEVEL: "${dice.pick(['info', 'debug', 'warn'])}"
  REGION: eu-${dice.below(9)}
  application.properties: |
${Array.from({ length: lines }, (_, line) => `    shop.${dice.letters(6)}.setting-${line}=${dice.hex(24)} # value of line ${line}\n`).join('')}`;
  const objects = [
    `apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    kubernetes.io/metadata.name: ${namespace}
    pod-security.kubernetes.io/${dice.pick(['enforce: baseline', 'warn: restricted', 'enforce: restricted', 'audit: baseline'])}
`,
    `apiVersion: v1
kind: ServiceAccount
${named('api', 'identity')}automountServiceAccountToken: ${dice.pick(['true', 'false'])}
`,
    settings('settings', 64),
    deployment('web', 'frontend'),
    service('web', 80),
    deployment('api', 'backend'),
    service('api', 8080),
    deployment('worker', 'backend'),
    service('worker', 8081),
    `apiVersion: apps/v1
kind: StatefulSet
${named('db', 'database')}spec:
  serviceName: db-${copy}
  replicas: ${1 + dice.below(3)}
  selector:
    matchLabels:
      app.kubernetes.io/name: db-${copy}
  template:
${podTemplate('db', copy, dice, 4)}  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: ["ReadWriteOnce"]
        resources:
          requests:
            storage: ${10 + dice.below(90)}Gi
`,
    service('db', 5432),
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${named('default-deny', 'network')}spec:
  podSelector: {}
  policyTypes: [${dice.pick(['Ingress', 'Ingress, Egress', 'Egress'])}]
`,
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${named('db', 'network')}spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: db-${copy}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels: { app.kubernetes.io/name: api-${copy} }
        - podSelector:
            matchLabels: { app.kubernetes.io/name: worker-${copy} }
      ports:
        - { protocol: TCP, port: 5432 }
`,
    `apiVersion: policy/v1
kind: PodDisruptionBudget
${named('web', 'availability')}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: web-${copy}
`,
    `apiVersion: batch/v1
kind: CronJob
${named('report', 'reporting')}spec:
  schedule: "${dice.below(60)} ${dice.below(24)} * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
${podTemplate('report', copy, dice, 8, 'OnFailure')}`,
  ];
  return objects;
}

function podTemplate(name: string, copy: number, dice: Random, indent: number, restartPolicy = 'Always'): string {
  const hardened = dice.below(3) > 0;
  const security = hardened
    ? `          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: ${dice.pick(['true', 'true', 'false'])}
            runAsNonRoot: true
            capabilities:
              drop:
                - ALL
`
    : dice.pick([
        '',
        `          securityContext:
            privileged: ${dice.pick(['true', 'false'])}
`,
        `          securityContext:
            runAsUser: 0
            capabilities:
              add: ["NET_ADMIN", "SYS_TIME"]
`,
      ]);
  const environment = Array.from({ length: 6 }, (_, index) =>
    index % 3 === 2
      ? `            - name: SECRET_${index}
              valueFrom:
                secretKeyRef:
                  name: ${name}-credentials
                  key: key-${index}
`
      : `            - name: SETTING_${index}
              value: "${dice.letters(12)}"
`,
  ).join('');
  const text = `metadata:
  labels:
    app.kubernetes.io/name: ${name}-${copy}
    app.kubernetes.io/part-of: shop
  annotations:
    checksum/config: ${dice.hex(64)}
    prometheus.io/scrape: "true"
spec:
  serviceAccountName: ${name === 'api' ? `api-${copy}` : 'default'}
  automountServiceAccountToken: ${dice.pick(['true', 'false', 'false'])}
  restartPolicy: ${restartPolicy}
  terminationGracePeriodSeconds: 30
${
  hardened
    ? `  securityContext:
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
`
    : ''
}  initContainers:
    - name: migrate
      image: registry.example.com/shop/migrate:${1 + dice.below(9)}.${dice.below(20)}
      command: ["/bin/sh", "-c", "migrate up --wait"]
${security.replaceAll(/^ {4}/gm, '')}  containers:
    - name: ${name}
      image: registry.example.com/shop/${name}${dice.pick([`:${dice.below(9)}.${dice.below(30)}.1`, ':latest', `@sha256:${dice.hex(64)}`])}
      imagePullPolicy: IfNotPresent
      args:
        - --listen=:8080
        - --metrics=:9090
      ports:
        - name: http
          containerPort: 8080
        - name: metrics
          containerPort: 9090
      env:
${environment.replaceAll(/^ {4}/gm, '')}${security.replaceAll(/^ {4}/gm, '')}      resources:
        requests:
          cpu: ${50 + dice.below(500)}m
          memory: ${64 + dice.below(900)}Mi
${
  dice.below(2) > 0
    ? `        limits:
          cpu: "2"
          memory: 2Gi
`
    : ''
}      readinessProbe:
        httpGet:
          path: /ready
          port: http
        initialDelaySeconds: 5
      livenessProbe:
        httpGet: { path: /live, port: http }
        periodSeconds: 10
      volumeMounts:
        - name: config
          mountPath: /etc/shop
          readOnly: true
        - name: scratch
          mountPath: /tmp
  volumes:
    - name: config
      configMap:
        name: settings-${copy}
    - name: scratch
      ${dice.below(4) > 0 ? 'emptyDir: {}' : 'hostPath: { path: /var/lib/shop }'}
`;
  return text.replaceAll(/^/gm, ' '.repeat(indent)).slice(0, -indent);
}

/** Mostly pods, as in a live cluster; nine of ten containers are hardened, as where a policy is in force. */
function writeDump(count: number, write: Write, indent: number): void {
  // The text around the items is cut from a list of one item, which is also what indents an item as deep as it stands.
  const list = (items: readonly Json[]): string => JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: {} }, null, indent);
  const cut = list([{}]).indexOf('{}');
  write(list([{}]).slice(0, cut));
  const tail = list([{}]).slice(cut + 2);
  for (let index = 0; index < count; index++) {
    if (index > 0) write(indent === 0 ? ',' : `,\n${' '.repeat(2 * indent)}`);
    write(list([liveObject(index)]).slice(cut, -tail.length));
  }
  write(`${tail}\n`);
}

export type Json = { [key: string]: unknown };

export const time = '2026-03-01T08:30:00Z';

function liveObject(index: number): Json {
  const dice = random(index + 1_000_000);
  const namespace = `team-${Math.floor(index / 100)}`;
  const name = `app-${index}`;
  const uid = `${dice.hex(8)}-${dice.hex(4)}-4${dice.hex(3)}-a${dice.hex(3)}-${dice.hex(12)}`;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop', 'pod-template-hash': dice.hex(10) };
  const applied = { apiVersion: 'v1', kind: 'Object', metadata: { name, namespace, labels }, spec: podSpec(name, dice) };
  const metadata = {
    annotations: index % 2 === 0 ? { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied) } : undefined,
    creationTimestamp: time,
    labels,
    managedFields: managedFields(index),
    name,
    namespace,
    resourceVersion: String(100_000 + index),
    uid,
  };
  const place = index % 100;
  if (place === 0)
    return {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { ...metadata, name: namespace, namespace: undefined },
      status: { phase: 'Active' },
    };
  if (place === 1)
    return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {}, policyTypes: ['Ingress'] } };
  if (place < 10)
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], selector: labels, type: 'ClusterIP' },
      status: { loadBalancer: {} },
    };
  if (place < 20)
    return {
      apiVersion: 'v1',
      data: Object.fromEntries(Array.from({ length: 30 }, (_, line) => [`setting-${line}`, dice.letters(80)])),
      kind: 'ConfigMap',
      metadata,
    };
  const spec = podSpec(name, dice);
  if (place < 40)
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      status: { availableReplicas: 2, conditions: conditions(['Available', 'Progressing'], dice), observedGeneration: 3, readyReplicas: 2 },
    };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      ownerReferences: [{ apiVersion: 'apps/v1', blockOwnerDeletion: true, controller: true, kind: 'ReplicaSet', name, uid }],
    },
    spec: { ...spec, nodeName: `node-${dice.below(200)}` },
    status: {
      conditions: conditions(['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'], dice),
      containerStatuses: ['app', 'proxy'].map((container) => ({
        containerID: `containerd://${dice.hex(64)}`,
        image: `registry.example.com/shop/${container}:1.4`,
        imageID: `registry.example.com/shop/${container}@sha256:${dice.hex(64)}`,
        lastState: {},
        name: container,
        ready: true,
        restartCount: dice.below(4),
        started: true,
        state: { running: { startedAt: time } },
      })),
      hostIP: `10.1.0.${dice.below(255)}`,
      phase: 'Running',
      podIP: `10.2.${dice.below(255)}.${dice.below(255)}`,
      podIPs: [{ ip: '10.2.0.1' }],
      qosClass: 'Burstable',
      startTime: time,
    },
  };
}

export const conditions = (types: readonly string[], dice: Random): Json[] =>
  types.map((type) => ({
    lastProbeTime: null,
    lastTransitionTime: time,
    message: `condition ${type} reported by the controller ${dice.letters(12)}`,
    status: 'True',
    type,
  }));

export function podSpec(name: string, dice: Random): Json {
  const container = (role: string): Json => ({
    args: ['--listen=:8080', `--id=${dice.letters(8)}`],
    env: Array.from({ length: 5 }, (_, index) => ({ name: `SETTING_${index}`, value: dice.letters(36) })),
    image: `registry.example.com/shop/${role}:1.4@sha256:${dice.hex(64)}`,
    imagePullPolicy: 'IfNotPresent',
    livenessProbe: {
      failureThreshold: 3,
      httpGet: { path: '/live', port: 8080, scheme: 'HTTP' },
      periodSeconds: 10,
      successThreshold: 1,
      timeoutSeconds: 1,
    },
    name: role,
    ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
    resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    ...(dice.below(10) > 0
      ? { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true } }
      : {}),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    volumeMounts: [{ mountPath: '/etc/shop', name: 'config', readOnly: true }],
  });
  return {
    automountServiceAccountToken: false,
    containers: [container('app'), container('proxy')],
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: { fsGroup: 10001, runAsGroup: 10001, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    serviceAccount: 'default',
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
    tolerations: [
      { effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 300 },
      { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 300 },
    ],
    volumes: [{ configMap: { defaultMode: 420, name: `${name}-settings` }, name: 'config' }],
  };
}

/** The bookkeeping of server-side apply: a third of a live object, and read by no rule. */
export function managedFields(index: number): Json[] {
  const fields = (names: readonly string[]): Json => Object.fromEntries(names.map((field) => [`f:${field}`, {}]));
  return [
    {
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:annotations': { '.': {}, 'f:checksum/config': {} }, 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
        'f:spec': {
          'f:containers': Object.fromEntries(
            ['app', 'proxy'].map((role) => [
              `k:{"name":"${role}"}`,
              {
                '.': {},
                ...fields(['args', 'env', 'image', 'imagePullPolicy', 'name', 'terminationMessagePath', 'terminationMessagePolicy']),
              },
            ]),
          ),
          ...fields(['dnsPolicy', 'enableServiceLinks', 'restartPolicy', 'schedulerName', 'terminationGracePeriodSeconds']),
        },
      },
      manager: 'kube-controller-manager',
      operation: 'Update',
      time,
    },
    {
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:status': { 'f:conditions': { [`k:{"type":"Ready-${index % 7}"}`]: fields(['lastProbeTime', 'status']) } } },
      manager: 'kubelet',
      operation: 'Update',
      subresource: 'status',
      time,
    },
  ];
}
