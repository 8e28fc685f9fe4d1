import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { apiGroup, compareText, type ResourceRef } from '../../src/core/index.ts';
import { startEvaluation } from '../../src/evaluate/index.ts';
import { scan, scanCluster, type Finding, type Report } from '../../src/index.ts';
import { policyOf } from '../../src/options/policy-options.ts';
import { wantedKinds } from '../../src/sources/cluster/wanted-kinds.ts';
import { readManifests } from '../../src/sources/manifests/index.ts';
import { corpora, corporaFolder } from '../upstream/corpora.ts';
import type { ApiClient, ApiObject, Status } from './api-client.ts';
import { asAdmin, kubeconfig, kubernetesVersion, startControlPlane, type ControlPlane } from './control-plane.ts';
import { until } from './until.ts';

/*
 * Real manifests, applied to a real cluster with its controllers: the scan of the cluster says what the scan of the files
 * says, but for what is explained below.
 */

const patience = 900_000;

/** What the server refuses, and why: every refusal is one of these. */
const refusals: readonly (readonly [message: RegExp, why: string])[] = [
  [/[Rr]equired value/, 'a base of kustomize, which an overlay completes'],
  [/\$\(|\{\{/, 'a variable of a template where a name must be'],
  [/field not declared in schema/, 'a field that the kind does not have, at times misspelt'],
  [/Unsupported value: "tcp"/, 'a protocol in small letters'],
  [/^the server knows no /, 'a version that this server no longer has'],
];

/** What is said of the files alone, and of the cluster instead. */
interface Explained {
  readonly control: string;
  readonly kind: string;
  readonly files?: RegExp;
  readonly cluster?: RegExp;
  readonly why: string;
}

const explained: readonly Explained[] = [
  {
    control: 'pod-security/service-account',
    kind: 'Pod',
    files: /name no service account and mount the token of "default"/,
    cluster: /run as the service account "default" and mount its token/,
    why: 'the admission plugin ServiceAccount writes "default" into pods that name none',
  },
  {
    control: 'pod-security/service-account',
    kind: 'ReplicationController',
    files: /^pods of "es[a-z-]*" share account "elasticsearch"/,
    cluster: /^pods of "es[a-z-]*" share account "elasticsearch"/,
    why: 'the server copies the old field serviceAccount to serviceAccountName, and the finding names the field that counts',
  },
  {
    control: 'network-separation/node-ports',
    kind: 'Service',
    files: /opens a port of 30000-32767 on every node/,
    cluster: /opens (?:port|ports|\d+ ports?) .*on every node/,
    why: 'the server gives out the ports that nobody names',
  },
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) => ({
    control: 'pod-security/webhook-backend',
    kind,
    files: /which was not read$/,
    cluster: /which does not exist: /,
    why: 'a Service that is in no file may exist all the same; one that is not in the cluster does not',
  })),
  ...['ClusterRoleBinding', 'RoleBinding'].map((kind) => ({
    control: 'authorization/dangling-bindings',
    kind,
    files: /which was not read$/,
    cluster: /which does not exist$/,
    why: 'an account that is in no file may exist all the same; one that is not in the cluster does not',
  })),
  {
    control: 'network-separation/secrets-in-manifests',
    kind: 'Secret',
    files: /stands in a manifest with the value of/,
    why: 'it is the manifest that must not hold a value: in a cluster every Secret has one',
  },
  ...['ClusterRole', 'ConfigMap', 'Role', 'Secret', 'ServiceAccount'].map((kind) => ({
    control: 'upgrading/unreferenced-objects',
    kind,
    files: /^nothing that was read refers to /,
    why: 'a scan of a cluster reads neither all kinds that may refer to it nor all Secrets, so that this is left to the manifests',
  })),
];

/** What they say of products they say of the cluster, and in manifests, which show none, of each product. */
const ofCluster: ReadonlySet<string> = new Set(controls.filter(({ subject }) => subject.name === 'cluster').map(({ id }) => id));

/** What the server takes. */
const applied: ApiObject[] = [];
/** What it refuses, with what it says. */
const refused: string[] = [];

let plane: ControlPlane | undefined;
let files: Report;
let live: Report;

const wanted = wantedKinds(startEvaluation(controls, policyOf({}, controls, true)).kinds, []);

function isWanted(group: string | undefined, kind: string | undefined): boolean {
  return wanted.some((each) => each.group === group && each.kind === kind);
}

/** A CustomResourceDefinition of a kind that a scan reads. Patches have the kind of what they change. */
function definesWanted(object: ApiObject): boolean {
  if (object.kind !== 'CustomResourceDefinition') return false;
  const { group, names } = (object['spec'] ?? {}) as { readonly group?: string; readonly names?: { readonly kind: string } };
  return isWanted(group, names?.kind);
}

async function objectsOfCorpora(): Promise<ApiObject[]> {
  const found: ApiObject[] = [];
  for (const corpus of corpora) {
    await readManifests({ paths: [corpus], cwd: corporaFolder, reads: () => true }, (input) => {
      if (input.type === 'resource') found.push(input.resource.object as ApiObject);
    });
  }
  return found;
}

/** What others need comes first, and last what would meddle with the rest. */
function turn({ kind }: ApiObject): number {
  if (kind === 'CustomResourceDefinition') return 0;
  if (kind === 'Namespace') return 1;
  if (/Webhook|AdmissionPolicy/.test(kind)) return 4;
  return kind === 'ServiceAccount' || kind === 'LimitRange' ? 2 : 3;
}

async function applyAll(administrator: () => ApiClient): Promise<void> {
  const objects = (await objectsOfCorpora()).filter(
    (object) => isWanted(apiGroup(object.apiVersion), object.kind) || definesWanted(object),
  );
  const definitions = new Map(objects.filter((object) => turn(object) === 0).map((object) => [nameOf(object), object]));
  const first = administrator();
  await Promise.all([...definitions.values()].map((object) => apply(first, object)));
  await Promise.all([...definitions.values()].map((definition) => announced(first, definition)));

  // A client asks once what the server has.
  const admin = administrator();
  const batches: ApiObject[][] = [[], [], [], [], []];
  const known = new Set<string>();
  const namespaces = new Map<string, ApiObject>([['default', namespaceOf('default')]]);
  for (const object of objects.filter((each) => turn(each) > 0)) {
    const name = nameOf(object);
    const resource = await admin.resource(object.apiVersion, object.kind);
    const placeIn = (namespace: string | undefined): string => [apiGroup(object.apiVersion), object.kind, namespace, name].join('/');
    let namespace = resource?.namespaced === false ? undefined : homeOf(object);
    // The same name again is another variant of the same program, which gets a namespace of its own.
    for (let variant = 2; namespace !== undefined && known.has(placeIn(namespace)); variant++) namespace = `${homeOf(object)}-${variant}`;
    if (known.has(placeIn(namespace))) continue;
    known.add(placeIn(namespace));
    const placed = { ...object, metadata: { ...metadataOf(object), ...(namespace === undefined ? {} : { namespace }) } };
    if (object.kind === 'Namespace') namespaces.set(name, placed);
    else batches[turn(object)]!.push(placed);
    if (namespace !== undefined && !namespaces.has(namespace)) namespaces.set(namespace, namespaceOf(namespace));
  }
  batches[1]!.push(...namespaces.values());
  for (const batch of batches) await Promise.all(batch.map((object) => apply(admin, object)));
}

/** Pods live apart: a ReplicationController would adopt those that its selector fits, and delete what it has too many. */
function homeOf(object: ApiObject): string {
  const { namespace = 'default' } = metadataOf(object);
  return object.kind === 'Pod' ? `${namespace}-pods` : namespace;
}

function namespaceOf(name: string): ApiObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function metadataOf(object: ApiObject): { readonly name?: string; readonly namespace?: string } {
  return object['metadata'] ?? {};
}

function nameOf(object: ApiObject): string {
  return metadataOf(object).name ?? '';
}

/** Discovery tells of a definition some moments after it is established. */
async function announced(admin: ApiClient, definition: ApiObject): Promise<void> {
  const { group, names, versions } = definition['spec'] as Definition;
  const isServed = async (): Promise<boolean> => {
    for (const { name, served } of versions)
      if (served && (await admin.resource(`${group}/${name}`, names.kind)) === undefined) return false;
    return true;
  };
  await until(isServed, () => `the server does not serve ${nameOf(definition)}`);
}

interface Definition {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

async function apply(admin: ApiClient, object: ApiObject): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const unserved = (error: unknown): { status: number; body: Status } => ({ status: 404, body: { message: (error as Error).message } });
    const { status, body } = await admin.apply<Status>(object).catch(unserved);
    if (status === 200 || status === 201) {
      applied.push(object);
      return;
    }
    const { message = '' } = body;
    // The account of a new namespace takes a moment.
    if (!/error looking up service account|no API token found/.test(message) || attempt === 600) {
      refused.push(`${object.kind} ${nameOf(object)}: ${message}`);
      return;
    }
    await setTimeout(100);
  }
}

/** Waits until the controllers have made all pods. */
async function settled(admin: ApiClient): Promise<void> {
  let before = -1;
  for (let quiet = 0; quiet < 10;) {
    const { body } = await admin.request<{ metadata: { remainingItemCount?: number } }>('GET', '/api/v1/pods?limit=1');
    const count = body.metadata.remainingItemCount ?? 0;
    quiet = count === before ? quiet + 1 : 0;
    before = count;
    await setTimeout(500);
  }
}

beforeAll(async () => {
  if (corpora.length === 0) return;
  plane = await startControlPlane({ controllerManager: true });
  const { address } = plane;
  await applyAll(() => asAdmin(address));
  await settled(asAdmin(address));
  live = await scanCluster({ kubeconfig: kubeconfig(address, 'administrator', ['system:masters']) });
  // As the server lists them: of several Services the first one is named.
  const keyOf = (object: ApiObject): string => `${metadataOf(object).namespace ?? ''}/${nameOf(object)}/${object.kind}`;
  const items = applied.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  files = await scan({ paths: ['-'], stdin: Readable.from([list]), kubernetesVersion });
}, patience);

afterAll(() => plane?.stop());

/** Tells what was applied from what the server and its controllers have made. */
function writtenOnly(): (about: { readonly resource: ResourceRef }) => boolean {
  const names = new Set(applied.map((object) => [object.kind, metadataOf(object).namespace, nameOf(object)].join(' ')));
  return ({ resource }) => names.has([resource.kind, resource.namespace, resource.name].join(' '));
}

function line({ control, resource, container = '', verdict, message, path }: Finding): string {
  return [control, verdict, resource.kind, resource.namespace, resource.name, container, path, message].join(' | ');
}

/** Findings of one report that the other one does not have. */
function missing(from: readonly Finding[], in_: readonly Finding[]): Finding[] {
  const known = new Set(in_.map(line));
  return from.filter((finding) => !known.has(line(finding)));
}

function explains(each: Explained, side: 'files' | 'cluster', { control, resource, message }: Finding): boolean {
  return each.control === control && each.kind === resource.kind && each[side]?.test(message) === true;
}

describe.skipIf(corpora.length === 0)('the corpora in a cluster', () => {
  test('what the server refuses is known, with the reason', () => {
    expect(refused.filter((each) => !refusals.some(([message]) => message.test(each.slice(each.indexOf(': ') + 2))))).toEqual([]);
    const used = refusals.filter(([message]) => refused.some((each) => message.test(each.slice(each.indexOf(': ') + 2))));
    expect(used).toEqual(refusals);
    expect(applied.length).toBeGreaterThan(10 * refused.length);
  });

  test('are told of as their files are, but for what is explained', () => {
    const [here, there] = [files, live].map(({ findings }) =>
      findings.filter(writtenOnly()).filter(({ control }) => !ofCluster.has(control)),
    );
    expect(here!.length).toBeGreaterThan(3_000);
    const [gone, added] = [missing(here!, there!), missing(there!, here!)];
    const unexplained = (side: 'files' | 'cluster', list: readonly Finding[]): string[] =>
      list.filter((finding) => !explained.some((each) => explains(each, side, finding))).map(line);
    expect({ files: unexplained('files', gone), cluster: unexplained('cluster', added) }).toEqual({ files: [], cluster: [] });
    // Nothing is explained that does not happen.
    const used = explained.filter(
      (each) =>
        (each.files === undefined || gone.some((finding) => explains(each, 'files', finding))) &&
        (each.cluster === undefined || added.some((finding) => explains(each, 'cluster', finding))),
    );
    expect(used).toEqual(explained);
  });

  test('have the same level of Pod Security', () => {
    const levels = ({ workloads }: Report): string[] =>
      workloads
        .filter(writtenOnly())
        .map(({ resource: { kind, namespace, name }, podSecurityLevel, restrictedBy }) =>
          [kind, namespace, name, podSecurityLevel, restrictedBy.join()].join(' '),
        )
        .sort();
    expect(levels(files).length).toBeGreaterThan(250);
    expect(levels(live)).toEqual(levels(files));
  });

  test('run as their templates say: all that the controllers make is judged at its owner', () => {
    const { drifted, skipped, unread } = live.inputs;
    expect([drifted, unread]).toEqual([[], []]);
    const made = skipped.filter(({ reason }) => reason.startsWith('Pod of')).reduce((sum, { count }) => sum + count, 0);
    expect(made).toBeGreaterThan(200);
    const isWritten = writtenOnly();
    expect(live.workloads.filter((workload) => !isWritten(workload))).toEqual([]);
  });
});
