import { gzipSync } from 'node:zlib';

/** A packed folder as tar writes it: names longer than a header holds in records of their own (pax). */
export function tarball(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    if (name.length < 100) return [header(name, bytes.length, '0'), padded(bytes)];
    const record = ` path=${name}\n`;
    const length = record.length + String(record.length + 3).length;
    const pax = Buffer.from(`${length}${record}`);
    return [header('pax', pax.length, 'x'), padded(pax), header(name.slice(0, 99), bytes.length, '0'), padded(bytes)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function header(name: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(`${size.toString(8).padStart(11, '0')} `, 124);
  block.write(type, 156);
  block.write('ustar\0', 257);
  return block;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
