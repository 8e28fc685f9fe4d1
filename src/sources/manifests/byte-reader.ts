import type { ByteReader, ByteWindow } from './byte-window.ts';
import type { Cuts } from './documents.ts';
import { jsonStream } from './json-stream.ts';
import { yamlStream } from './yaml-stream.ts';

/** Chooses the form by the first bytes, as kubectl does: an opening brace begins JSON until it turns out to be YAML. */
export function byteReader(window: ByteWindow, cuts: Cuts): ByteReader {
  let json = beginsJson(window) ? jsonStream(1, cuts.json) : undefined;
  let yaml = yamlStream(1, cuts.yaml);
  return {
    take(bytes, final) {
      const step = json?.take(bytes, final);
      if (step === 'more' || step === 'stop') return step;
      if (step !== undefined) yaml = yamlStream(step.yamlFrom, cuts.yaml);
      json = undefined;
      return yaml.take(bytes, final);
    },
    giveUp(bytes) {
      return json === undefined ? yaml.giveUp(bytes) : json.giveUp();
    },
  };
}

function beginsJson({ bytes, start, end }: ByteWindow): boolean {
  const head = bytes.toString('latin1', start, Math.min(end, start + 8192));
  // Two braces begin a template.
  return /^\s*\{(?!\{)/.test(head);
}

/**
 * Why nobody could read what begins with these bytes; else undefined, and the window starts behind a byte order mark.
 */
export function refuseFirstBytes(window: ByteWindow): string | undefined {
  const head = window.bytes.subarray(window.start, Math.min(window.end, window.start + 8192));
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'encoded as UTF-16: save it as UTF-8';
  if (head.includes(0)) return 'a binary file';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) window.start += 3;
  return undefined;
}
