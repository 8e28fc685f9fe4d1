import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleFindings, exampleFindingsPage } from '../../tools/example-findings.ts';
import { controls } from '../controls/index.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/examples.md'), 'utf8');
const alone = process.env['PLIMSOLL_CONTROL'];

describe('messages and places', () => {
  for (const control of alone === undefined ? controls : controls.filter(({ id }) => id === alone)) {
    test(`of ${control.id} are those of docs/reference/examples.md`, () => {
      const [, own = ''] = exampleFindingsPage([control], exampleFindings([control])).split(/^## /m);
      expect(page).toContain(`## ${own.trimEnd()}\n`);
    });
  }
});
