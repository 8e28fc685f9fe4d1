import { describe, expect, test } from 'vitest';
import { imageUser, nonRootId } from './process-identity.ts';

describe('an id', () => {
  test.each(['1', '10001', '2147483647'])('%s is one', (text) => {
    expect(nonRootId(text)).toBe(Number(text));
  });

  test.each(['0', '00', '', '-1', '1e3', '2147483648', '10001 ', 'nginx', '99999999999'])('%s is none', (text) => {
    expect(nonRootId(text)).toBeUndefined();
  });
});

describe('the user of an image', () => {
  test.each(['', 'root', '0', '0:0', 'root:root', ':10001'])('%s is root', (user) => {
    expect(imageUser(user)).toEqual({ kind: 'root' });
  });

  test('may be a number, with a group or without', () => {
    expect(imageUser('10001')).toEqual({ kind: 'numeric', user: 10001 });
    expect(imageUser('10001:20002')).toEqual({ kind: 'numeric', user: 10001, group: 20002 });
    expect(imageUser('10001:0')).toEqual({ kind: 'numeric', user: 10001 });
    expect(imageUser('10001:web')).toEqual({ kind: 'numeric', user: 10001 });
  });

  test('may be a name', () => {
    expect(imageUser('nginx')).toEqual({ kind: 'name', name: 'nginx' });
    expect(imageUser('nginx:101')).toEqual({ kind: 'name', name: 'nginx' });
    expect(imageUser('4294967296')).toEqual({ kind: 'name', name: '4294967296' });
  });
});
