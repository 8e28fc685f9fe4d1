import { describe, expect, test } from 'vitest';
import { defineControl, pass, type AnyControl, type Mappings } from '../core/index.ts';
import { containers } from '../subjects/container.ts';
import { profiles, type Profile } from './policy.ts';
import { leftOut, selects } from './selection.ts';

function control(also: Mappings = {}): AnyControl {
  return defineControl({
    id: 'paint/red',
    decides: ['NET-07', 'POD-01'],
    title: 'T',
    why: 'W.',
    also,
    severity: 'low',
    remedy: 'R.',
    subject: containers,
    examples: () => ({ pass: {}, fail: {} }),
    evaluate: () => pass,
  });
}

const red = control();

describe('a selection pattern', () => {
  test.each([
    'paint/red',
    'Paint/Red',
    'paint',
    'POD-01',
    'pod-01',
    'POD',
    'net',
    'POD-*',
    '*/red',
    'p*t/r*d',
    'p*n*d',
    '*',
    '**',
    'paint/red*',
    '*paint/red',
    'paint*/red',
  ])('%s selects the control', (pattern) => {
    expect(selects(pattern, red)).toBe(true);
  });

  test.each([
    'red',
    'POD-1',
    'PO',
    'OD',
    'pain',
    'paınt/red',
    'paint/',
    'aint*',
    '*re',
    '*blue',
    'p*x*d',
    'paint/r*red',
    'p*d*t',
    'paint/re*ed',
    '',
    '\n',
    '*\n',
  ])('%j does not', (pattern) => {
    expect(selects(pattern, red)).toBe(false);
  });
});

test('the folder pod-security is not the chapter POD', () => {
  const sockets = { ...red, id: 'pod-security/sockets', decides: ['ISO-03'] };
  expect(['pod-security', 'iso', 'pod'].map((pattern) => selects(pattern, sockets))).toEqual([true, true, false]);
});

describe('a control is left out', () => {
  const all = { profile: 'nsa', only: [], skip: [] } as const;

  test('by no profile but those that do not hold its level', () => {
    expect(profiles).toEqual(['nsa', 'baseline', 'restricted']);
    const taking = (also: Mappings): Profile[] => profiles.filter((profile) => leftOut(control(also), { ...all, profile }) === undefined);
    expect(taking({ pss: 'baseline' })).toEqual(['nsa', 'baseline', 'restricted']);
    expect(taking({ pss: 'restricted' })).toEqual(['nsa', 'restricted']);
    expect(taking({})).toEqual(['nsa']);
    expect(leftOut(red, { ...all, profile: 'restricted' })).toBe('left out by --profile restricted');
  });

  test('by --only, unless one of the patterns selects it', () => {
    expect(leftOut(red, { ...all, only: ['POD-02', 'paint/blue'] })).toBe('left out by --only');
    expect(leftOut(red, { ...all, only: ['POD-02', 'paint'] })).toBeUndefined();
  });

  test('by --skip, if one of the patterns selects it', () => {
    expect(leftOut(red, { ...all, skip: ['POD-02', 'paint'] })).toBe('left out by --skip');
    expect(leftOut(red, { ...all, skip: ['POD-02'] })).toBeUndefined();
    expect(leftOut(red, { ...all, only: ['paint'], skip: ['paint/red'] })).toBe('left out by --skip');
  });
});
