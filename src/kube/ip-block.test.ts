import { describe, expect, test } from 'vitest';
import { blockContains } from './ip-block.ts';

describe('a block of addresses', () => {
  test.each([
    ['0.0.0.0/0', '169.254.169.254', true],
    ['169.254.0.0/16', '169.254.169.254', true],
    ['169.254.169.254/32', '169.254.169.254', true],
    ['169.254.169.253/32', '169.254.169.254', false],
    ['10.1.2.3/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['::/0', 'fd00:ec2::254', true],
    ['fd00::/8', 'fd00:ec2::254', true],
    ['fd00:ec2:0:0:0:0:0:254/128', 'fd00:ec2::254', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['0.0.0.0/0', 'fd00:ec2::254', false],
    ['::/0', '169.254.169.254', false],
  ])('%s, asked for %s: %s', (cidr, address, expected) => {
    expect(blockContains(cidr, address)).toBe(expected);
  });

  test.each([
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.0/33',
    '010.0.0.0/8',
    '256.0.0.0/8',
    '::1::/64',
    '1:2:3/64',
    'x/8',
    '/8',
    '::/129',
    '1:2:3:4:5:6:7:8:9/0',
  ])('%s is none', (cidr) => {
    expect(blockContains(cidr, '10.0.0.1')).toBeUndefined();
  });
});
