import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import {
  CodeActionKind,
  CreateFile,
  TextDocumentEdit,
  type CodeAction,
  type Diagnostic,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { formatPath, type AnyControl, type Edit, type FileRepair, type Finding, type Proposal } from '../core/index.ts';
import { objectKey } from '../fix/companions.ts';
import { textRepairer } from '../fix/repair-text.ts';
import { notForEditing, openText } from '../fix/text-file.ts';
import { fix } from '../library/fix.ts';
import { printable } from '../report/printable.ts';
import { subjectOf, type Shown } from './diagnostics.ts';

export const fixAllKind = 'source.fixAll.plimsoll';

/** What the editor can do with an answer. */
export interface Abilities {
  /** It looks whether the text is still the one that the edit is for. */
  readonly versions: boolean;
  /** It makes new files. */
  readonly newFiles: boolean;
}

/** The repair that would settle a finding, where there is one: a fix answers the first place of its control on its subject. */
export function proposalOf({ judged }: Pick<Shown, 'judged'>, finding: Finding): Proposal | undefined {
  const subject = subjectOf(finding);
  const ofSubject = (judged.proposals().get(finding.file) ?? []).filter((each) => subjectOf({ ...each, verdict: 'fail' }) === subject);
  return (
    ofSubject.find(({ line, path }) => line === finding.line && path === finding.path) ??
    (ofSubject.length === 1 ? ofSubject[0] : undefined)
  );
}

/** One quick fix for each finding that has a repair, with its own edit alone. */
export function quickFixes(shown: Shown, found: readonly (readonly [Finding, Diagnostic])[], abilities: Abilities): CodeAction[] {
  const text = shown.document.getText();
  if (notForEditing(shown.file, text) !== undefined) return [];
  const open = openText(text);
  const repair = textRepairer(open);
  const byProposal = new Map<Proposal, Diagnostic[]>();
  for (const [finding, diagnostic] of found) {
    const proposal = proposalOf(shown, finding);
    if (proposal !== undefined) byProposal.set(proposal, [...(byProposal.get(proposal) ?? []), diagnostic]);
  }
  let objects: ReadonlySet<string> | undefined;
  const isThere = (companion: Proposal['companions'][number]): boolean => {
    objects ??= new Set(shown.judged.resources.map((ref) => objectKey({ ...ref, metadata: ref })));
    return objects.has(objectKey(companion));
  };
  return [...byProposal].flatMap(([proposal, diagnostics]): CodeAction[] => {
    const target = proposal.declined === undefined ? open.find(proposal.origin) : undefined;
    if (target === undefined || proposal.companions.some(isThere)) return [];
    const { text: after, edits, newFile, refused } = repair([{ proposal, target, round: 0 }]);
    if (refused.size > 0) return [];
    const made = newFile === undefined ? [] : [{ file: newFile.file, before: undefined, after: newFile.text, edits: [] }];
    const edit = workspaceEdit(shown, [{ file: shown.file, before: text, after, edits }, ...made], abilities);
    if (edit === undefined) return [];
    return [{ title: titleOf(proposal), kind: CodeActionKind.QuickFix, diagnostics, isPreferred: proposal.safety === 'safe', edit }];
  });
}

/** All safe fixes of one file, tried out and verified as `plimsoll fix` does; undefined where there is none. */
export async function allSafeFixes(
  shown: Shown,
  controls: readonly AnyControl[],
  abilities: Abilities,
): Promise<WorkspaceEdit | undefined> {
  const { judged, file, document } = shown;
  const { files } = await fix({
    ...judged.options,
    controls,
    contents: judged.contents,
    decide: (proposal) => proposal.file === file && (abilities.newFiles || proposal.companions.length === 0),
  });
  const own = files.filter((each) => each.file === file || each.before === undefined);
  // Somebody has typed meanwhile.
  if (own.some(({ before }) => before !== undefined && before !== document.getText())) return undefined;
  return workspaceEdit(shown, own, abilities);
}

/** The repairs as the protocol has them; undefined where there is nothing to do, or the editor cannot. */
function workspaceEdit(
  { document, root }: Shown,
  repairs: readonly FileRepair[],
  { versions, newFiles }: Abilities,
): WorkspaceEdit | undefined {
  const changed: { readonly uri: string; readonly edits: TextEdit[] }[] = [];
  const documentChanges: NonNullable<WorkspaceEdit['documentChanges']> = [];
  for (const { before, after, edits, file } of repairs) {
    if (before === undefined) {
      const path = resolve(root, file);
      if (!newFiles || existsSync(path)) return undefined;
      const { href: uri } = pathToFileURL(path);
      const start = { line: 0, character: 0 };
      documentChanges.push(CreateFile.create(uri, { ignoreIfExists: false, overwrite: false }));
      documentChanges.push(TextDocumentEdit.create({ uri, version: null }, [{ range: { start, end: start }, newText: after }]));
    } else if (edits.length > 0) {
      const textEdits = edits.map(({ start, end, text }) => ({
        range: { start: document.positionAt(start), end: document.positionAt(end) },
        newText: text,
      }));
      changed.push({ uri: document.uri, edits: textEdits });
      documentChanges.push(TextDocumentEdit.create({ uri: document.uri, version: document.version }, textEdits));
    }
  }
  if (documentChanges.length === 0) return undefined;
  if (versions) return { documentChanges };
  return documentChanges.length > changed.length
    ? undefined
    : { changes: Object.fromEntries(changed.map(({ uri, edits }) => [uri, edits])) };
}

const longestValue = 40;
const longestRisk = 160;

/** What it does, and for one that is to be reviewed what may break: `Set securityContext.privileged to false (POD-05)`. */
function titleOf({ edits, companions, codes, safety, risk }: Proposal): string {
  const [first] = edits;
  const [added] = companions;
  const what = first !== undefined ? describe(first) : added !== undefined ? `Add a ${String(added['kind'])}` : 'Fix';
  const others = edits.length + companions.length - 1;
  const more = others > 0 ? ` and ${others} more` : '';
  const title = `${what}${more} (${codes.join(', ')})`;
  return printable(safety === 'safe' ? title : `${title}; may break: ${shortened(risk, longestRisk)}`);
}

function describe(edit: Edit): string {
  const field = formatPath(edit.path.slice(edit.path.findLastIndex((step) => typeof step === 'number') + 1).slice(-2)) || 'an item';
  if (edit.op === 'remove') return `Remove ${field}`;
  if (edit.op === 'rename') return `Rename ${field} to ${edit.to}`;
  const value = shortened(typeof edit.value === 'string' ? edit.value : JSON.stringify(edit.value), longestValue);
  return edit.op === 'set' ? `Set ${field} to ${value}` : `Add ${value} to ${field}`;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
