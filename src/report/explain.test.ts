import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { chapterOf, findRecommendation, recommendations } from '../guidance/index.ts';
import { explainJson, explainMarkdown, explainText, type Explanation } from './explain.ts';
import { listControls, listRecommendations } from './list.ts';
import { cells } from './wrap.ts';

const before = 'spec:\n  containers:\n    - name: web\n      image: web:1\n';
const after = `${before}      securityContext:\n        allowPrivilegeEscalation: false\n`;

function explanation(code: string): Explanation {
  return {
    recommendations: [{ recommendation: findRecommendation(code)!, chapter: chapterOf(code)! }],
    controls: controls
      .filter(({ decides }) => decides.includes(code))
      .map((control) => ({
        control,
        examples: control.examples(),
        fixExample: { before, after },
      })),
  };
}

describe('the explanation of a recommendation', () => {
  test('says everything about it and its controls', () => {
    const text = [...explainText(explanation('POD-12'), { color: false, width: 80 })].join('');
    for (const label of ['Demand', 'Place', 'Today', 'Remedy', 'Why', 'Checked', 'Fails', 'Passes', 'Fix', 'Risk', 'Change', 'Elsewhere'])
      expect(text).toMatch(new RegExp(`^${label}\\b`, 'm'));
    expect(text).toContain('    +        allowPrivilegeEscalation: false\n');
  });

  test('fits the terminal, whichever it is', () => {
    for (const { code } of recommendations)
      for (const line of [...explainText({ ...explanation(code), controls: [] }, { color: false, width: 60 })].join('').split('\n'))
        expect(cells(line) <= 60 || !line.trim().includes(' ') || line.startsWith(code), line).toBe(true);
  });

  test('says of each mistake of the guide what to do instead, in sentences', () => {
    const text = [...explainMarkdown({ ...explanation('RES-01'), controls: [] })].join('');
    expect(text).toMatch(/^\*\*Erratum:\*\* v1\.0 p\. 14: [^.]+\. Instead: It can hold several\./m);
  });

  test('is Markdown with fenced examples', () => {
    const text = [...explainMarkdown(explanation('POD-12'), 2)].join('');
    expect(text).toMatch(/^## POD-12: /);
    expect(text).toContain('\n### pod-security/privilege-escalation (high)\n');
    expect(text).toContain('\n```diff\n');
    expect(text.match(/^```/gm)!.length % 2).toBe(0);
  });

  test('is JSON', () => {
    const value = JSON.parse([...explainJson(explanation('POD-12'))].join('')) as {
      recommendations: { code: string; chapter: { code: string } }[];
      controls: { id: string; fix: { diff: string } }[];
    };
    expect(value.recommendations[0]).toMatchObject({ code: 'POD-12', chapter: { code: 'POD' } });
    expect(value.controls[0]!.fix.diff).toContain('+        allowPrivilegeEscalation: false');
  });

  test('says so where no machine repairs it', () => {
    const {
      recommendations: [first],
    } = explanation('POD-12');
    const control = controls.find(({ id }) => id === 'pod-security/privilege-escalation')!;
    const declining = {
      recommendations: [first!],
      controls: [{ control, examples: control.examples(), fixExample: { declined: 'a person must choose' } }],
    };
    expect([...explainText(declining, { color: false, width: 80 })].join('')).toContain('By hand     a person must choose');
  });
});

describe('lists', () => {
  const listed = recommendations.map((recommendation) => ({ recommendation, chapter: 'x', controls: [] }));

  test.each([60, 80, 120])('fit into %i columns', (width) => {
    const lines = [...listControls(controls, { color: false, width }), ...listRecommendations(listed, { color: false, width })]
      .join('')
      .split('\n');
    for (const line of lines) expect(cells(line), line).toBeLessThanOrEqual(width);
  });

  test('hold every entry', () => {
    const text = [...listRecommendations(listed, { color: false, width: 120 })].join('');
    for (const { code } of recommendations) expect(text).toContain(code);
  });
});
