import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Finding, Report } from '../../core/index.ts';
import { sampleReport } from '../sample-report.ts';
import { formatHtml } from './html.ts';

function pageOf(report: Report): string {
  return [...formatHtml(report, { controls: [] })].join('');
}

const page = pageOf(sampleReport);

/** What elements of a name hold. */
function inside(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}[^>]*>([^]*?)</${name}>`, 'g'))].map(([, content = '']) => content);
}

describe('the page needs nothing else', () => {
  test('its policy lets its own script and style run and nothing more', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(`script-src ${digest(inside(page, 'script').at(-1)!)};`);
    expect(policy).toContain(`style-src ${digest(inside(page, 'style')[0]!)};`);
  });

  test('no attribute holds a script or a style, and nothing is fetched', () => {
    const markup = page.replaceAll(/<(script|style)[^]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/<[^>]+\s(?:on\w+|style|src|srcset|action|ping)=/);
    expect(markup).not.toMatch(/<(?:link|img|iframe|object|embed|base)\b/);
    expect([...markup.matchAll(/href="([^"]*)"/g)].every(([, href = '']) => href.startsWith('#'))).toBe(true);
  });
});

describe('without a script', () => {
  test('what fails, what was not read and what is taken for granted can be read', () => {
    const text = page.replaceAll(/<script[^]*?<\/script>/g, '');
    expect(text).toContain('3 of 6 recommendations fail');
    expect(text).toContain('container &#34;web&#34; is privileged');
    expect(text).toContain('deploy/broken.yaml:7');
    expect(text).toContain('1 document could not be read.');
    expect(text).toContain(sampleReport.target.assumptions[0]);
    expect(text).toContain('and in 6 more places');
  });

  test('every entry of the ledger has a cell that leads to it', () => {
    for (const { code, state } of sampleReport.ledger) {
      expect(page).toContain(`<a class="cell ${state}" href="#ledger/${code}"`);
      expect(page).toContain(`id="ledger/${code}"`);
    }
  });

  test('of long lists the rest is counted', () => {
    const unread = Array.from({ length: 1203 }, (_, index) => ({ file: `f${index}.yaml`, line: 1, reason: 'no YAML' }));
    expect(pageOf({ ...sampleReport, inputs: { ...sampleReport.inputs, unread } })).toContain('and 203 more unread documents');
  });
});

test('waived findings do not count, and are said', () => {
  const waived = { from: 'comment', reason: 'agreed', owner: 'ops', until: '2027-01-31', file: 'a.yaml', line: 1 } as const;
  const findings = sampleReport.findings.map((finding): Finding => (finding.severity === 'critical' ? { ...finding, waived } : finding));
  const text = pageOf({ ...sampleReport, findings });
  expect(text).toContain('1 finding waived.');
  expect(text.replaceAll(/<script[^]*?<\/script>/g, '')).not.toContain('container &#34;web&#34; is privileged');
});

test('waivers, a baseline, a revision and merged reports are said', () => {
  const waiver = { from: 'policy-file', reason: 'agreed', owner: 'ops', until: '2027-01-31', file: 'plimsoll.yaml', line: 4 } as const;
  const text = pageOf({
    ...sampleReport,
    baseline: { file: 'known.json', known: 12, gone: 1 },
    changedSince: { revision: 'main', commit: '0123abcd', unchanged: 5 },
    merged: [{ file: 'shop.json', tool: '0.1.0', kubernetesVersion: '1.35', objects: 3, findings: 2, unread: 1 }],
    waivers: [{ ...waiver, control: 'POD-02', state: 'expired', findings: 3 }],
  });
  expect(text).toContain('The baseline known.json knows 12 findings more');
  expect(text).toContain('Only what changed since main is listed.');
  expect(text).toContain('shop.json</span> 3 objects, 2 findings, 1 unread');
  expect(text).toContain('<code>POD-02</code> <strong>expired, 3 findings</strong>: agreed (ops, until 2027-01-31)');
});

test('hostile names stay text', () => {
  const name = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u2028\u0000';
  const hostile = { ...sampleReport.findings[0]!, message: name, path: name, container: name, file: name, control: name, codes: [name] };
  const resource = { apiVersion: 'v1', kind: name, namespace: name, name };
  const text = pageOf({
    ...sampleReport,
    target: { ...sampleReport.target, kubernetesVersion: name, assumptions: [name] },
    inputs: {
      ...sampleReport.inputs,
      unread: [{ file: name, line: 1, reason: name }],
      skipped: [{ file: name, line: 1, reason: name, count: 1 }],
    },
    findings: [{ ...hostile, resource }],
    workloads: [{ resource, file: name, line: 1, podSecurityLevel: 'baseline', restrictedBy: [name] }],
    ledger: [{ ...sampleReport.ledger[0]!, code: name, chapter: name, title: name, note: name, controls: [name] }],
  });
  expect(text.match(/<script/g)).toHaveLength(2);
  expect(text).not.toMatch(/<img/);
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000\u2028\u202e]/);
});
