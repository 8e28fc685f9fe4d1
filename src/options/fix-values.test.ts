import { expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { readFixValues } from './fix-values.ts';

test('values are read by id or by code', () => {
  expect(
    readFixValues(['pod-security/non-root-user.user=10001', 'pod-05.size=64Mi', 'POD-02.group=1', 'POD-02.group=2'], controls),
  ).toEqual({
    'pod-security/non-root-user': { user: '10001' },
    'pod-security/empty-dir-limits': { size: '64Mi' },
    'pod-security/non-root-groups': { group: '2' },
  });
});

test.each([
  ['pod-security/non-root-user', '--value pod-security/non-root-user is incomplete', 'write --value CONTROL.KEY=VALUE'],
  ['POD-01.=1', '--value POD-01.=1 is incomplete', 'write --value CONTROL.KEY=VALUE'],
  ['non-root-usr.user=1', '"non-root-usr" is no control', 'did you mean pod-security/non-root-user?'],
  ['POD-01.usr=1', 'the fix of POD-01 takes no value "usr"', 'did you mean POD-01.user?'],
  ['POD-06.user=1', 'the fix of POD-06 takes no value "user"', 'it needs none'],
  ['POD-01.user=', '--value POD-01.user has no usable value', 'write one line of at most 253 characters'],
  ['POD-01.user=1\n2', '--value POD-01.user has no usable value', 'write one line of at most 253 characters'],
  ['POD-01.__proto__=1', 'the fix of POD-01 takes no value "__proto__"', 'it takes user'],
])('%j is refused', (option, ...lines) => {
  expect(() => readFixValues([option], controls)).toThrow(lines.join('\n'));
});
