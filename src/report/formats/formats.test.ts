import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import type { FleetReport, Report } from '../../core/index.ts';
import { fleetAsOne } from '../../library/merge-reports.ts';
import { sampleFleet } from '../sample-fleet.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatCsv, formatFleetCsv } from './csv.ts';
import { formats, type FormatOptions } from './index.ts';
import { formatFleetJunit, formatJunit } from './junit.ts';
import { formatFleetOscal } from './oscal.ts';
import { formatFleetPrometheus, formatPrometheus } from './prometheus.ts';
import { hostileReport, hostileTexts } from './sample-hostile.ts';

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

describe.each(formats.filter(({ name, oneCluster }) => name !== ofTheGuide && oneCluster === undefined))(
  '$name of several clusters',
  ({ name, load, loadFleet }) => {
    const written = async (fleet: FleetReport): Promise<string> => {
      const own = await loadFleet?.();
      const pieces = own === undefined ? (await load())(fleetAsOne(fleet), options) : own(fleet, options);
      return [...pieces].join('');
    };

    test('names each, keeps what is alike in two of them apart, and does not pass over one that could not be judged', async () => {
      const text = await written(sampleFleet);
      for (const { name: cluster } of sampleFleet.clusters) expect(text).toContain(cluster);
      if (name !== 'prometheus') expect(text).toContain('nobody listens there (ECONNREFUSED)');
      expect(text.length).toBeGreaterThan((await written({ ...sampleFleet, clusters: sampleFleet.clusters.slice(1) })).length);
    });

    test('takes the names of clusters for text', async () => {
      const small = { ...clean, ledger: clean.ledger.slice(0, 1), workloads: [] };
      const clusters = hostileTexts.flatMap((text) => [
        { name: text, report: small },
        { name: `${text}!`, failure: [text] },
      ]);
      const text = await written({ ...sampleFleet, clusters });
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e]/);
      if (!ofOwn.has(name)) expect(Buffer.from(text).toString()).toBe(text);
    });
  },
);

/** Alike in both clusters, and what `report` has besides. */
function twoClusters(report: Report = sampleReport): FleetReport {
  return {
    ...sampleFleet,
    clusters: [
      { name: 'staging', report },
      { name: 'eu.production', report },
      { name: 'lab', failure: ['nobody listens there'] },
    ],
  };
}

function lines(text: Iterable<string>): string[] {
  return [...text].join('').split(/\r?\n/);
}

test('a table of several clusters has them in its first column', () => {
  const own = lines(formatCsv(sampleReport));
  const [head, ...rows] = lines(formatFleetCsv(twoClusters()));
  expect(head).toBe(`cluster,${own[0]}`);
  expect(rows).toEqual([
    ...own.slice(1, -1).map((row) => `staging,${row}`),
    ...own.slice(1, -1).map((row) => `eu.production,${row}`),
    expect.stringMatching(/^lab,,unread,.*nobody listens there/),
    '',
  ]);
});

test('metrics of several clusters are those of each with a label, every gauge in one piece', () => {
  const own = lines(formatPrometheus(sampleReport));
  const all = lines(formatFleetPrometheus(twoClusters()));
  expect(all.filter((line) => line.startsWith('#'))).toEqual(own.filter((line) => line.startsWith('#')));
  expect(all).toContain('plimsoll_unread{cluster="lab"} 1');
  for (const line of own.filter((each) => each.startsWith('plimsoll_findings')))
    expect(all).toContain(line.replace('}', ',cluster="eu.production"}'));
  expect(all.filter((line) => line.startsWith('plimsoll_info')).map((line) => /,cluster="([^"]*)"/.exec(line)?.[1])).toEqual([
    'staging',
    'eu.production',
  ]);
});

test('tests of several clusters have suites and classes of their own', () => {
  const own = [...formatJunit(sampleReport)].join('');
  const all = [...formatFleetJunit(twoClusters())].join('');
  const count = (text: string, what: string): number => text.split(what).length - 1;
  expect(count(all, '<testcase ')).toBe(2 * count(own, '<testcase ') + 1);
  expect(all).toContain('<testsuite name="staging: ');
  // Viewers take dots for folders.
  expect(count(all, 'classname="eu_production.')).toBe(count(own, '<testcase '));
  expect(all).toContain('classname="lab.plimsoll.unread"><error message="nobody listens there"');
});

test('assessment results of several clusters are a result each, and share no identifier', () => {
  const text = [...formatFleetOscal(twoClusters(), options)].join('');
  const document = JSON.parse(text) as { 'assessment-results': { results: { uuid: string; title: string; findings?: object[] }[] } };
  const { results } = document['assessment-results'];
  expect(results.map(({ findings }) => findings?.length)).toEqual([sampleReport.ledger.length, sampleReport.ledger.length, undefined]);
  const made = [...text.matchAll(/"uuid":"([^"]+)"/g)].map(([, uuid]) => uuid);
  expect(new Set(made).size).toBe(made.length);
});

test('formats that are of one cluster say why', () => {
  expect(formats.filter(({ oneCluster }) => oneCluster !== undefined).map(({ name }) => name)).toEqual(['sonar', 'policyreport']);
});
