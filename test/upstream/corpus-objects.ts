import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import type { Oracle } from './oracle.ts';

/** Every object of the corpora as JSON text, read by Go; the items of lists one by one. */
export async function corpusObjects(folder: string, oracle: Oracle): Promise<string[]> {
  const files = globSync('**/*.{yaml,yml,json}', { cwd: folder, absolute: true, dot: true }).sort();
  const texts = files.map((file) => ({ text: readFileSync(file).toString('base64') }));
  const answers = await oracle.ask<{ documents: { json?: string }[] }>('yaml', texts);
  const documents = answers.flatMap(({ documents: read }) => read ?? []).flatMap(({ json }) => (json === undefined ? [] : [json]));
  return documents.flatMap((json) => {
    const value = JSON.parse(json) as Record<string, unknown> | null;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
    if (String(value['kind']).endsWith('List') && Array.isArray(value['items'])) return value['items'].map((item) => JSON.stringify(item));
    return 'apiVersion' in value && 'kind' in value ? [json] : [];
  });
}
