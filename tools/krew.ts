// `npm run --silent krew -- ARCHIVE.tgz https://…/ARCHIVE.tgz HOMEPAGE > plimsoll.yaml`: the manifest by which krew installs the
// plugin of kubectl, of an archive as `npm pack` makes it and of the address where it is published.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { krewManifest } from './krew-manifest.ts';

const [archive, uri, homepage] = process.argv.slice(2);
if (archive === undefined || homepage === undefined || uri?.startsWith('https://') !== true) {
  console.error('which archive, and where will it be? npm run --silent krew -- ARCHIVE.tgz https://…/ARCHIVE.tgz HOMEPAGE');
  process.exitCode = 2;
} else {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  process.stdout.write(krewManifest({ version, uri, homepage, sha256 }));
}
