import { describe, expect, test } from 'vitest';
import { chapterOf, chapters, errata, findErratum, findRecommendation, recommendations } from './index.ts';
import type { Origin, Recommendation } from './index.ts';

/** Longer texts are not read in a terminal. */
const longestText = 600;

const atMostOneSpace = /^\S+(?: \S+)*$/;

/** A capital first, but for names that are always written small. */
const sentences = /^(?:[A-Z]|etcd |ingress-nginx |kubeadm ).*\.$/;

describe('the catalogue', () => {
  test('has the recommendations of each edition and the derived ones', () => {
    const from = (wanted: Origin): number => recommendations.filter(({ origin }) => origin === wanted).length;
    expect(recommendations).toHaveLength(210);
    expect({ 'v1.0': from('v1.0'), 'v1.1': from('v1.1'), derived: from('derived') }).toEqual({ 'v1.0': 167, 'v1.1': 20, derived: 23 });
  });

  test('keeps the order of the guide', () => {
    expect(chapters.map(({ code, recommendations: { length } }) => `${code} ${length}`).join(', ')).toBe(
      'GOV 4, POD 20, ENF 8, IMG 9, TOK 4, ISO 3, NS 5, NET 10, RES 6, CP 8, ETCD 8, KCFG 3, NODE 9, TLS 4, SEC 9, CLD 3, AUTH 8, RBAC 14, AUD 10, LOG 18, SM 4, FT 3, THR 8, ALR 14, IR 2, TOOL 5, UPG 11',
    );
    expect(recommendations).toEqual(chapters.flatMap((chapter) => chapter.recommendations));
  });
});

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

  test('each touch a recommendation', () => {
    const touched = new Set(recommendations.flatMap((recommendation) => recommendation.errata ?? []));
    expect(errata.filter(({ number }) => !touched.has(number))).toEqual([]);
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
