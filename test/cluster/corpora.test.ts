import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scan, scanCluster, type Finding, type Report } from '../../src/index.ts';
import type { Resource } from '../../src/core/index.ts';
import { isClusterScoped } from '../../src/kube/scope.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import { readManifests } from '../../src/sources/manifests/index.ts';
import { corpora, corporaFolder } from '../upstream/corpora.ts';
import type { ApiClient, ApiObject, Json, Status } from './api-client.ts';
import { asAdmin, kubeconfig, kubernetesVersion, startControlPlane, type ControlPlane } from './control-plane.ts';

/*
 * Real manifests, applied to a real cluster with its controllers: the scan of the cluster says what the scan of the files
 * says, but for what is explained below.
 */

/** An object as it is applied, and as its file is scanned. */
interface Applied {
  readonly object: ApiObject;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const patience = 600_000;

let plane: ControlPlane;
let admin: ApiClient;
let files: Report;
let live: Report;
const applied: Applied[] = [];
const refused = new Map<string, number>();

/** All objects of the corpora, of the kinds that a scan reads. */
async function objectsOfCorpora(): Promise<ApiObject[]> {
  const found: ApiObject[] = [];
  for (const corpus of corpora) {
    const options = { paths: [corpus], cwd: corporaFolder, reads: () => true };
    await readManifests(options, (input) => {
      if (input.type === 'resource') found.push(input.resource.object as ApiObject);
    });
  }
  return found;
}

test('x', async () => {
  const all = await objectsOfCorpora();
  const kinds = new Map<string, number>();
  for (const { apiVersion, kind } of all) kinds.set(`${apiVersion} ${kind}`, (kinds.get(`${apiVersion} ${kind}`) ?? 0) + 1);
  console.log(all.length, [...kinds].sort((a, b) => b[1] - a[1]).map(([k, n]) => `${n} ${k}`).join('\n'));
  expect(1).toBe(1);
});
