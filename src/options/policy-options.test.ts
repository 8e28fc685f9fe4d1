import { describe, expect, test } from 'vitest';
import { defineControl, flag, pass, strings, type AnyControl, type SubjectKind } from '../core/index.ts';
import { policyOf, type PolicyOptions } from './policy-options.ts';

const nothing: SubjectKind<never> = {
  scope: 'local',
  name: 'thing',
  reads: { podTemplates: true, kinds: [] },
  example: 'container',
  *subjects() {},
};

function control(id: string, code: string): AnyControl {
  return defineControl({
    id,
    decides: [code],
    title: 'a thing holds',
    why: 'Because.',
    severity: 'high',
    also: {},
    subject: nothing,
    params: { allowed: strings('what is allowed', ['a']), strict: flag('no exception', false) },
    evaluate: () => pass,
    examples: () => ({ pass: {}, fail: {} }),
  });
}

const controls = [control('pod-security/privileged', 'POD-06'), control('pod-security/host-ports', 'POD-10')];

function refused(options: PolicyOptions): string {
  try {
    policyOf(options, controls);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

test('without options the oldest supported version is assumed and said', () => {
  const policy = policyOf({}, controls);
  expect(policy).toMatchObject({ profile: 'nsa', versionAssumed: true, minSeverity: 'low', partial: false, system: false });
  expect(policy.assumptions[0]).toContain(`Kubernetes ${policy.kubernetesVersion}`);
});

test('a version that is newer than the tables is judged as the newest, and said', () => {
  const policy = policyOf({ kubernetesVersion: '1.99' }, controls);
  expect(policy).toMatchObject({ kubernetesVersion: '1.99', versionAssumed: false });
  expect(policy.version).toBeLessThan(99);
  expect(policy.assumptions[0]).toMatch(/^Kubernetes 1\.99 behaves like 1\.\d+/);
});

describe('what is none is refused with the nearest spelling', () => {
  test.each<[PolicyOptions, string]>([
    [{ only: ['privilegd'] }, '"privilegd" is no control, code or chapter\ndid you mean pod-security/privileged?'],
    [{ skip: ['POD-6'] }, '"POD-6" is no control, code or chapter\ndid you mean POD-06?'],
    [{ only: ['zebra/*'] }, '"zebra/*" is no control, code or chapter\nplimsoll list controls lists them'],
    [{ only: ['gov-01'] }, 'no control of this version decides GOV-01\nplimsoll explain GOV-01 says which evidence it needs'],
    [{ only: ['GOV'] }, 'no control of this version decides a recommendation of chapter GOV\nplimsoll list controls lists what is decided'],
    [{ kubernetesVersion: '1.4' }, 'Kubernetes 1.4 is too old to judge; the oldest is 1.20'],
    [{ namespace: 'Shop' }, '"Shop" cannot be the name of a namespace'],
    [{ profile: 'restrictd' as never }, 'unknown profile "restrictd"\ndid you mean restricted?'],
    [{ params: { 'POD-11': {} } }, '"POD-11" is no control'],
    [{ params: { 'POD-10': { alowed: 'x' } } }, 'POD-10 has no parameter "alowed"\ndid you mean POD-10.allowed?'],
    [{ params: { 'POD-10': { strict: 'perhaps' } } }, 'POD-10.strict is a switch\nwrite true or false'],
    [{ params: { 'POD-10': { allowed: true } } }, 'POD-10.allowed is a list'],
    [{ params: { 'POD-10': { constructor: 'x' } } }, 'POD-10 has no parameter "constructor"'],
  ])('%j', (options, message) => {
    expect(refused(options)).toContain(message);
  });
});

test('patterns are ids, folders, codes, chapters and globs', () => {
  for (const pattern of ['pod-security/privileged', 'pod-security', 'pod-06', 'POD', 'POD-*', '*/host-*'])
    expect(policyOf({ only: [pattern] }, controls).only).toEqual([pattern]);
});

test('parameters are set by id or code, lists with commas', () => {
  const params = { 'pod-10': { allowed: '80, 443', strict: 'true' }, 'pod-security/privileged': { allowed: ['x'] } };
  expect(policyOf({ params }, controls).params).toEqual({
    'pod-security/host-ports': { allowed: ['80', '443'], strict: true },
    'pod-security/privileged': { allowed: ['x'] },
  });
  expect(policyOf({ params: { 'POD-10': { allowed: '' } } }, controls).params).toEqual({ 'pod-security/host-ports': { allowed: [] } });
});
