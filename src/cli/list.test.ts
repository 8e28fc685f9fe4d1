import { describe, expect, test, vi } from 'vitest';
import { findCommand, parseArguments } from './arguments.ts';
import { runList } from './list.ts';
import { writeStream } from './output.ts';

vi.mock('./output.ts', () => ({ writeStream: vi.fn<typeof writeStream>() }));

/** The names that are listed. */
async function listed(...argv: string[]): Promise<string[]> {
  vi.mocked(writeStream).mockReset();
  await runList(parseArguments(findCommand('list'), [...argv, '-o', 'json']));
  const [, pieces] = vi.mocked(writeStream).mock.calls[0]!;
  const entries = JSON.parse([...pieces].join('')) as { id?: string; code?: string }[];
  return entries.map(({ id, code }) => id ?? code ?? '');
}

describe('recommendations are listed', () => {
  test('by code, alone, whatever else their controls decide', async () => {
    expect(await listed('recommendations', 'rbac-02')).toEqual(['RBAC-02']);
  });

  test('by chapter, whether a control decides them or not', async () => {
    const codes = await listed('recommendations', 'RBAC', 'LOG-1*');
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !/^(?:RBAC-|LOG-1)/.test(code))).toEqual([]);
  });

  test('by a control that decides them, or its folder', async () => {
    expect(await listed('recommendations', 'pod-security/privileged')).toEqual(['POD-06']);
    expect(await listed('recommendations', 'control-plane')).toContain('KCFG-03');
  });
});

test('controls are listed by what they decide', async () => {
  expect(await listed('controls', 'POD-06')).toContain('pod-security/privileged');
  expect(await listed('controls', '--severity', 'critical')).not.toContain('pod-security/image-digest');
});

test.each([
  [['controls', '--evidence', 'image'], '--evidence goes with recommendations alone'],
  [['controls', '--undecided'], '--undecided goes with recommendations alone'],
  [['recommendations', '--severity', 'high'], '--severity goes with controls alone'],
])('a filter of the other list is refused: %j', async (argv, why) => {
  await expect(listed(...argv)).rejects.toThrow(why);
});
