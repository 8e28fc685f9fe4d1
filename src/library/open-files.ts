import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { groupBy, type Proposal, type Target } from '../core/index.ts';
import { textRepairer, type Accepted, type Claims, type RepairedText } from '../fix/repair-text.ts';
import { notForEditing, openText, type TextDocument, type TextFile } from '../fix/text-file.ts';
import { readText, strictText } from '../sources/manifests/read-text.ts';

/** How reports name standard input. */
export const standardInputName = '<stdin>';

/** The texts of the files that fixes touch, each read once. */
export interface OpenFiles {
  /** The text as it was read; undefined for a file that is to be made. */
  text(file: string): string | undefined;
  /** Its documents, where it is one to edit. */
  documents(file: string): readonly TextDocument[] | undefined;
  /** Where the object of a proposal stands, by the texts as they were tried last. */
  find(proposal: Proposal, texts: Texts): Target | { readonly refused: string };
  /** Carries out all proposals on their files, and says which have no place. */
  repair(accepted: readonly Accepted[]): {
    readonly texts: RepairedTexts;
    readonly refused: ReadonlyMap<Accepted, string>;
    readonly companionFiles: CompanionFiles;
  };
}

/** The file that holds a new object, by the object (`objectKey`). */
export type CompanionFiles = ReadonlyMap<string, string>;

/** Files as they would be. */
export type Texts = ReadonlyMap<string, Pick<RepairedText, 'text' | 'edits'>>;
export type RepairedTexts = ReadonlyMap<string, Pick<RepairedText, 'text' | 'edits' | 'ownEdits'>>;

/** `contents` says what files hold, by the name that reports give them, whatever they do hold. */
export function openFiles(cwd: string, contents: ReadonlyMap<string, Uint8Array>): OpenFiles {
  const opened = new Map<string, TextFile | { readonly refused: string }>();
  const tried = new Map<string, TextFile>();
  const repairers = new Map<string, ReturnType<typeof textRepairer>>();
  function open(file: string): TextFile | { readonly refused: string } {
    const known = opened.get(file);
    if (known !== undefined) return known;
    const content = contents.get(file);
    const read = content === undefined ? readText(resolve(cwd, file)) : { text: strictText(content) };
    const refused = 'refused' in read ? read.refused : notForEditing(file, read.text);
    const result = refused === undefined && 'text' in read ? openText(read.text) : { refused: refused ?? '' };
    opened.set(file, result);
    return result;
  }
  /** Why a new file cannot stand beside another; undefined where it can. */
  function placeTaken(file: string, newFile: string, texts: Texts): string | undefined {
    if (file === standardInputName) return 'standard input has no place for a new object, and no file beside it: name the file itself';
    return texts.has(newFile) || existsSync(resolve(cwd, newFile)) ? `${newFile} exists already` : undefined;
  }
  return {
    text(file) {
      const known = opened.get(file);
      return known === undefined || 'refused' in known ? undefined : known.text;
    },
    documents(file) {
      const known = opened.get(file);
      return known === undefined || 'refused' in known ? undefined : known.documents;
    },
    repair(accepted) {
      const texts = new Map<string, Pick<RepairedText, 'text' | 'edits' | 'ownEdits'>>();
      const refused = new Map<Accepted, string>();
      const companionFiles = new Map<string, string>();
      const claims: Claims = new Map();
      for (const [file, ofFile] of groupBy(accepted, ({ proposal }) => proposal.file)) {
        const original = open(file);
        if ('refused' in original) continue;
        const repair = repairers.get(file) ?? textRepairer(original);
        repairers.set(file, repair);
        const { newFile, ...repaired } = repair(ofFile, claims);
        for (const [each, reason] of repaired.refused) refused.set(each, reason);
        if (repaired.text !== original.text) texts.set(file, repaired);
        for (const key of claims.keys()) if (!companionFiles.has(key)) companionFiles.set(key, newFile?.file ?? file);
        if (newFile === undefined) continue;
        const reason = placeTaken(file, newFile.file, texts);
        if (reason === undefined)
          texts.set(newFile.file, { text: newFile.text, edits: [{ start: 0, end: 0, text: newFile.text }], ownEdits: [] });
        else for (const each of ofFile) if (each.proposal.companions.length > 0) refused.set(each, reason);
      }
      return { texts, refused, companionFiles };
    },
    find(proposal, texts) {
      const original = open(proposal.file);
      if ('refused' in original) return original;
      const text = texts.get(proposal.file)?.text ?? original.text;
      let current = text === original.text ? original : tried.get(proposal.file);
      if (current?.text !== text) tried.set(proposal.file, (current = openText(text)));
      return current.find(proposal.origin) ?? { refused: 'its object was not found again: the file has changed meanwhile' };
    },
  };
}
