import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnyControl } from '../src/core/index.ts';
import { controls } from '../src/controls/index.ts';
import { controlProofs } from '../src/testing/control-proofs.ts';
import { constantName, controlsIndex } from './controls-index.ts';
import { scaffoldControl } from './new-control.ts';

const root = resolve(import.meta.dirname, '..');
const tree = mkdtempSync(join(tmpdir(), 'plimsoll-new-control-'));
cpSync(join(root, 'src'), join(tree, 'src'), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));

afterAll(() => rmSync(tree, { recursive: true }));

describe('a new control', () => {
  test('passes its own proofs as it is written, and the generator finds it', async () => {
    const result = scaffoldControl(tree, 'upkeep/brand-new');
    expect(result).toEqual({ path: join(tree, 'src/controls/upkeep/brand-new.ts') });
    expect(controlsIndex(tree)).toContain("import { brandNew } from './upkeep/brand-new.ts';");
    const { brandNew } = (await import(join(tree, 'src/controls/upkeep/brand-new.ts'))) as { brandNew: AnyControl };
    for (const { name, run } of controlProofs(brandNew, [...controls, brandNew])) expect(run, name).not.toThrow();
  });

  test('never overwrites a control', () => {
    const before = readFileSync(join(tree, 'src/controls/pod-security/privilege-escalation.ts'), 'utf8');
    expect(scaffoldControl(tree, 'pod-security/privilege-escalation')).toEqual({
      error: 'src/controls/pod-security/privilege-escalation.ts exists',
    });
    expect(readFileSync(join(tree, 'src/controls/pod-security/privilege-escalation.ts'), 'utf8')).toBe(before);
  });

  test.each(['host-ports', 'Pod/x', 'pod-security/../x', 'pod-security/x y', '/etc/passwd'])('is refused the id %s', (id) => {
    expect(scaffoldControl(tree, id)).toHaveProperty('error');
  });
});

test('a constant is named after its file', () => {
  expect(constantName('seccomp-profile')).toBe('seccompProfile');
});
