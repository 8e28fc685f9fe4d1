import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import type { Connection, Refusal } from '../cluster/index.ts';
import { oneLine } from '../manifests/reasons.ts';
import { isTooNew, manifestStart, readManifest, type Manifest, type Part } from './manifest.ts';
import { longestMember, pack, unpack } from './member.ts';
import { headerLength, isPlain, lengthOf, openWithoutWaiting, readFully } from './recognise.ts';
import { replay, type ReadPart } from './replay.ts';

/** A snapshot that was found to be whole. */
export interface OpenSnapshot {
  readonly manifest: Manifest;
  /** Answers as the API server did; closing it closes the file. */
  readonly connection: Connection;
}

/** What a snapshot begins with; its parts follow, one behind the other. */
export function packManifest(manifest: Manifest): Promise<Buffer> {
  return pack(Buffer.from(`${JSON.stringify(manifest)}\n`));
}

/**
 * Opens a snapshot and looks whether it is whole: each part has the length and the hash that the manifest says. What it
 * refuses is damaged, cut off, changed, too new, or made to harm; `name` is what the user calls the file.
 */
export async function openSnapshot(path: string, name: string): Promise<OpenSnapshot | Refusal> {
  let descriptor: number;
  try {
    descriptor = openWithoutWaiting(path);
  } catch (error) {
    return { refused: [`the snapshot cannot be read: ${oneLine((error as NodeJS.ErrnoException).code ?? '')}`, name] };
  }
  const opened = await read(descriptor, name);
  if ('refused' in opened) closeSync(descriptor);
  return opened;
}

const takeAnew = 'copy it again from where it was taken, or take it anew: plimsoll snapshot --cluster -o FILE';

async function read(descriptor: number, name: string): Promise<OpenSnapshot | Refusal> {
  const refuse = (wrong: string, todo: string = takeAnew): Refusal => ({
    refused: [`the snapshot cannot be used: ${oneLine(wrong)}`, name, todo],
  });
  const { size } = fstatSync(descriptor);
  const head = readFully(descriptor, 0, headerLength);
  const length = lengthOf(head);
  if (length === undefined) return refuse('it does not begin as one');
  if (length > longestMember || !isPlain(head)) return refuse('its manifest is damaged');
  if (length > size) return refuse(`it ends after ${size} bytes, inside of its manifest`);
  const text = (await unpack(readFully(descriptor, 0, length), longestMember))?.toString('utf8');
  if (text?.startsWith(manifestStart) !== true) return refuse('its manifest is damaged');
  const manifest = readManifest(text, longestMember);
  if ('wrong' in manifest)
    return isTooNew(text) ? refuse(manifest.wrong, 'scan it with a newer version: npx plimsoll@latest scan FILE') : refuse(manifest.wrong);

  const starts: number[] = [];
  let end = length;
  for (const part of manifest.parts) {
    starts.push(end);
    end += part.bytes;
  }
  if (end > size) return refuse(`it ends after ${size} of ${end} bytes`);
  if (end < size) return refuse(`${size - end} bytes stand behind its end`);
  const bytesOf = (part: number): Buffer => readFully(descriptor, starts[part]!, manifest.parts[part]!.bytes);
  for (const [index, part] of manifest.parts.entries())
    if (!hasHash(bytesOf(index), part)) return refuse(`part ${index + 1} of ${manifest.parts.length} is not what its hash says`);

  const readPart: ReadPart = async (index) => {
    const part = manifest.parts[index]!;
    const lines = await linesOf(bytesOf(index), part);
    if (lines === undefined)
      throw new DamagedSnapshot(refuse(`part ${index + 1} of ${manifest.parts.length} does not hold what its manifest says`));
    return lines;
  };
  return { manifest, connection: replay(manifest, readPart, () => closeSync(descriptor)) };
}

/** What was found only while the snapshot was read. */
export class DamagedSnapshot extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.refused.join('\n'));
    this.refusal = refusal;
  }
}

function hasHash(bytes: Buffer, { sha256 }: Part): boolean {
  return createHash('sha256').update(bytes).digest('hex') === sha256;
}

/** The lines of a part; undefined where it is not what the manifest says. The file may have changed since it was looked at. */
export async function linesOf(bytes: Buffer, part: Part): Promise<readonly string[] | undefined> {
  if (bytes.length !== part.bytes || !hasHash(bytes, part)) return undefined;
  const text = await unpack(bytes, part.size);
  if (text?.length !== part.size) return undefined;
  const lines = text.toString('utf8').split('\n');
  // The last line ends with a line feed too.
  return lines.pop() === '' && lines.length === part.objects ? lines : undefined;
}
