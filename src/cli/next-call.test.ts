import { expect, test } from 'vitest';
import { findCommand, parseArguments } from './arguments.ts';
import { nextCall } from './next-call.ts';

function again(...argv: string[]): string {
  const command = findCommand('fix');
  return nextCall(command, parseArguments(command, argv), ['write', 'output']);
}

test('repeats what is read and judged, and leaves out what the next call decides anew', () => {
  expect(again('deploy', '--write', '-o', 'json', '--only', 'POD', '--review', '--only', 'NET', '-n', 'shop')).toBe(
    'plimsoll fix deploy --review --only POD --only NET --namespace shop',
  );
});

test('quotes words as a shell needs it', () => {
  expect(again('my files', "it's", '*.yaml', '--only', 'NET-*')).toBe("plimsoll fix 'my files' 'it'\\''s' '*.yaml' --only 'NET-*'");
});
