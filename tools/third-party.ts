import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { bundleInput } from './build-command-line.mjs';

/** The text of THIRD-PARTY.md: the licences of the packages that the command line's bundle really contains. */
export async function thirdParty(): Promise<string> {
  const bundle = await rolldown(bundleInput('src/cli/program.ts'));
  const { output } = await bundle.generate({ format: 'cjs' });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
  const folders = new Set(modules.flatMap((id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/'))?.[0] ?? []));
  const entries = [...folders].map(describe).sort((a, b) => (a.heading < b.heading ? -1 : 1));
  return [
    '# Third-party software',
    '',
    'Made from the bundle by `npm run generate`. The command line contains these packages:',
    '',
    ...entries.map(({ heading, licence }) => `- ${heading}: ${licence}`),
    '',
    ...entries.flatMap(({ heading, text }) => [`## ${heading}`, '', '```', text, '```', '']),
  ].join('\n');
}

function describe(folder: string): { heading: string; licence: string; text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  const text =
    file !== undefined && existsSync(join(folder, file))
      ? readFileSync(join(folder, file), 'utf8').trim()
      : 'The package carries no licence file.';
  return { heading: `${name} ${version}`, licence: license ?? 'unknown', text };
}
