import { resolve } from 'node:path';
import { OptionError } from '../options/option-error.ts';
import { oneOf } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';

export interface Output {
  readonly format: string;
  /** Absent: standard output. */
  readonly file?: string;
}

/**
 * What `--output FORMAT[=FILE]` asks for; `usual` on standard output where it is not given.
 * @throws OptionError where a format is none, or two of them want standard output or one file.
 */
export function outputsOf(given: Arguments, formats: readonly string[], usual: string = 'text'): Output[] {
  const outputs = given.values('output').map((text): Output => {
    const at = text.indexOf('=');
    const format = oneOf('format', at < 0 ? text : text.slice(0, at), formats);
    if (at < 0) return { format };
    const file = text.slice(at + 1);
    if (file === '') throw new OptionError([`--output ${text} names no file`, `write --output ${format}=FILE`]);
    return file === '-' ? { format } : { format, file };
  });
  const [first, second] = outputs.filter(({ file }) => file === undefined);
  if (first !== undefined && second !== undefined)
    throw new OptionError(['only one format can go to standard output', `write one of them to a file: --output ${second.format}=FILE`]);
  const files = outputs.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.slice(0, index).some((other) => resolve(other) === resolve(file)));
  if (twice !== undefined) throw new OptionError([`two outputs go to ${twice}`, 'name a file for each of them']);
  return outputs.length === 0 ? [{ format: usual }] : outputs;
}

/** What stands in the name of a file for that of a cluster: the file is then written for each of them. */
export const clusterWord = '{cluster}';

export function isPerCluster({ file }: Output): boolean {
  return file?.includes(clusterWord) === true;
}

/** The outputs with the word for a cluster in the names of their files. */
export function forCluster(outputs: readonly Output[], word: string): Output[] {
  return outputs.map(({ format, file }) => (file === undefined ? { format } : { format, file: file.replaceAll(clusterWord, () => word) }));
}

/** The name of a cluster as a part of a file's name: no folder, no hidden file, nothing that a shell or a file system reads. */
export function fileWord(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '');
  return plain.slice(0, 100) || 'cluster';
}
