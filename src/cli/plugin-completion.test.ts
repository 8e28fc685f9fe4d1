import { describe, expect, test } from 'vitest';
import { asCalled } from './called-as.ts';
import { offer } from './plugin-completion.ts';

describe('what kubectl offers', () => {
  const words = (...typed: string[]): string[] => offer(typed).words.map((word) => word.split('\t')[0] ?? '');

  test('commands, then options, then their values', () => {
    expect(words('')).toEqual(expect.arrayContaining(['scan', 'snapshot', '--help']));
    expect(words('sn')).toEqual(['snapshot']);
    expect(words('scan', '--clu')).toEqual(['--cluster']);
    expect(words('scan', '--fail-on', '')).toEqual(['critical', 'high', 'medium', 'low', 'none']);
    expect(words('scan', '--profile=')).toEqual(['nsa', 'baseline', 'restricted']);
    expect(words('scan', '-o', 'sa')).toEqual(['sarif']);
    expect(words('scan', '--only', 'POD-0')).toEqual(expect.arrayContaining(['POD-01']));
    expect(words('explain', 'NET-0')).toEqual(expect.arrayContaining(['NET-02']));
    expect(words('list', '')).toEqual(['controls', 'recommendations']);
    expect(words('list', 'controls', 'pod-security/privileged')).toEqual(['pod-security/privileged']);
    expect(words('generate', 'net')).toEqual(['network-policies']);
  });

  test('files where a file belongs, and nowhere else', () => {
    expect(offer(['scan', '']).besides).toBe('files');
    expect(offer(['scan', '--kubeconfig', '']).besides).toBe('files');
    expect(offer(['snapshot', '-o', '']).besides).toBe('files');
    expect(offer(['generate', 'network-policies', '']).besides).toBe('files');
    expect(offer(['scan', '--context', ''])).toEqual({ words: [], besides: 'nothing' });
    expect(offer(['unknown', ''])).toEqual({ words: [], besides: 'nothing' });
    expect(offer(['scan', '--unknown=x'])).toEqual({ words: [], besides: 'nothing' });
  });

  test('says what commands and options are', () => {
    expect(offer(['snap']).words).toEqual([expect.stringMatching(/^snapshot\tRecord/)]);
    expect(offer(['scan', '--qui']).words).toEqual([expect.stringMatching(/^--quiet\t/)]);
  });
});

test('commands are written as they are called', () => {
  const text = 'Usage: plimsoll scan\nnpx plimsoll@latest scan x\nplimsoll: no\nplimsoll --help | plimsoll scan a/plimsoll scan';
  expect(asCalled(text, true)).toBe(
    'Usage: kubectl plimsoll scan\nnpx plimsoll@latest scan x\nplimsoll: no\nkubectl plimsoll --help | kubectl plimsoll scan a/plimsoll scan',
  );
  expect(asCalled(text, false)).toBe(text);
});
