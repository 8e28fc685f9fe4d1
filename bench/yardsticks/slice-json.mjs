// One thread that cuts the items out of a `kubectl get … -o json` dump and parses each: `node bench/yardsticks/slice-json.mjs FILE`.
// It is what a careful program does with a dump that is too long for one string; no positions, no judgement.
import { openSync, readSync } from 'node:fs';

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('"\\{}[]');
const file = openSync(process.argv[2], 'r');
let buffer = Buffer.allocUnsafe(1 << 20);
let filled = 0;
let at = 0;
let depth = 0;
let start = -1;
let inString = false;
let items = 0;

for (;;) {
  if (filled === buffer.length) {
    // Keep what belongs to the item that is not complete yet.
    const kept = start < 0 ? filled : start;
    const rest = buffer.subarray(kept, filled);
    const next = rest.length > buffer.length / 2 ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
    rest.copy(next);
    buffer = next;
    filled -= kept;
    at -= kept;
    if (start >= 0) start = 0;
  }
  const read = readSync(file, buffer, filled, buffer.length - filled, null);
  if (read === 0) break;
  filled += read;
  while (at < filled) {
    const byte = buffer[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBrace || byte === openBracket) {
      // The list is 1 deep, its items 2, an item's own brace is the third.
      if (++depth === 3 && byte === openBrace) start = at;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (--depth === 2 && start >= 0) {
        JSON.parse(buffer.toString('utf8', start, at + 1));
        items++;
        start = -1;
      }
    }
    at++;
  }
}
process.stdout.write(`${items}\n`);
