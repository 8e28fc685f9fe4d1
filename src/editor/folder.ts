import { basename, dirname, join, relative, sep } from 'node:path';
import { groupBy, nothingGiven, type AnyControl, type Finding, type Proposal, type ResourceRef, type Unread } from '../core/index.ts';
import type { Policy } from '../evaluate/index.ts';
import { keepJudging, type KeptJudgement } from '../library/kept-judgement.ts';
import type { ScanOptions } from '../library/scan.ts';
import { OptionError } from '../options/option-error.ts';
import { policyOf } from '../options/policy-options.ts';

/** A text as an editor has it. */
export interface EditorText {
  readonly version: number;
  getText(): string;
}

/** What is known of a folder, by the texts of this moment. */
export interface Judged {
  /** Of the texts that were judged, by file. */
  readonly versions: ReadonlyMap<string, number>;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  readonly unread: ReadonlyMap<string, readonly Unread[]>;
  /** What fixes want to change, by file; worked out when somebody asks. */
  readonly proposals: () => ReadonlyMap<string, readonly Proposal[]>;
  /** The objects of the folder. */
  readonly resources: readonly ResourceRef[];
  /** What was judged by, for those who judge again. */
  readonly options: ScanOptions;
  /** The texts that were read instead of files; what is left out of a scan is not among them. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

export interface FolderOptions {
  /** Where its files count from. */
  readonly root: string;
  /** What is in it: `['.']` for all, the name of one file, or nothing but the texts of the editor. */
  readonly paths: readonly string[];
  readonly controls: readonly AnyControl[];
  /** How to judge it, by the settings of now. Throws OptionError where they are wrong. */
  readonly settings: () => Promise<ScanOptions>;
  /** Called after each judgement. */
  readonly judged: (judged: Judged) => void;
  /** What went wrong, in lines for a person. */
  readonly failed: (lines: readonly string[]) => void;
}

/** Files that are judged as one, again whenever a text changes. */
export interface Folder {
  readonly root: string;
  /** The name of one of its files. */
  fileOf(path: string): string;
  setText(file: string, text: EditorText): void;
  removeText(file: string): void;
  /** Something else has changed than a text: files on disk, or settings. */
  changed(what: 'disk' | 'settings'): void;
  /** What is known when all changes until now have been looked at. */
  current(): Promise<Judged | undefined>;
  close(): void;
}

/** Judging takes half of the time, when somebody types all the time; and never waits longer than this. */
const longestWait = 1_000;

export function openFolder({ root, paths, controls, settings, judged, failed }: FolderOptions): Folder {
  const texts = new Map<string, EditorText>();
  const encoded = new Map<string, { readonly version: number; readonly bytes: Uint8Array }>();
  let options: ScanOptions = {};
  let kept: KeptJudgement | undefined;
  let isDiskKnown = false;
  let areSettingsKnown = false;
  const state: { isDue: boolean; isClosed: boolean; running?: Promise<void> | undefined } = { isDue: false, isClosed: false };
  /** When to judge again at the soonest. */
  let soonest = 0;
  let last: Judged | undefined;

  function bytesOf(file: string, text: EditorText): Uint8Array {
    const known = encoded.get(file);
    if (known?.version === text.version) return known.bytes;
    const bytes = Buffer.from(text.getText());
    encoded.set(file, { version: text.version, bytes });
    return bytes;
  }

  async function start(): Promise<KeptJudgement> {
    let policy: Policy;
    try {
      options = { ...(await settings()), paths, cwd: root };
      policy = policyOf(options, controls);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      if (!state.isClosed) failed(kept === undefined ? error.lines : [...error.lines, 'the settings before hold on']);
      // In the beginning, what holds without settings.
      if (kept !== undefined) return kept;
      options = { paths, cwd: root };
      policy = policyOf(options, controls);
    }
    return keepJudging(options, controls, policy, { given: nothingGiven.given, values: {} });
  }

  async function judgeNow(): Promise<void> {
    if (kept === undefined || !areSettingsKnown) {
      areSettingsKnown = true;
      kept = await start();
    }
    const versions = new Map([...texts].map(([file, { version }]) => [file, version]));
    const contents = new Map([...texts].map(([file, text]) => [file, bytesOf(file, text)]));
    const look = isDiskKnown;
    isDiskKnown = true;
    const { report, proposals, resources, files } = await kept.judge({ contents, isDiskKnown: look });
    let byFile: ReturnType<Judged['proposals']> | undefined;
    last = {
      versions,
      findings: groupBy(report.findings, ({ file }) => file),
      unread: groupBy(report.inputs.unread, ({ file }) => file),
      proposals: () => (byFile ??= groupBy(proposals(), ({ file }) => file)),
      resources,
      options,
      contents: new Map([...contents].filter(([file]) => files.has(file))),
    };
  }

  async function judgeAll(): Promise<void> {
    while (state.isDue && !state.isClosed) {
      // Changes come in several messages; all that have arrived are looked at together.
      const wait = soonest - performance.now();
      await new Promise((done) => (wait > 0 ? setTimeout(done, wait) : setImmediate(done)));
      state.isDue = false;
      const begun = performance.now();
      try {
        await judgeNow();
        if (!state.isClosed && last !== undefined) judged(last);
      } catch (error) {
        if (!state.isClosed)
          failed([`the folder could not be judged: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`]);
      }
      const ended = performance.now();
      soonest = ended + Math.min(ended - begun, longestWait);
    }
    state.running = undefined;
  }

  function due(): void {
    state.isDue = true;
    state.running ??= judgeAll();
  }

  return {
    root,
    fileOf: (path) => relative(root, path).replaceAll(sep, '/'),
    setText(file, text) {
      texts.set(file, text);
      due();
    },
    removeText(file) {
      texts.delete(file);
      encoded.delete(file);
      due();
    },
    changed(what) {
      isDiskKnown = false;
      if (what === 'settings') areSettingsKnown = false;
      due();
    },
    async current() {
      while (state.running !== undefined) await state.running;
      return last;
    },
    close: () => void (state.isClosed = true),
  };
}

/** For a file that stands in no folder of the editor: it is judged alone, as a part of something. */
export function lonePlace(path: string): { readonly root: string; readonly paths: readonly string[] } {
  return { root: dirname(path), paths: [basename(path)] };
}

/** Whether a path is below a folder. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(join(folder, sep));
}
