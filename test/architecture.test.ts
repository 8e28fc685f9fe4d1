import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

/** The table of docs/architecture.md: a folder (or file of `src/`) and the folders it may import. */
const allowed = new Map<string, ReadonlySet<string>>();
for (const line of readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('\n')) {
  const row = /^\| `([a-z.]+)` \| (.*) \|$/.exec(line);
  if (row === null) continue;
  const targets = [...(row[2] ?? '').matchAll(/`([a-z.]+)`/g)].map(([, folder]) => folder ?? '');
  allowed.set(row[1] ?? '', new Set(targets));
}

interface Import {
  readonly file: string;
  readonly from: string;
  readonly specifier: string;
  readonly to: string | undefined;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function room(file: string): string {
  return relative(source, file).split(sep)[0] ?? '';
}

const productFiles = filesBelow(source).filter((file) => !file.endsWith('.test.ts'));

const imports: Import[] = productFiles.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'";]*?from '([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
    ),
  ].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const to = specifier.startsWith('.') ? room(resolve(dirname(file), specifier)) : undefined;
    return { file: relative(root, file), from: room(file), specifier, to };
  }),
);

const inner = imports.filter(({ from, to }) => to !== undefined && to !== from);

test('every folder of src has a row in the table of docs/architecture.md, and every row a folder', () => {
  const rooms = new Set(productFiles.map(room));
  expect([...rooms].sort()).toEqual([...allowed.keys()].sort());
});

test('imports between folders are in the table', () => {
  const forbidden = inner.filter(({ from, to }) => allowed.get(from)?.has(to ?? '') !== true);
  expect(forbidden.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test('every edge of the table is used', () => {
  const used = new Set(inner.map(({ from, to }) => `${from} imports ${to}`));
  const rows = [...allowed].flatMap(([from, targets]) => [...targets].map((to) => `${from} imports ${to}`));
  expect(rows.filter((edge) => !used.has(edge))).toEqual([]);
});

test('the inner layers do without Node, time, chance, output and asynchrony', () => {
  const pure = new Set(['guidance', 'core', 'kube', 'subjects', 'controls']);
  const offences = productFiles
    .filter((file) => pure.has(room(file)))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
      const found =
        /'node:|\bDate\.now|\bnew Date\(\)|\bMath\.random|\bprocess\.(?:env|argv|std|exit|cwd|hrtime|nextTick|memoryUsage)|\bconsole\.|\basync\b|\bawait\b/.exec(
          text,
        );
      return found === null ? [] : [`${relative(root, file)}: ${found[0]}`];
    });
  expect(offences).toEqual([]);
});

test('engines and reports touch neither files nor the process', () => {
  // A digest is computed from what it is given and nothing else.
  const offences = imports.filter(
    ({ from, specifier }) =>
      ['compare', 'evaluate', 'fix', 'report', 'testing'].includes(from) && specifier.startsWith('node:') && specifier !== 'node:crypto',
  );
  expect(offences.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
});
