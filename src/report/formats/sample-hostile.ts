import type { Finding, Report } from '../../core/index.ts';
import { sampleWaivedReport } from '../sample-report.ts';

// A report whose every name, path and reason is written by somebody who wants to break out of each of the formats.

/** Ways out of a line, a cell, a command, an element, a code span, a label; to mention people, to link, to steer a terminal. */
export const hostileTexts: readonly string[] = [
  '=HYPERLINK("http://evil.example","x")',
  '+cmd|\u0027 /C calc\u0027!A0',
  ' @SUM(1;2)',
  '"=1+1',
  '::error file=x::owned',
  'a\n::set-output name=x::y\r\n##[add-path]/tmp',
  '100%25 , : , %0A::warning::x',
  '</failure></testcase><script>alert(1)</script>]]>',
  '<details><img src=x onerror=alert(1)></details>',
  '`` `code` ``` @everyone #1 org/repo#2 https://evil.example www.evil.example',
  '[text](javascript:alert(1)) ![image](//evil.example) | cell |',
  '"} 1\nplimsoll_findings{severity="critical"} 0\\',
  '\u001b]0;owned\u0007\u202eabc\u2028\u0000\ufffe',
  '\ud800 lone',
  '__proto__',
  'constructor',
  '- [ ] task\n# heading',
  'x'.repeat(3000),
];

/** One finding of each sort for each of the texts, everywhere at once. */
export const hostileReport: Report = {
  ...sampleWaivedReport,
  inputs: {
    ...sampleWaivedReport.inputs,
    unread: hostileTexts.map((text, index) => ({ file: `${text}/${index}.yaml`, line: 1, reason: text })),
  },
  findings: hostileTexts.flatMap((text) => {
    const resource = { apiVersion: text, kind: text, namespace: text, name: text };
    const finding: Finding = {
      ...sampleWaivedReport.findings[9]!,
      resource,
      container: text,
      path: text,
      file: text,
      message: text,
      fingerprint: text,
    };
    const { waived: _, ...open } = finding;
    const waived = { from: 'annotation', reason: text, owner: text, until: text, ticket: text, file: text, line: 1 } as const;
    return [open, { ...open, waived }, { ...open, verdict: 'unknown' }];
  }),
};
