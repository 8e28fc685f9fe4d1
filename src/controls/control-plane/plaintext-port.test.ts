import { expect, test } from 'vitest';
import { nothingGiven } from '../../core/index.ts';
import { plaintextPort } from './plaintext-port.ts';

function judged(version: number, ...command: string[]): string {
  const subject = { container: { command }, name: 'c' };
  const judging = { version, params: {}, partial: false };
  const verdict = plaintextPort.evaluate(subject, judging);
  if (verdict.verdict !== 'fail') return verdict.verdict;
  const repair = plaintextPort.fix!.edits(subject, { ...judging, ...nothingGiven });
  return JSON.stringify('edits' in repair ? [repair.safety, ...repair.edits] : repair);
}

const removal = (...indexes: number[]): string => JSON.stringify(indexes.map((index) => ({ op: 'remove', path: ['command', index] })));

test('from 1.24 every flag of the port goes, the last first', () => {
  expect(judged(24, 'kube-apiserver', '--insecure-port=0', '--insecure-bind-address', '127.0.0.1')).toBe(removal(3, 2, 1));
  expect(judged(24, 'kube-scheduler', '--port=0', '--bind-address=127.0.0.1')).toBe(removal(1));
  expect(judged(24, 'kube-scheduler', '--insecure-port=0')).toBe('pass');
});

test('before, the flag may stand while it says 0, and goes where it asks for what there is no more', () => {
  expect(judged(23, 'kube-apiserver', '--insecure-port=0', '--address=0.0.0.0')).toBe('pass');
  expect(judged(23, 'kube-apiserver')).toBe('pass');
  expect(judged(20, 'kube-apiserver', '--insecure-port=8080')).toBe(removal(1));
});

test('while the port was served, only a 0 closes it, which a person reviews', () => {
  const closed = (edit: object): string => JSON.stringify(['review', edit]);
  expect(judged(19, 'kube-apiserver')).toBe(closed({ op: 'append', path: ['command'], value: '--insecure-port=0' }));
  expect(judged(21, 'kube-controller-manager', '--port=10252')).toBe(closed({ op: 'set', path: ['command', 1], value: '--port=0' }));
  expect(judged(22, 'kube-scheduler', '--port', '10251')).toBe(closed({ op: 'set', path: ['command', 2], value: '0' }));
  expect(judged(19, 'kube-apiserver', '--insecure-port=0')).toBe('pass');
});
