import { alr } from './alr.ts';
import { aud } from './aud.ts';
import { auth } from './auth.ts';
import { cld } from './cld.ts';
import { cp } from './cp.ts';
import { enf } from './enf.ts';
import { etcd } from './etcd.ts';
import { ft } from './ft.ts';
import { gov } from './gov.ts';
import { img } from './img.ts';
import { ir } from './ir.ts';
import { iso } from './iso.ts';
import { kcfg } from './kcfg.ts';
import { log } from './log.ts';
import { net } from './net.ts';
import { node } from './node.ts';
import { ns } from './ns.ts';
import { pod } from './pod.ts';
import { rbac } from './rbac.ts';
import { res } from './res.ts';
import { sec } from './sec.ts';
import { sm } from './sm.ts';
import { thr } from './thr.ts';
import { tls } from './tls.ts';
import { tok } from './tok.ts';
import { tool } from './tool.ts';
import { upg } from './upg.ts';
import type { Chapter, Recommendation } from './recommendation.ts';

export { errata, findErratum } from './errata.ts';
export type { Chapter, Evidence, Origin, Recommendation } from './recommendation.ts';

/** The chapters of the guide in its order. */
export const chapters: readonly Chapter[] = [
  gov,
  pod,
  enf,
  img,
  tok,
  iso,
  ns,
  net,
  res,
  cp,
  etcd,
  kcfg,
  node,
  tls,
  sec,
  cld,
  auth,
  rbac,
  aud,
  log,
  sm,
  ft,
  thr,
  alr,
  ir,
  tool,
  upg,
];

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
