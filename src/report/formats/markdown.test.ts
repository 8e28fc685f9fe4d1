import { lexer, type Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import type { Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatMarkdown } from './markdown.ts';
import { hostileReport } from './sample-hostile.ts';

function markdown(report: Report): string {
  return [...formatMarkdown(report, { controls, time: '' })].join('');
}

/** Every token, as a parser of GitHub's Markdown sees it. */
function tokensOf(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const cells = token.type === 'table' ? [...token.header, ...token.rows.flat()].flatMap((each: { tokens: Token[] }) => each.tokens) : [];
    const items = token.type === 'list' ? (token.items as Token[]) : [];
    return [token, ...tokensOf('tokens' in token ? (token.tokens ?? []) : []), ...tokensOf(cells), ...tokensOf(items)];
  });
}

test('the counts stand first, behind the mark by which the comment is found again', () => {
  const lines = markdown(sampleWaivedReport).split('\n');
  expect(lines[0]).toBe('<!-- plimsoll -->');
  expect(lines[1]).toBe('### Plimsoll: 8 high, 1 medium');
  expect(lines[3]).toContain('**1 could not be read** · 2 waived · 2 not known');
  expect(
    markdown({
      ...sampleReport,
      findings: [],
      summary: { ...sampleReport.summary, bySeverity: { critical: 0, high: 0, medium: 0, low: 0 } },
    }),
  ).toContain('Plimsoll: nothing fails');
});

test('findings are listed worst first, and fold', () => {
  const folded = [...markdown(sampleReport).matchAll(/<details><summary>(.*?)<\/summary>/g)].map(([, title]) => title);
  expect(folded).toEqual([
    'Guidance: 6 recommendations',
    'critical · pod-security/privileged (1)',
    'high · pod-security/privilege-escalation (9)',
    'medium · secrets/credentials (1)',
    'Not known from this input (2)',
  ]);
});

describe('a report that no comment can hold', () => {
  const findings = Array.from({ length: 3000 }, (_, index) => ({
    ...sampleReport.findings[0]!,
    line: index + 1,
    file: `deploy/${'long/'.repeat(10)}${index}.yaml`,
    severity: index % 2 === 0 ? ('high' as const) : ('low' as const),
  }));
  const report = {
    ...sampleReport,
    findings,
    summary: { ...sampleReport.summary, bySeverity: { critical: 0, high: 1500, medium: 0, low: 1500 } },
  };
  const text = markdown(report);

  test('is cut to what GitHub takes', () => {
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.length).toBeGreaterThan(60_000);
  });

  test('counts all, and tells how many are not listed', () => {
    expect(text).toContain('### Plimsoll: 1500 high, 1500 low');
    const listed = text.match(/^- `deploy/gm)?.length ?? 0;
    expect(text).toContain(`**${3000 - listed} more findings not listed here:**`);
  });

  test('closes what it has opened', () => {
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  test('keeps what could not be read', () => expect(text).toContain('`deploy/broken.yaml:7`'));
});

describe('text from input', () => {
  const tokens = tokensOf(lexer(markdown(hostileReport)));

  test('is no markup', () => {
    const html = tokens.filter(({ type }) => type === 'html').map(({ raw }) => raw.replaceAll(/<summary>.*<\/summary>/g, '').trim());
    expect(new Set(html)).toEqual(new Set(['<!-- plimsoll -->', '<details>', '</details>', '<br>']));
    expect(tokens.filter(({ type }) => ['link', 'image', 'checkbox'].includes(type))).toEqual([]);
    expect(tokens.filter(({ type }) => type === 'heading')).toHaveLength(1);
  });

  test('mentions nobody and refers to nothing', () => {
    const prose = tokens
      .filter((token) => token.type === 'text' && !('tokens' in token && token.tokens !== undefined))
      .map(({ raw }) => raw);
    expect(prose.length).toBeGreaterThan(0);
    expect(prose.filter((raw) => /@\w|#\d|:\/\/|www\./.test(raw))).toEqual([]);
  });
});
