import { controls } from '../controls/index.ts';
import { matchesOne, selects } from '../evaluate/index.ts';
import { chapters, type Evidence } from '../guidance/index.ts';
import { OptionError } from '../options/option-error.ts';
import { listControls, listControlsJson, listRecommendations, listRecommendationsJson, type ListedRecommendation } from '../report/list.ts';
import { nearestName } from '../options/policy-options.ts';
import { advice, oneOf } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';
import { writeStream } from './output.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll list controls|recommendations [PATTERN…]`. */
export async function runList(given: Arguments): Promise<number> {
  const [what, ...patterns] = given.operands;
  if (what === undefined) throw new OptionError(['list what?', 'write plimsoll list controls, or plimsoll list recommendations']);
  const json = given.value('output') === 'json';
  const ofControls = oneOf('list', what, ['controls', 'recommendations']) === 'controls';
  const stray = (ofControls ? ['evidence', 'undecided'] : ['severity']).find((name) => given.has(name));
  if (stray !== undefined) {
    const other = ofControls ? 'recommendations' : 'controls';
    throw new OptionError([`--${stray} goes with ${other} alone`, `write plimsoll list ${other} --${stray}`]);
  }
  if (ofControls) {
    const severity = given.value('severity');
    const those = controls.filter(
      (control) => (severity === undefined || control.severity === severity) && anyOf(patterns, (pattern) => selects(pattern, control)),
    );
    requireSome(those.length, patterns);
    await writeStream(process.stdout, json ? listControlsJson(those) : listControls(those, terminalOf(given)));
    return 0;
  }
  const those = recommendationsOf(given, patterns);
  requireSome(those.length, patterns);
  await writeStream(process.stdout, json ? listRecommendationsJson(those) : listRecommendations(those, terminalOf(given)));
  return 0;
}

function recommendationsOf(given: Arguments, patterns: readonly string[]): ListedRecommendation[] {
  const evidence = given.value('evidence') as Evidence | undefined;
  return chapters.flatMap((chapter) =>
    chapter.recommendations.flatMap((recommendation) => {
      const deciding = controls.filter(({ decides }) => decides.includes(recommendation.code));
      const ids = deciding.map(({ id }) => id);
      const wanted =
        (evidence === undefined || recommendation.evidence.includes(evidence)) &&
        (!given.has('undecided') || deciding.length === 0) &&
        anyOf(patterns, (pattern) => matchesOne(pattern, [recommendation.code, ...ids]));
      return wanted ? [{ recommendation, chapter: chapter.title, controls: ids }] : [];
    }),
  );
}

function anyOf(patterns: readonly string[], matches: (pattern: string) => boolean): boolean {
  return patterns.length === 0 || patterns.some(matches);
}

function requireSome(count: number, patterns: readonly string[]): void {
  if (count > 0) return;
  const [pattern = ''] = patterns;
  throw new OptionError(['nothing to list', advice(nearestName(pattern, controls), 'loosen the filters')]);
}
