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
  for (let tried = 0; accepted.length < count; tried += count) {
    if (tried > 3 * count) throw new Error(`of ${tried} pods the server takes only ${accepted.length}`);
    const batch = Array.from({ length: count }, () => plausible(pods.next().value as Json));
    const repaired = await Promise.all(batch.map((pod) => accept(admin, namespace, pod)));
    accepted.push(...repaired.filter((pod) => pod !== undefined));
  }
  return accepted.slice(0, count);
}

async function accept(admin: ApiClient, namespace: string, pod: ApiObject): Promise<ApiObject | undefined> {
  for (let round = 0; round < mostRounds; round++) {
    const { status, body } = await admin.create<Status>(pod, { namespace, dryRun: true });
    if (status === 201) return pod;
    const fields = (body.details?.causes ?? []).flatMap(({ field }) => (field === undefined ? [] : [field]));
    if (status !== 422 || fields.length === 0) return undefined;
    // From the back, so that indexes of lists stay right.
    const paths = [...new Set(fields)].map(steps).sort((a, b) => compareSteps(b, a));
    for (const path of paths) removeNearest(pod, path);
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

/** Removes what stands at the path; where a required field is missing, what misses it. */
function removeNearest(root: Changeable, path: readonly string[]): void {
  const parents: unknown[] = [root];
  for (const step of path) {
    const next = (parents.at(-1) as Changeable)[step];
    if (next === undefined || next === null) break;
    parents.push(next);
    if (typeof next !== 'object') break;
  }
  const depth = Math.max(1, parents.length - 1);
  const parent = parents[depth - 1];
  const step = path[depth - 1]!;
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
