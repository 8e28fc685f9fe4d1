import { cld } from './cld.ts';
import { cp } from './cp.ts';
import { enf } from './enf.ts';
import { etcd } from './etcd.ts';
import { gov } from './gov.ts';
import { img } from './img.ts';
import { iso } from './iso.ts';
import { kcfg } from './kcfg.ts';
import { net } from './net.ts';
import { node } from './node.ts';
import { ns } from './ns.ts';
import { pod } from './pod.ts';
import { res } from './res.ts';
import { sec } from './sec.ts';
import { tls } from './tls.ts';
import { tok } from './tok.ts';
import type { Chapter, Recommendation } from './recommendation.ts';

export { errata, findErratum } from './errata.ts';
export type { Chapter, Erratum, Evidence, Mappings, Origin, Recommendation } from './recommendation.ts';

/** The chapters of the guide in its order. */
export const chapters: readonly Chapter[] = [gov, pod, enf, img, tok, iso, ns, net, res, cp, etcd, kcfg, node, tls, sec, cld];

/** All recommendations, chapter by chapter in the order of their numbers. */
export const recommendations: readonly Recommendation[] = chapters.flatMap((chapter) => chapter.recommendations);

const byCode: ReadonlyMap<string, Recommendation> = new Map(recommendations.map((recommendation) => [recommendation.code, recommendation]));
const chapterByCode: ReadonlyMap<string, Chapter> = new Map(
  chapters.flatMap((chapter) => chapter.recommendations.map((recommendation) => [recommendation.code, chapter] as const)),
);

/** The recommendation with this code, written as in the catalogue (`POD-12`); undefined where there is none. */
export function findRecommendation(code: string): Recommendation | undefined {
  return byCode.get(code);
}

/** The chapter that holds the recommendation with this code; undefined where there is no such recommendation. */
export function chapterOf(code: string): Chapter | undefined {
  return chapterByCode.get(code);
}
