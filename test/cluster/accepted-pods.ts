import type { ApiClient, ApiObject, Json, Status } from './api-client.ts';

type Changeable = Record<string, unknown>;

/** How often a pod is sent again without what the server complained about. */
const mostRounds = 8;

/**
 * The first `count` of the pods that the API server takes where no policy holds, each without the fields that its validation
 * refused: admission sees only what is valid. `namespace` must enforce nothing. Throws where most pods are beyond repair.
 */
export async function acceptedPods(
  admin: ApiClient,
  namespace: string,
  pods: Iterator<Readonly<Record<string, unknown>>>,
  count: number,
): Promise<ApiObject[]> {
  const accepted: ApiObject[] = [];
  for (let tried = 0; accepted.length < count;) {
    if (tried > 2 * count) throw new Error(`of ${tried} pods the server takes only ${accepted.length}`);
    const batch = Array.from({ length: count - accepted.length }, () => plausible(pods.next().value as Json));
    tried += batch.length;
    const repaired = await Promise.all(batch.map((pod) => accept(admin, namespace, pod)));
    accepted.push(...repaired.filter((pod) => pod !== undefined));
  }
  return accepted;
}

async function accept(admin: ApiClient, namespace: string, pod: ApiObject): Promise<ApiObject | undefined> {
  for (let round = 0; round < mostRounds; round++) {
    const { status, body } = await admin.create<Status>(pod, { namespace, dryRun: true });
    if (status === 201) return pod;
    const causes = status === 422 ? (body.details?.causes ?? []) : [];
    const faults = new Map(causes.map(({ field = '' }) => nearest(pod, steps(field))).map((path) => [path.join('\n'), path]));
    if (faults.size === 0 || [...faults.values()].some((path) => path.length < 2)) return undefined;
    // From the back, so that indexes of lists stay right.
    for (const path of [...faults.values()].sort((one, other) => compareSteps(other, one))) remove(pod, path);
  }
  return undefined;
}

/** `metadata.annotations[example.org/a]` and `spec.containers[0].name` as keys and indexes. */
function steps(field: string): string[] {
  return [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, bracketed]) => bracketed ?? whole);
}

function compareSteps(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = a[at]!.localeCompare(b[at]!, 'en', { numeric: true });
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The path itself where something stands there; where a required field is missing, the path of what misses it. */
function nearest(root: Changeable, path: readonly string[]): readonly string[] {
  let value: unknown = root;
  for (const [depth, step] of path.entries()) {
    value = (value as Changeable)[step];
    if (value === undefined || value === null) return path.slice(0, depth);
    if (typeof value !== 'object') return path.slice(0, depth + 1);
  }
  return path;
}

function remove(root: Changeable, path: readonly string[]): void {
  const step = path.at(-1)!;
  const parent: unknown = path.slice(0, -1).reduce<unknown>((value, each) => (value as Changeable)[each], root);
  if (Array.isArray(parent)) parent.splice(Number(step), 1);
  else delete (parent as Changeable)[step];
}

const names: Readonly<Record<string, readonly string[]>> = { initContainers: ['a', 'init'], containers: ['app', 'b', 'c'] };

/** Whole where validation would leave nothing: with containers, names and the fields that each source of a volume must have. */
function plausible(pod: Json): ApiObject {
  const { spec, metadata, ...rest } = structuredClone(pod) as Changeable & { spec: Changeable };
  const { ephemeralContainers: _, ...kept } = spec;
  if (!Array.isArray(kept['containers']) || kept['containers'].length === 0) kept['containers'] = [{ image: 'registry.example/app:1' }];
  for (const [list, given] of Object.entries(names)) {
    const containers = (kept[list] ?? []) as Changeable[];
    for (const [index, container] of containers.entries()) container['name'] = given[index];
  }
  for (const [index, volume] of ((kept['volumes'] ?? []) as Changeable[]).entries()) {
    for (const source of Object.keys(volume)) volume[source] = volumeSources[source] ?? {};
    volume['name'] = `volume-${index}`;
  }
  return { ...rest, apiVersion: 'v1', kind: 'Pod', metadata, spec: kept };
}

const volumeSources: Readonly<Record<string, object>> = {
  hostPath: { path: '/data' },
  gcePersistentDisk: { pdName: 'disk' },
  awsElasticBlockStore: { volumeID: 'disk' },
  gitRepo: { repository: 'repository' },
  secret: { secretName: 'secret' },
  nfs: { server: 'server', path: '/data' },
  iscsi: { targetPortal: '192.0.2.1:3260', iqn: 'iqn.2001-04.com.example:disk', lun: 0 },
  glusterfs: { endpoints: 'endpoints', path: 'data' },
  persistentVolumeClaim: { claimName: 'claim' },
  rbd: { monitors: ['monitor'], image: 'image' },
  flexVolume: { driver: 'example.org/driver' },
  cinder: { volumeID: 'disk' },
  cephfs: { monitors: ['monitor'] },
  flocker: { datasetName: 'data' },
  fc: { targetWWNs: ['wwn'], lun: 0 },
  azureFile: { secretName: 'secret', shareName: 'share' },
  configMap: { name: 'map' },
  vsphereVolume: { volumePath: 'path' },
  quobyte: { registry: 'registry:1', volume: 'volume' },
  azureDisk: { diskName: 'disk', diskURI: 'https://disk.example' },
  photonPersistentDisk: { pdID: 'disk' },
  projected: { sources: [] },
  portworxVolume: { volumeID: 'disk' },
  scaleIO: { gateway: 'gateway', system: 'system', volumeName: 'volume', secretRef: { name: 'secret' } },
  storageos: { volumeName: 'volume' },
  csi: { driver: 'driver.example.org' },
  ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
  image: { reference: 'registry.example/data:1' },
};
