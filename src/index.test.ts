import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { OptionError, outcome, scan } from './index.ts';
import { formatJson } from './report/json.ts';
import { reportSchema } from './report/json-schema.ts';
import { validatorOf } from '../test/schema.ts';

const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-scan-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
        securityContext: { privileged: true }
`;
writeFileSync(join(cwd, 'web.yaml'), deployment);

test('a folder is read and judged, with every recommendation accounted for', async () => {
  const report = await scan({ cwd });
  expect(report.inputs).toMatchObject({ files: 1, documents: 1, resources: 1 });
  expect(report.ledger).toHaveLength(210);
  const privileged = report.findings.find(({ control }) => control === 'pod-security/privileged');
  expect(privileged).toMatchObject({ file: 'web.yaml', line: 12, verdict: 'fail', container: 'web' });
  expect(outcome(report, { failOn: 'high', allowUnreadable: false }).exitCode).toBe(1);
});

test('a real report validates against its schema', async () => {
  const validate = validatorOf(reportSchema());
  validate(JSON.parse([...formatJson(await scan({ cwd, all: true }))].join('')));
  expect(validate.errors).toBeNull();
});

test('standard input is read where - names it', async () => {
  const report = await scan({ paths: ['-'], stdin: Readable.from([Buffer.from(deployment)]), only: ['POD-06'] });
  expect(report.findings.map(({ file, control }) => `${file} ${control}`)).toEqual(['<stdin> pod-security/privileged']);
});

test('what cannot be read is in the report and fails the run', async () => {
  const report = await scan({ cwd, paths: ['absent.yaml', 'web.yaml'] });
  expect(report.inputs.unread).toHaveLength(1);
  expect(report.inputs.resources).toBe(1);
  expect(outcome(report, { failOn: 'none', allowUnreadable: false }).exitCode).toBe(2);
});

test('kinds that the user adds are read', async () => {
  const custom = deployment.replace('apps/v1', 'example.org/v1').replace('Deployment', 'Worker');
  const options = { paths: ['-'], only: ['POD-06'] };
  const without = await scan({ ...options, stdin: Readable.from([Buffer.from(custom)]) });
  expect(without.inputs.resources).toBe(0);
  const podTemplates = [{ group: 'example.org', kind: 'Worker', path: 'spec.template' }];
  const report = await scan({ ...options, podTemplates, stdin: Readable.from([Buffer.from(custom)]) });
  expect(report.findings).toHaveLength(1);
});

test('a wrong option is an OptionError', async () => {
  await expect(scan({ cwd, only: ['privilegd'] })).rejects.toThrow(OptionError);
});
