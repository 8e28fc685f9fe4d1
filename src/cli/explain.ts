import { controls } from '../controls/index.ts';
import type { AnyControl } from '../core/index.ts';
import { chapterOf, chapters, findRecommendation } from '../guidance/index.ts';
import { OptionError } from '../options/option-error.ts';
import { explainJson, explainMarkdown, explainText, type Explanation } from '../report/explain.ts';
import { nearestName } from '../options/policy-options.ts';
import { shownExamples } from '../testing/example.ts';
import { fixExample } from '../testing/fix-example.ts';
import { advice } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';
import { writeStream } from './output.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll explain ID|CODE`. */
export async function runExplain(given: Arguments): Promise<number> {
  const [name, ...more] = given.operands;
  if (name === undefined) throw new OptionError(['explain what?', 'write plimsoll explain POD-12, or the id of a control']);
  if (more.length > 0) throw new OptionError([`one at a time: "${more[0]}" is too much`, `write plimsoll explain ${name}`]);
  await writeStream(process.stdout, formatted(explanationOf(namedBy(name)), given));
  return 0;
}

function formatted(explanation: Explanation, given: Arguments): Iterable<string> {
  const format = given.value('output');
  if (format === 'json') return explainJson(explanation);
  return format === 'markdown' ? explainMarkdown(explanation) : explainText(explanation, terminalOf(given));
}

/** What is explained, before anything of it is worked out. */
interface Named {
  readonly codes: readonly string[];
  readonly controls: readonly AnyControl[];
}

/**
 * A code brings its recommendation and all controls that decide it; a control brings the recommendations that it decides.
 * @throws OptionError where the name is none, with the nearest that is.
 */
export function namedBy(name: string): Named {
  const code = name.toUpperCase();
  const recommendation = findRecommendation(code);
  if (recommendation !== undefined) return { codes: [code], controls: controls.filter(({ decides }) => decides.includes(code)) };
  if (chapters.some((chapter) => chapter.code === code))
    throw new OptionError([`${code} is a chapter`, `plimsoll list recommendations ${code} lists what it asks`]);
  const wanted = name.toLowerCase();
  const named = controls.filter(({ id }) => id === wanted || id.endsWith(`/${wanted}`));
  const [control] = named;
  if (control !== undefined && named.length === 1) return { codes: control.decides, controls: [control] };
  throw new OptionError([
    `"${name}" is no control and no code`,
    advice(nearestName(name, controls), 'plimsoll list controls and plimsoll list recommendations list them'),
  ]);
}

export function explanationOf({ codes, controls: those }: Named): Explanation {
  return {
    recommendations: codes.flatMap((code) => {
      const recommendation = findRecommendation(code);
      const chapter = chapterOf(code);
      return recommendation === undefined || chapter === undefined ? [] : [{ recommendation, chapter }];
    }),
    controls: those.map((control) => {
      const repaired = fixExample(control);
      return { control, examples: shownExamples(control), ...(repaired === undefined ? {} : { fixExample: repaired }) };
    }),
  };
}
