import { expect, test } from 'vitest';
import { OptionError } from '../options/option-error.ts';
import { findCommand, parseArguments } from './arguments.ts';
import { outputsOf } from './outputs.ts';

function outputs(...asked: string[]) {
  const given = parseArguments(
    findCommand('scan'),
    asked.flatMap((output) => ['-o', output]),
  );
  return outputsOf(given, ['text', 'json', 'sarif']);
}

test.each([[['text', 'json']], [['text', 'json=-']], [['json=report', 'sarif=report']], [['json=report', 'sarif=./folder/../report']]])(
  '%j are refused: one would overwrite the other',
  (asked) => {
    expect(() => outputs(...asked)).toThrow(OptionError);
  },
);

test('one output may go to standard output beside any number of files', () => {
  expect(outputs('sarif=a', 'text', 'json=b', 'json=c')).toEqual([
    { format: 'sarif', file: 'a' },
    { format: 'text' },
    { format: 'json', file: 'b' },
    { format: 'json', file: 'c' },
  ]);
});
