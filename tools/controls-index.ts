import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `host-ports` to `hostPorts`: the name of a control's constant is made of its file's name. */
export function constantName(file: string): string {
  return file.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The text of src/controls/index.ts: every file of every folder is a control, sorted by id. */
export function controlsIndex(root: string): string {
  const folder = join(root, 'src/controls');
  const ids = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(folder, name)).flatMap((file) => (/^[a-z0-9-]+\.ts$/.test(file) ? [`${name}/${file.slice(0, -3)}`] : [])),
    )
    .sort();
  const names = ids.map((id) => constantName(id.split('/')[1] ?? ''));
  const imports = ids.map((id, index) => `import { ${names[index]} } from './${id}.ts';`);
  return [
    '// Made from the folders by `npm run generate`; do not edit.',
    "import type { AnyControl } from '../core/index.ts';",
    ...imports,
    '',
    '/** Every control, sorted by id. */',
    'export const controls: readonly AnyControl[] = [',
    ...names.map((name) => `  ${name},`),
    '];',
    '',
  ].join('\n');
}
