import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from './reasons.ts';

/** Larger files are dumps: nobody edits them. */
const mostBytes = 64 << 20;

/** The text of a whole file, byte order mark included, so that writing it back gives the same bytes; or why it is none. */
export function readText(path: string): { readonly text: string } | { readonly refused: string } {
  try {
    if (statSync(path).size > mostBytes) return { refused: `larger than ${mostBytes >> 20} MB: fix what it is made from` };
    return { text: strictText(readFileSync(path)) };
  } catch (error) {
    return { refused: error instanceof TypeError ? 'not valid UTF-8' : reasonOf(error) };
  }
}

/** @throws TypeError where the bytes are not UTF-8. */
export function strictText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
