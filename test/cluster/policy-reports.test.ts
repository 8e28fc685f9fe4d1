import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatPolicyreport } from '../../src/report/formats/policyreport.ts';
import { hostileReport } from '../../src/report/formats/sample-hostile.ts';
import { sampleReport } from '../../src/report/sample-report.ts';
import { moduleFolder } from '../upstream/go-module.ts';
import { oracleModule } from '../upstream/oracle.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { asAdmin, startControlPlane, type ControlPlane } from './control-plane.ts';
import { until } from './until.ts';

/* A real API server, with the definitions that Kyverno installs, takes what is written. */

let plane: ControlPlane;
let admin: ApiClient;

beforeAll(async () => {
  plane = await startControlPlane();
  admin = asAdmin(plane.address);
  const folder = join(moduleFolder(oracleModule, 'github.com/kyverno/kyverno@v1.14.4'), 'config/crds/policyreport');
  for (const file of ['wgpolicyk8s.io_policyreports.yaml', 'wgpolicyk8s.io_clusterpolicyreports.yaml']) {
    const { status, body } = await admin.create(parse(readFileSync(join(folder, file), 'utf8')) as ApiObject);
    if (status !== 201) throw new Error(JSON.stringify(body));
  }
  const isServed = async (): Promise<boolean> => {
    const { status } = await admin.request('GET', '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports');
    return status === 200 && (await admin.resource('wgpolicyk8s.io/v1alpha2', 'PolicyReport')) !== undefined;
  };
  await until(isServed, () => 'the server does not serve reports of policies');
  // One of the hostile names is a fine name of a namespace.
  for (const name of ['shop', 'constructor']) await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});

afterAll(() => plane.stop());

const finding = sampleReport.findings[0]!;
const large = {
  ...sampleReport,
  findings: Array.from({ length: 1000 }, (_, index) => ({ ...finding, fingerprint: String(index), message: `é${index}`.repeat(30) })),
};

test.each([
  ['the sample', sampleReport],
  ['hostile names', hostileReport],
  ['more than one object can hold', large],
])('every object is stored as it was written, and with the annotation of kubectl: %s', async (_, report) => {
  const { items } = JSON.parse([...formatPolicyreport(report, { controls: [], time: '' })].join('')) as { items: Written[] };
  for (const item of items) {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(item) };
    const applied = { ...item, metadata: { ...item.metadata, annotations } };
    const { namespace } = item.metadata;
    const { status, body } = await admin.apply<Written>(applied, { strict: true, ...(namespace === undefined ? {} : { namespace }) });
    expect([status, body.results, body.summary]).toEqual([expect.any(Number), item.results, item.summary]);
    expect(status).toBeLessThan(300);
  }
});

interface Written extends ApiObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly results: unknown;
  readonly summary: unknown;
}
