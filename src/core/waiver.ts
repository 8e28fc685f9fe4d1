import type { WaiverUse, Waiver } from './report.ts';
import type { ResourceRef } from './resource.ts';
import type { Anchor } from './verdict.ts';

/** A waiver of the policy file. Of several names, patterns or selectors one has to fit; what is absent fits everything. */
export interface WaiverRule extends Omit<Waiver, 'from'> {
  /** Control ids, codes, chapters, globs. */
  readonly controls: readonly string[];
  readonly namespace?: readonly string[];
  readonly kind?: readonly string[];
  readonly name?: readonly string[];
  readonly container?: readonly string[];
  /** Globs of files. */
  readonly path?: readonly string[];
  /** Labels of the object, all of which it must have. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Something that was meant to be a waiver of the policy file. */
export interface FaultyWaiver {
  readonly file: string;
  readonly line: number;
  /** What it names, as far as it can be told. */
  readonly control?: string;
  /** What is wrong with it. */
  readonly fault: string;
}

/** An annotation of this name, on an object or its pod template, waives what fails there. */
export const waiverAnnotation = 'plimsoll.dev/waive';

/** What is known of a waiver when all else was judged. */
export interface JudgedWaiver extends Pick<WaiverUse, 'findings' | 'until'> {
  /** What it names, for messages. */
  readonly control: string;
  readonly state: WaiverUse['state'] | 'malformed';
  /** What is wrong with one that is malformed. */
  readonly fault: string;
  /** The object that it belongs to; the file, for one of the policy file. */
  readonly ref: ResourceRef;
  readonly at: Anchor;
}
