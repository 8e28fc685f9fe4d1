import { structuredPatch } from 'diff';
import picocolors from 'picocolors';
import type { AnyControl, Examples, FixExample, Mappings } from '../core/index.ts';
import { findErratum } from '../guidance/index.ts';
import type { Chapter, Recommendation } from '../guidance/recommendation.ts';
import { padded, wrapped } from './wrap.ts';

export interface ControlExplanation {
  readonly control: AnyControl;
  /** As people read them. */
  readonly examples: Examples;
  readonly fixExample?: FixExample;
}

/** What `explain` knows: the recommendations asked about, or those that the control asked about decides, and the controls. */
export interface Explanation {
  readonly recommendations: readonly { readonly recommendation: Recommendation; readonly chapter: Omit<Chapter, 'recommendations'> }[];
  readonly controls: readonly ControlExplanation[];
}

export interface ExplainTextOptions {
  readonly color: boolean;
  readonly width: number;
}

/** The explanation for a terminal. */
export function* explainText(explanation: Explanation, options: ExplainTextOptions): Generator<string, void> {
  let afterCode = false;
  for (const block of blocksOf(explanation)) {
    yield `${afterCode && block.type === 'fact' ? '\n' : ''}${terminalBlock(block, options)}`;
    afterCode = block.type === 'code';
  }
}

/** The explanation as Markdown; the reference pages in docs/ are made of it. `level` is that of its first headings. */
export function* explainMarkdown(explanation: Explanation, level = 1): Generator<string, void> {
  let first = true;
  for (const block of blocksOf(explanation)) {
    const text = markdownBlock(block, level);
    yield first ? text.trimStart() : text;
    first = false;
  }
}

/** The explanation as JSON, with the fix as a unified diff. */
export function* explainJson({ recommendations, controls }: Explanation): Generator<string, void> {
  const document = {
    recommendations: recommendations.map(({ recommendation, chapter: { code, title, section } }) => ({
      ...recommendation,
      chapter: { code, title, section },
      errata: (recommendation.errata ?? []).flatMap((number) => findErratum(number) ?? []),
    })),
    controls: controls.map(({ control, examples, fixExample }) => {
      const { id, decides, title, why, severity, also, subject, params, fix, remedy } = control;
      return {
        id,
        decides,
        title,
        why,
        severity,
        mappings: also,
        subject: subject.name,
        params,
        remedy,
        examples,
        fix: fix === undefined ? undefined : { safety: fix.safety, risk: fix.risk, ...fixJson(fixExample) },
      };
    }),
  };
  yield `${JSON.stringify(document, undefined, 2)}\n`;
}

function fixJson(example: FixExample | undefined): { diff?: string; declined?: string } {
  if (example === undefined) return {};
  return 'declined' in example ? example : { diff: difference(example.before, example.after) };
}

type Block =
  | { readonly type: 'title'; readonly text: string; readonly level: 0 | 1 }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'fact'; readonly label: string; readonly text: string }
  | { readonly type: 'code'; readonly label: string; readonly text: string; readonly language: 'yaml' | 'diff' };

function blocksOf({ recommendations, controls }: Explanation): Block[] {
  return [
    ...recommendations.flatMap(({ recommendation, chapter }) => recommendationBlocks(recommendation, chapter)),
    ...controls.flatMap((control) => controlBlocks(control, recommendations.length > 0 ? 1 : 0)),
  ];
}

function recommendationBlocks(recommendation: Recommendation, chapter: Omit<Chapter, 'recommendations'>): Block[] {
  const { code, title, reference, origin, asks, today, remedy, evidence, errata = [], mappings } = recommendation;
  return present([
    { type: 'title', text: `${code}: ${title}`, level: 0 },
    { type: 'fact', label: 'Demand', text: asks },
    { type: 'fact', label: 'Place', text: `${chapter.title} (chapter ${chapter.code}); ${reference}` },
    {
      type: 'fact',
      label: 'Origin',
      text: origin === 'derived' ? 'derived from a standard that replaced the mechanism of the guide' : origin,
    },
    { type: 'fact', label: 'Today', text: today },
    { type: 'fact', label: 'Remedy', text: remedy },
    { type: 'fact', label: 'Decided by', text: evidence.join(', ') },
    { type: 'fact', label: 'Elsewhere', text: mappingText(mappings ?? {}) },
    ...errata.flatMap((number): Block[] => {
      const erratum = findErratum(number);
      if (erratum === undefined) return [];
      return [{ type: 'fact', label: 'Erratum', text: `${erratum.place}: ${erratum.defect} Instead: ${erratum.instead}` }];
    }),
  ]);
}

function controlBlocks({ control, examples, fixExample }: ControlExplanation, level: 0 | 1): Block[] {
  const { fix, params } = control;
  const [failing] = Object.entries(examples.fail);
  const [passing] = Object.entries(examples.pass);
  return present([
    { type: 'title', text: `${control.id} (${control.severity})`, level },
    { type: 'text', text: `${control.title}.` },
    { type: 'fact', label: 'Why', text: control.why },
    { type: 'fact', label: 'Checked', text: `every ${control.subject.name}; decides ${control.decides.join(', ')}` },
    { type: 'fact', label: 'Evidence', text: neverText(control.never) },
    ...Object.entries(params).map(([key, param]): Block => {
      const value = param.type === 'strings' ? param.default.join(',') || 'empty' : String(param.default);
      return { type: 'fact', label: 'Parameter', text: `${key}: ${param.about} (--param ${control.id}.${key}=…; default ${value})` };
    }),
    ...(failing === undefined ? [] : [exampleBlock('Fails', failing)]),
    ...(passing === undefined ? [] : [exampleBlock('Passes', passing)]),
    ...(fix === undefined ? [] : fixBlocks(fix, fixExample)),
    { type: 'fact', label: 'Remedy', text: control.remedy ?? '' },
    { type: 'fact', label: 'Elsewhere', text: mappingText(control.also) },
    { type: 'fact', label: 'Leave out', text: `plimsoll scan --skip ${control.id}` },
    {
      type: 'fact',
      label: 'Waive',
      text:
        control.subject.reads.waivers === true
          ? 'not possible: correct the waiver'
          : `# plimsoll: waive ${control.decides[0] ?? control.id} until YYYY-MM-DD, reason (owner) at the line; or an annotation, or plimsoll.yaml (docs/waivers.md)`,
    },
  ]);
}

function neverText(never: AnyControl['never']): string {
  return never === undefined ? '' : `what it sees proves nothing by itself: it never gives ${never.join(' or ')}`;
}

function fixBlocks(fix: NonNullable<AnyControl['fix']>, example: FixExample | undefined): Block[] {
  const meaning = {
    safe: 'safe: keeps what the workload does',
    review: 'review: may change what the workload does',
    shown: 'shown: needs a value from a person',
  };
  const facts: Block[] = [
    { type: 'fact', label: 'Fix', text: meaning[fix.safety] },
    { type: 'fact', label: 'Risk', text: fix.risk },
  ];
  if (example === undefined) return facts;
  if ('declined' in example) return [...facts, { type: 'fact', label: 'By hand', text: example.declined }];
  return [...facts, { type: 'code', label: 'Change', text: difference(example.before, example.after), language: 'diff' }];
}

function exampleBlock(label: string, [name, text]: [string, string]): Block {
  return { type: 'code', label: `${label} (${name})`, text, language: 'yaml' };
}

/** The changed lines of a unified diff with three lines around them; headers would only name files that do not exist. */
function difference(before: string, after: string): string {
  const { hunks } = structuredPatch('before', 'after', before, after, undefined, undefined, { context: 3 });
  return hunks.map(({ lines }) => lines.filter((line) => !line.startsWith('\\')).join('\n')).join('\n…\n');
}

function mappingText({ pss, cis = [], attack = [] }: Mappings): string {
  return [
    ...(pss === undefined ? [] : [`Pod Security Standard ${pss}`]),
    ...(cis.length === 0 ? [] : [`CIS ${cis.join(', ')}`]),
    ...(attack.length === 0 ? [] : [`ATT&CK ${attack.join(', ')}`]),
  ].join(' · ');
}

function present(blocks: readonly Block[]): Block[] {
  return blocks.filter((block) => block.text !== '');
}

const labelColumn = 12;

function terminalBlock(block: Block, { color, width }: ExplainTextOptions): string {
  const colors = picocolors.createColors(color);
  const room = Math.max(40, Math.min(width, 100));
  switch (block.type) {
    case 'title':
      return `${block.level === 0 ? colors.bold(colors.underline(block.text)) : `\n${colors.bold(block.text)}`}\n`;
    case 'text':
      return `${wrapped(block.text, room).join('\n')}\n`;
    case 'fact': {
      const lines = wrapped(block.text, room - labelColumn);
      return lines.map((line, index) => `${colors.dim(padded(index === 0 ? block.label : '', labelColumn))}${line}\n`).join('');
    }
    case 'code': {
      const paint = block.language === 'diff' ? (line: string) => diffColor(colors, line) : String;
      const lines = block.text.trimEnd().split('\n');
      return `\n${colors.dim(block.label)}\n${lines.map((line) => `    ${paint(line)}\n`).join('')}`;
    }
  }
  return block satisfies never;
}

function diffColor({ green, red }: ReturnType<typeof picocolors.createColors>, line: string): string {
  if (line.startsWith('+')) return green(line);
  return line.startsWith('-') ? red(line) : line;
}

function markdownBlock(block: Block, level: number): string {
  switch (block.type) {
    case 'title':
      return `\n${'#'.repeat(level + block.level)} ${block.text}\n`;
    case 'text':
      return `\n${block.text}\n`;
    case 'fact':
      return `\n**${block.label}:** ${block.text}\n`;
    case 'code':
      return `\n${block.label}:\n\n\`\`\`${block.language}\n${block.text.trimEnd()}\n\`\`\`\n`;
  }
  return block satisfies never;
}
