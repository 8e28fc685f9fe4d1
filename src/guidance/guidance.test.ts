import { describe, expect, test } from 'vitest';
import { chapterOf, chapters, errata, findErratum, findRecommendation, recommendations } from './index.ts';
import type { Recommendation } from './index.ts';

/** Longer texts are not read in a terminal. */
const longestText = 600;

const atMostOneSpace = /^\S+(?: \S+)*$/;

/** A capital first, but for names that are always written small. */
const sentences = /^(?:[A-Z]|etcd |kubeadm ).*\.$/;

describe('the chapters', () => {
  test('number their recommendations from 01 without a gap', () => {
    for (const chapter of chapters) {
      expect(chapter.recommendations.map(({ code }) => code)).toEqual(
        chapter.recommendations.map((_, index) => `${chapter.code}-${String(index + 1).padStart(2, '0')}`),
      );
    }
  });

  test('have codes of their own, a title and a section', () => {
    expect(new Set(chapters.map(({ code }) => code)).size).toBe(chapters.length);
    for (const { code, title, section } of chapters) {
      expect(code).toMatch(/^[A-Z]{2,4}$/);
      expect(title).toMatch(atMostOneSpace);
      expect(section).toMatch(atMostOneSpace);
    }
  });
});

describe('each recommendation', () => {
  test.each(recommendations)('$code is written out', ({ title, reference, asks, today, remedy }) => {
    expect(title).toMatch(atMostOneSpace);
    expect(title).not.toMatch(/\.$/);
    expect(reference).toMatch(/^(?:v1\.[012] |not in )/);
    for (const text of [asks, remedy, ...(today === '' ? [] : [today])]) {
      expect(text).toMatch(atMostOneSpace);
      expect(text).toMatch(sentences);
      expect(text.length).toBeLessThanOrEqual(longestText);
    }
    expect(asks).not.toMatch(/\bshould\b/i);
  });

  test.each(recommendations)(
    '$code names its evidence, errata and equivalents in their forms',
    ({ evidence, errata: numbers, mappings }) => {
      expect(evidence.length).toBeGreaterThan(0);
      expect(new Set(evidence).size).toBe(evidence.length);
      for (const number of numbers ?? []) expect(findErratum(number)).toBeDefined();
      expect(new Set(numbers).size).toBe(numbers?.length ?? 0);
      for (const id of mappings?.attack ?? []) expect(id).toMatch(/^T\d{4}(\.\d{3})?$/);
      for (const id of mappings?.cis ?? []) expect(id).toMatch(/^(?:(?:AKS|Docker|EKS|GKE) )?\d+(?:\.\d+)*$/);
    },
  );

  test('of an edition cites that edition', () => {
    const citesItsEdition = ({ origin, reference }: Recommendation): boolean =>
      origin === 'derived' || reference.startsWith('v1.0 ') === (origin === 'v1.0');
    expect(recommendations.filter((recommendation) => !citesItsEdition(recommendation))).toEqual([]);
  });
});

describe('looking up', () => {
  test('finds each recommendation and its chapter by code', () => {
    for (const chapter of chapters) {
      for (const recommendation of chapter.recommendations) {
        expect(findRecommendation(recommendation.code)).toBe(recommendation);
        expect(chapterOf(recommendation.code)).toBe(chapter);
      }
    }
  });

  test.each(['POD-99', 'pod-01', 'POD', '', '__proto__', 'constructor'])('finds nothing for %j', (code) => {
    expect(findRecommendation(code)).toBeUndefined();
    expect(chapterOf(code)).toBeUndefined();
  });
});

describe('the errata', () => {
  test('are numbered from 1 to 21', () => {
    expect(errata.map(({ number }) => number)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    expect(findErratum(22)).toBeUndefined();
  });

  test.each(errata)('$number says where, what and what instead', ({ place, defect, instead }) => {
    expect(place).toMatch(/^v1\.0 (?:pp?\. \d|appendi(?:x|ces) [A-N])/);
    for (const text of [defect, instead]) {
      expect(text).toMatch(atMostOneSpace);
      expect(text).toMatch(sentences);
      expect(text.length).toBeLessThanOrEqual(longestText);
    }
  });
});
