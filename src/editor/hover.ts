import type { AnyControl, Finding, FixSafety, Proposal } from '../core/index.ts';
import { findRecommendation } from '../guidance/index.ts';
import { printable } from '../report/printable.ts';

/** What may be said of one control, at a finding of it or where it judges a field. */
export interface Topic {
  readonly control: AnyControl;
  readonly finding?: Finding;
  /** How the finding may be repaired. */
  readonly proposal?: Proposal;
}

const meaning: Readonly<Record<FixSafety, string>> = {
  safe: 'a safe one, which keeps what the workload does',
  review: 'one to review, which may change what the workload does',
  shown: 'one that needs a value from a person',
};

/** The guide's text on each topic: what is wrong, what is demanded and where, why, and what to do. Markdown, or plain text. */
export function hoverText(topics: readonly Topic[], markdown: boolean): string {
  const strong = (text: string): string => (markdown ? `**${text}**` : text);
  const own = (text: string): string => (markdown ? escaped(printable(text)) : printable(text));
  const parts = topics.map(({ control, finding, proposal }) => {
    const severity = finding?.verdict === 'unknown' ? 'undecided' : (finding?.severity ?? control.severity);
    const asked = control.decides.flatMap((code) => findRecommendation(code) ?? []);
    return [
      `${strong(`${control.decides.join(', ')}: ${control.title}`)} (${severity})`,
      ...(finding === undefined ? [] : [own(finding.message)]),
      ...asked.map(({ code, asks, reference }) => `${strong(`The guide (${code})`)}: ${asks} ${markdown ? `*${reference}*` : reference}`),
      ...asked.flatMap(({ today }) => (today === '' ? [] : [`${strong('Today')}: ${today}`])),
      `${strong('Why')}: ${control.why}`,
      `${strong('How to fix')}: ${howToFix(control, proposal, asked[0]?.remedy ?? '', own)}`,
      markdown ? `\`plimsoll explain ${control.id}\` tells more.` : `plimsoll explain ${control.id} tells more.`,
    ].join('\n\n');
  });
  return parts.join(markdown ? '\n\n---\n\n' : '\n\n');
}

function howToFix({ fix, remedy }: AnyControl, proposal: Proposal | undefined, general: string, own: (text: string) => string): string {
  const what = remedy ?? general;
  if (proposal?.declined !== undefined) return `${what} No machine can: ${own(proposal.declined)}.`;
  if (fix === undefined) return what;
  return `${what} There is a fix, ${meaning[proposal?.safety ?? fix.safety]}: ${own(proposal?.risk ?? fix.risk)}`;
}

/** Names in messages are their authors' own: none of them is a link or markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#|~!&]/g, (character) => `\\${character}`);
}
