import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import type { Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formats, type FormatOptions } from './index.ts';
import { hostileReport } from './sample-hostile.ts';

const options: FormatOptions = { controls, time: '2026-11-22T04:00:00Z' };
const clean: Report = { ...sampleReport, inputs: { ...sampleReport.inputs, unread: [] }, findings: [] };
/** Their own tests compare them whole. */
const ofOwn: ReadonlySet<string> = new Set(['json', 'sarif']);

test('no two formats share a name, and each says what it is and how its file ends', () => {
  expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length);
  for (const { name, about, extension } of formats) {
    expect(name).toMatch(/^[a-z][a-z-]*$/);
    expect(about).toMatch(/^[^.]{5,80}[^.].*[^.]$/);
    expect(extension).toMatch(/^\.[a-z]+$/);
  }
});

test('docs/formats.md has a row for each', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/formats.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z][a-z-]*)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(['text', ...formats.map(({ name }) => name)]);
});

/** Says the same whatever was scanned. */
const ofTheGuide = 'oscal-catalog';

/** Those that are read instead of the report, and have a place for it. */
const withCounts: ReadonlySet<string> = new Set(['json', 'github', 'markdown', 'prometheus']);

test.each(formats.filter(({ name }) => withCounts.has(name)))('$name tells how many findings it leaves out', async ({ load }) => {
  const report = { ...clean, baseline: { file: 'known.jsonl', known: 77, gone: 0 } };
  expect([...(await load())(report, options)].join('')).toContain('77');
});

describe.each(formats.filter(({ name }) => name !== ofTheGuide))('$name', ({ name, load }) => {
  const written = async (report: Report): Promise<string> => [...(await load())(report, options)].join('');

  test('is the same for the same report', async () => {
    expect(await written(sampleWaivedReport)).toBe(await written(structuredClone(sampleWaivedReport)));
  });

  test('does not pass input that could not be read for clean', async () => {
    const unread = { ...clean, inputs: { ...clean.inputs, unread: [{ file: 'deploy/torn.yaml', line: 3, reason: 'torn in two' }] } };
    // Labels of metrics do not take the names of files: there the number says it.
    if (name === 'prometheus') expect(await written(unread)).toContain('plimsoll_unread 1\n');
    else expect(await written(unread)).toMatch(/torn\.yaml[^]*torn in two|torn in two[^]*torn\.yaml/);
  });

  test('tells what is waived, by whom and until when', async () => {
    const text = await written(sampleWaivedReport);
    if (name === 'prometheus') expect(text).toContain('plimsoll_waived_findings 2\n');
    else expect(text).toMatch(/2027-01-31[^]*team-logs|team-logs[^]*2027-01-31/);
  });

  test('tells what is not known', async () => {
    const text = await written(sampleReport);
    if (name === 'prometheus') expect(text).toContain('plimsoll_unknown_verdicts 2\n');
    else expect(text).toContain('names no namespace');
  });

  test('passes nothing on that steers a terminal, and can be encoded', async () => {
    const text = await written(hostileReport);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e]/);
    if (!ofOwn.has(name)) expect(Buffer.from(text).toString()).toBe(text);
  });

  test('comes in pieces that do not grow with the report', async () => {
    const many = Array.from({ length: 600 }, (_, index) => ({
      ...sampleReport.findings[0]!,
      file: `deploy/${index % 100}.yaml`,
      resource: { ...sampleReport.findings[0]!.resource, name: `web-${index}`, namespace: `n${index % 7}` },
      fingerprint: String(index),
    }));
    const largest = Math.max(...[...(await load())({ ...clean, findings: many }, options)].map(({ length }) => length));
    // A PolicyReport is one object, and bounded itself.
    expect(largest).toBeLessThan(name === 'policyreport' ? 256 * 1024 : 64 * 1024);
  });
});
