import type { CheckedConnection, GenerationCheck, PlacedRemark, PolicyGeneration, RemarkKind } from '../core/index.ts';
import { counted } from './outcome.ts';
import { printable } from './printable.ts';
import { wrapped } from './wrap.ts';

const titles: Readonly<Record<RemarkKind, string>> = {
  missing: 'gets no rule',
  open: 'is wider than it need be',
  note: 'to know besides',
};

const mostRemarks = 20;

/** What to know of generated policies before they are applied, for a person. */
export function* formatPolicyGeneration(
  { namespaces, evidenced, cut, remarks, check }: PolicyGeneration,
  { width, all }: { readonly width: number; readonly all: boolean },
): Generator<string> {
  const policies = namespaces.reduce((sum, each) => sum + each.policies, 0);
  const within = counted(namespaces.length, 'namespace');
  yield policies === 0
    ? `nothing to add: every namespace denies by default already, and ${counted(evidenced, 'evidenced connection')} need no further policy\n`
    : `${counted(policies, 'policy', 'policies')} for ${within}, from ${counted(evidenced, 'connection')} that the objects give evidence for\n`;
  if (cut) yield 'there is more evidence than can be told: read fewer objects at once\n';
  if (policies > 0)
    yield* paragraph(
      'Manifests show less traffic than there is: what a program connects to by its own defaults, by names from a database or a Secret, or outside of the cluster is not in them. Everything else is cut. Compare with recorded traffic, and begin in a namespace for tests.',
      width,
    );
  if (check !== undefined) yield* checkLines(check, evidenced, width, all);
  for (const about of ['missing', 'open', 'note'] as const) yield* section(about, remarks, width, all);
}

function* section(about: RemarkKind, remarks: readonly PlacedRemark[], width: number, all: boolean): Generator<string> {
  const ofKind = remarks.filter((remark) => remark.about === about);
  yield* listed(
    titles[about],
    ofKind.map(({ place, text }) => (place === undefined ? text : `${place} ${text}`)),
    width,
    all,
  );
}

function* listed(title: string, lines: readonly string[], width: number, all: boolean): Generator<string> {
  const texts = [...new Set(lines)];
  if (texts.length === 0) return;
  yield `\n${title} (${texts.length})\n`;
  const shown = all ? texts : texts.slice(0, mostRemarks);
  for (const text of shown) yield* item(text, width);
  if (shown.length < texts.length) yield `  … ${texts.length - shown.length} more (--all)\n`;
}

function* checkLines(
  { passing, failing, untold, cut, cutShort }: GenerationCheck,
  evidenced: number,
  width: number,
  all: boolean,
): Generator<string> {
  yield `\nchecked: ${passing} of ${counted(evidenced, 'evidenced connection')} pass with the policies\n`;
  yield* listed('do not pass', failing.map(connectionText), width, all);
  yield* listed('cannot be told', untoldTexts(untold), width, all);
  yield* listed(
    'will be cut, of what may pass today',
    cut.map(
      ({ to, port, from, sources }) =>
        `${to} ${port}: from ${from.join(', ')}${sources > from.length ? ` and ${sources - from.length} more` : ''}`,
    ),
    width,
    all,
  );
  if (cutShort) yield '  … there are more pairs than were compared: read fewer objects at once\n';
}

const fewSources = 5;

/** Many workloads connect to the same API server, of which the same is not known. */
function untoldTexts(untold: readonly CheckedConnection[]): string[] {
  const groups = new Map<string, CheckedConnection[]>();
  for (const each of untold) {
    const key = JSON.stringify([each.to, each.port, each.because]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group.map(connectionText);
    const sources = [...new Set(group.map(({ from }) => from))];
    const more = sources.length > fewSources ? ` and ${sources.length - fewSources} more` : '';
    return [`to ${first.to} ${first.port} from ${sources.slice(0, fewSources).join(', ')}${more}: ${first.because}`];
  });
}

function connectionText({ from, to, port, because, place }: CheckedConnection): string {
  return `${place} ${from} to ${to} ${port}: ${because}`;
}

function* paragraph(text: string, width: number): Generator<string> {
  for (const line of wrapped(text, width)) yield `${line}\n`;
}

function* item(text: string, width: number): Generator<string> {
  for (const [index, line] of wrapped(printable(text), width - 4).entries()) yield `${index === 0 ? '  ' : '    '}${line}\n`;
}
