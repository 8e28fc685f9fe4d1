import type { AnyControl, Report } from '../../core/index.ts';

/** What a format is handed besides the report. */
export interface FormatOptions {
  /** The controls of this version, in their order: what a rule is called, why it matters, what to do. */
  readonly controls: readonly AnyControl[];
  /** In ISO 8601 and UTC, to the second: for formats that demand a time. No format asks a clock. */
  readonly time: string;
}

/** A report in one format, in pieces, so that a report of any size is written without holding its text. */
export type Format = (report: Report, options: FormatOptions) => Iterable<string>;

export interface FormatEntry {
  /** As `--output` takes it. */
  readonly name: string;
  /** Who reads it, in a few words for help. */
  readonly about: string;
  /** What a file of it ends in, with the dot. */
  readonly extension: string;
  /** Loads the format, so that a run loads those alone that it writes. */
  readonly load: () => Promise<Format>;
}

/** Every format but text, which depends on the terminal and has options of its own. */
export const formats: readonly FormatEntry[] = [
  {
    name: 'json',
    about: 'the whole report, by docs/report.schema.json',
    extension: '.json',
    load: async () => (await import('../json.ts')).formatJson,
  },
  {
    name: 'sarif',
    about: 'SARIF 2.1.0, for code scanning',
    extension: '.sarif',
    load: async () => (await import('../sarif.ts')).formatSarif,
  },
];

/** The format of this name. */
export function findFormat(name: string): FormatEntry | undefined {
  return formats.find((each) => each.name === name);
}
