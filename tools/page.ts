import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** The script and the style of the HTML report with their digests, as a module: made of src/report/html/browser. */
export async function pageModule(root: string): Promise<string> {
  const folder = join(root, 'src/report/html/browser');
  const bundle = await rolldown({ input: join(folder, 'main.ts'), platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({
    format: 'iife',
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  const [{ code }] = output;
  const script = code.trim();
  const style = readFileSync(join(folder, 'page.css'), 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/\n\s*/g, '\n')
    .trim();
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
    throw new Error('the script or the style of the page would end its element');
  return `// Written by npm run generate from src/report/html/browser.

export const pageScript: string = ${literal(script)};

export const pageScriptHash = '${digest(script)}';

export const pageStyle: string = ${literal(style)};

export const pageStyleHash = '${digest(style)}';
`;
}

function literal(text: string): string {
  return JSON.stringify(text).replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
