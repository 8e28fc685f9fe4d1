import { array, boolean, constant, constantFrom, nat, oneof, option, record, uniqueArray, type Arbitrary } from 'fast-check';
import { stringify } from 'yaml';
import { randomPods } from '../upstream/random-pods.ts';
import { documentStyles, inStyle, styledDocuments } from './styled.ts';

/** A file of manifests in some style, with a comment of its own number wherever one may stand. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

type PlainObject = Readonly<Record<string, unknown>>;

const some: { requiredKeys: never[]; noNullPrototype: true } = { requiredKeys: [], noNullPrototype: true };

const securityContexts: Arbitrary<PlainObject> = record(
  {
    privileged: boolean(),
    allowPrivilegeEscalation: boolean(),
    readOnlyRootFilesystem: boolean(),
    runAsNonRoot: boolean(),
    runAsUser: constantFrom(0, 1000, 10001),
    capabilities: record(
      {
        add: array(constantFrom('NET_BIND_SERVICE', 'SYS_ADMIN', 'NET_RAW', 'CHOWN'), { maxLength: 3 }),
        drop: array(constantFrom('ALL', 'NET_RAW', 'KILL'), { maxLength: 2 }),
      },
      some,
    ),
    seccompProfile: constantFrom({ type: 'RuntimeDefault' }, { type: 'Unconfined' }, { type: 'Localhost', localhostProfile: 'a.json' }),
    procMount: constantFrom('Default', 'Unmasked'),
    seLinuxOptions: constantFrom({ type: 'container_t' }, { user: 'system_u' }, { type: 'spc_t', role: 'r' }),
  },
  some,
);

const containers: Arbitrary<readonly PlainObject[]> = uniqueArray(
  record(
    {
      name: constantFrom('app', 'web', 'init', 'side'),
      image: constantFrom('nginx:1.25', 'nginx', 'registry.example/app:1@sha256:0', 'app:latest'),
      args: constant(['--flag=1', 'hello world']),
      env: constantFrom<unknown>([{ name: 'A', value: 'x' }], [{ name: 'PASSWORD', value: 'a-b' }], null, []),
      ports: array(
        record(
          { containerPort: constantFrom(80, 8080), hostPort: constantFrom(0, 8080) },
          { requiredKeys: ['containerPort'], noNullPrototype: true },
        ),
        {
          maxLength: 2,
        },
      ),
      securityContext: oneof<Arbitrary<unknown>[]>(securityContexts, securityContexts, constant(null), constant({})),
      volumeMounts: constant([{ name: 'data', mountPath: '/data' }]),
      livenessProbe: constantFrom({ httpGet: { port: 80, host: 'example.com' } }, { tcpSocket: { port: 80 } }),
      resources: constantFrom({}, { limits: { memory: '64Mi' } }, { requests: { cpu: '100m' }, limits: null }),
    },
    { requiredKeys: ['name', 'image'], noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);

const podSpecs: Arbitrary<PlainObject> = record(
  {
    containers,
    initContainers: containers.map((all) => all.map((each) => ({ ...each, name: `${String(each['name'])}-0` }))),
    hostNetwork: boolean(),
    hostPID: boolean(),
    hostUsers: boolean(),
    automountServiceAccountToken: boolean(),
    serviceAccountName: constantFrom('default', 'app'),
    securityContext: oneof<Arbitrary<unknown>[]>(
      securityContexts
        .map(({ seccompProfile, runAsUser, runAsNonRoot }) => ({ seccompProfile, runAsUser, runAsNonRoot }))
        .map(withoutUndefined),
      record({
        sysctls: array(record({ name: constantFrom('kernel.msgmax', 'net.ipv4.tcp_rmem', 'net.core.somaxconn'), value: constant('1') }), {
          maxLength: 3,
        }),
      }),
      constant(null),
    ),
    volumes: constantFrom<unknown>(
      [{ name: 'data', emptyDir: {} }],
      [
        { name: 'data', hostPath: { path: '/var/run' } },
        { name: 'b', secret: { secretName: 'x' } },
      ],
    ),
  },
  { requiredKeys: ['containers'], noNullPrototype: true },
);

function withoutUndefined(object: PlainObject): PlainObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const metadata: Arbitrary<PlainObject> = record(
  {
    name: constantFrom('app', 'web', 'db', 'cache', 'one', 'two', 'three'),
    namespace: constantFrom('shop', 'shop', 'kube-system', 'default'),
    labels: constantFrom({ app: 'app' }, { 'x.y/z': 'yes' }),
    annotations: constantFrom<unknown>({ note: 'hello world' }, null, {}),
  },
  { requiredKeys: ['name'], noNullPrototype: true },
);

const podMetadata = constant({ labels: { app: 'app' } });

/** Objects with pods in them, most of them sensible, some hostile. */
const workloads: Arbitrary<PlainObject> = oneof(
  record({ apiVersion: constant('v1'), kind: constant('Pod'), metadata, spec: podSpecs }),
  record({
    apiVersion: constant('apps/v1'),
    kind: constantFrom('Deployment', 'DaemonSet', 'StatefulSet'),
    metadata,
    spec: record({ template: record({ metadata: podMetadata, spec: podSpecs }) }),
  }),
  record({
    apiVersion: constant('batch/v1'),
    kind: constant('CronJob'),
    metadata,
    spec: podSpecs.map((spec) => ({ schedule: '* * * * *', jobTemplate: { spec: { template: { spec } } } })),
  }),
  nat().map((seed) => randomPods(seed).next().value as PlainObject),
);

const otherObjects: Arbitrary<PlainObject> = oneof(
  record({
    apiVersion: constant('v1'),
    kind: constant('Namespace'),
    metadata: record(
      { name: constantFrom('shop', 'other'), labels: constantFrom({ team: 'x' }, { 'pod-security.kubernetes.io/enforce': 'baseline' }) },
      { requiredKeys: ['name'], noNullPrototype: true },
    ),
  }),
  constant({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'all', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  }),
  record({
    apiVersion: constant('v1'),
    kind: constantFrom('ServiceAccount', 'ConfigMap', 'Widget'),
    metadata,
    data: constantFrom<unknown>({ a: 'yes' }, [1, 'x'], null),
  }),
  record({
    apiVersion: constant('v1'),
    kind: constant('Service'),
    metadata,
    spec: constantFrom({ type: 'LoadBalancer' }, { ports: [{ port: 80 }] }),
  }),
);

const lists: Arbitrary<PlainObject> = record({
  apiVersion: constant('v1'),
  kind: constant('List'),
  items: array(oneof(workloads, otherObjects), { maxLength: 3 }),
});

const objects: Arbitrary<PlainObject> = oneof(
  { weight: 6, arbitrary: workloads },
  { weight: 3, arbitrary: otherObjects },
  { weight: 1, arbitrary: lists },
);

/** Containers that share a security context by an anchor and aliases. */
const aliased: Arbitrary<string> = record({ pod: podSpecs, shared: securityContexts, metadata }).map(({ pod, shared, metadata: about }) => {
  const all = pod['containers'] as readonly PlainObject[];
  const spec = { ...pod, containers: [...all, { ...all[0], name: 'twin' }].map((each) => ({ ...each, securityContext: shared })) };
  return stringify({ apiVersion: 'v1', kind: 'Pod', metadata: about, spec }, { aliasDuplicateObjects: true });
});

const documents: Arbitrary<string> = oneof(
  { weight: 12, arbitrary: record({ object: objects, style: documentStyles }).map(({ object, style }) => inStyle(object, style).text) },
  { weight: 2, arbitrary: objects.map((object) => `${JSON.stringify(object)}\n`) },
  { weight: 1, arbitrary: aliased },
  { weight: 1, arbitrary: styledDocuments.map(({ text }) => `${text.replaceAll(/\r|\ufeff/g, '').trimEnd()}\n`) },
  { weight: 1, arbitrary: constantFrom('', '# nothing\n', '{{ template }}\n', 'apiVersion: v1\nkind: Pod\nspec: [\n') },
);

const yamlFiles: Arbitrary<ManifestFile> = record({
  parts: array(documents, { minLength: 1, maxLength: 4 }),
  head: constantFrom('', '', '', '\ufeff', '---\n', '# my file\n---\n', '%YAML 1.1\n---\n'),
  separator: constantFrom('---\n', '---\n', '--- # next\n', '...\n---\n'),
  tail: constantFrom('', '', '', '\n\n', '---\n', '# the end\n', '# the end', '...\n', undefined),
  newline: constantFrom('\n', '\n', '\r\n'),
}).map(({ parts, head, separator, tail, newline }) => {
  const body = parts.join(separator);
  const text = head + (tail === undefined ? body.replace(/\n$/, '') : body + tail);
  return { name: 'a.yaml', text: text.replaceAll('\n', newline) };
});

const jsonFiles: Arbitrary<ManifestFile> = record({
  object: oneof(objects, lists),
  indent: constantFrom(2, 4, '\t', 0),
  tail: constantFrom('\n', ''),
  newline: constantFrom('\n', '\n', '\r\n'),
  more: option(objects, { freq: 8 }),
}).map(({ object, indent, tail, newline, more }) => {
  const text = [object, ...(more === null ? [] : [more])].map((each) => JSON.stringify(each, undefined, indent)).join('\n') + tail;
  return { name: 'a.json', text: text.replaceAll('\n', newline) };
});

/** Files with workloads and what stands around them. */
export const manifestFiles: Arbitrary<ManifestFile> = oneof({ weight: 5, arbitrary: yamlFiles }, { weight: 1, arbitrary: jsonFiles });
