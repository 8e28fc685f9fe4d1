import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/index.ts';
import { plimsoll } from './run.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const rows = [
  ...readFileSync(join(docs, 'comparison.md'), 'utf8').matchAll(/^\| \[([\w-]+\.yaml)\].*?\| (critical|high) at (\d+):(\d+)/gm),
];

describe('docs/comparison.md tells the truth about', () => {
  test.each(rows.map(([, file = '', severity = '', line = '', column = '']) => ({ file, severity, place: `${line}:${column}` })))(
    '$file',
    ({ file, severity, place }) => {
      const { stdout } = plimsoll(['scan', join(docs, 'comparison', file), '-o', 'json', '--only', 'POD-06,NET-02']);
      const { findings } = JSON.parse(stdout) as Report;
      expect(findings.map((finding) => `${finding.severity} at ${finding.line}:${finding.column}`)).toContain(`${severity} at ${place}`);
    },
  );

  test('every file beside it', () => {
    expect(rows.map(([, file = '']) => file).sort()).toEqual(readdirSync(join(docs, 'comparison')).sort());
  });
});
