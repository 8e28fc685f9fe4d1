import { explanationOf } from '../src/cli/explain.ts';
import type { AnyControl } from '../src/core/index.ts';
import { chapters, findRecommendation } from '../src/guidance/index.ts';
import { explainMarkdown } from '../src/report/explain.ts';

const folder = 'docs/reference';

/** Every reference page by its path: one for each control, one for each chapter of the guide, and an index. */
export function referencePages(controls: readonly AnyControl[]): Map<string, string> {
  const pages = new Map<string, string>([[`${folder}/README.md`, indexPage(controls)]]);
  for (const control of controls) pages.set(`${folder}/${control.id}.md`, controlPage(control));
  for (const { code } of chapters) pages.set(`${folder}/guide/${code}.md`, chapterPage(code, controls));
  return pages;
}

function controlPage(control: AnyControl): string {
  const text = [...explainMarkdown(explanationOf({ codes: [], controls: [control] }))].join('');
  const decided = control.decides.map(
    (code) => `- [${code} ${findRecommendation(code)?.title ?? ''}](../guide/${code.split('-')[0] ?? ''}.md)`,
  );
  return `${text.trimEnd()}\n\nDecides:\n\n${decided.join('\n')}\n`;
}

function chapterPage(chapterCode: string, controls: readonly AnyControl[]): string {
  const chapter = chapters.find(({ code }) => code === chapterCode);
  if (chapter === undefined) return '';
  const { code, title, section } = chapter;
  const parts = chapter.recommendations.map((recommendation) => {
    const text = [...explainMarkdown({ recommendations: [{ recommendation, chapter: { code, title, section } }], controls: [] }, 2)].join(
      '',
    );
    const deciding = controls.filter(({ decides }) => decides.includes(recommendation.code));
    const links = deciding.map(({ id, title: what }) => `- [${what}](../${id}.md)`);
    return `${text.trim()}\n\n${links.length === 0 ? 'No control of this version decides it.' : `Decided by:\n\n${links.join('\n')}`}\n`;
  });
  return `# ${title} (${code})\n\nSection of v1.2: ${section}.\n\n${parts.join('\n')}`;
}

function indexPage(controls: readonly AnyControl[]): string {
  return [
    '# Reference',
    '',
    'Made by `npm run generate` from the same definitions that `plimsoll explain` prints.',
    '',
    '## Controls',
    '',
    '| Control | Decides | Severity | What must be true |',
    '|---|---|---|---|',
    ...controls.map(({ id, decides, severity, title }) => `| [${id}](${id}.md) | ${decides.join(', ')} | ${severity} | ${title} |`),
    '',
    '[What they say of their examples, and where](examples.md).',
    '',
    '[Steps of attack paths, and what breaks them](techniques.md).',
    '',
    '## The guide, chapter by chapter',
    '',
    '| Chapter | Entries | Decided by a control |',
    '|---|---|---|',
    ...chapters.map(({ code, title, recommendations }) => {
      const decided = recommendations.filter((recommendation) => controls.some(({ decides }) => decides.includes(recommendation.code)));
      return `| [${code} ${title}](guide/${code}.md) | ${recommendations.length} | ${decided.map((recommendation) => recommendation.code).join(', ') || 'none yet'} |`;
    }),
    '',
  ].join('\n');
}
