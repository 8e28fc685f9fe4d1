import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatPath, type Input, type Path } from '../../core/index.ts';
import { readManifests, type ManifestOptions, type ManifestTotals } from './index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-read-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

const read: ReadonlySet<string> = new Set(['/Pod', 'apps/Deployment', '/Namespace', '/ConfigMap']);

interface Outcome {
  readonly totals: ManifestTotals;
  readonly lines: readonly string[];
}

const small = { chunk: 64, document: 4096 };

/** Reads the folder, twice: what a tiny window gives must be what the real one gives. */
async function run(options: Partial<ManifestOptions> & { input?: string; places?: readonly Path[] } = {}): Promise<Outcome> {
  const whole = await runWith(options);
  expect(await runWith(options, small)).toEqual(whole);
  return whole;
}

async function runWith(
  { input, places = [['kind']], ...options }: Partial<ManifestOptions> & { input?: string; places?: readonly Path[] },
  limits?: typeof small,
): Promise<Outcome> {
  const lines: string[] = [];
  const totals = await readManifests(
    {
      paths: input === undefined ? ['.'] : ['-'],
      cwd: folder,
      reads: (group, kind) => read.has(`${group}/${kind}`),
      ...(input !== undefined && { stdin: Readable.from([Buffer.from(input)]) }),
      ...options,
    },
    (found) => lines.push(lineOf(found, places)),
    ...(limits === undefined ? [] : [limits]),
  );
  expect(totals.documents).toBe(totals.resources + totals.skippedDocuments + totals.unreadDocuments);
  return { totals, lines };
}

function lineOf(input: Input, places: readonly Path[]): string {
  if (input.type === 'unread') return `unread ${input.file}:${input.line} ${input.reason}`;
  if (input.type === 'skipped') return `skipped ${input.file}:${input.line} ${input.reason}${input.count > 1 ? ` x${input.count}` : ''}`;
  if (input.type !== 'resource') return input.type;
  const { ref, file, locate } = input.resource;
  const at = locate(places).map(({ line, column }, index) => `${formatPath(places[index]!)}@${line}:${column}`);
  return `${ref.kind} ${ref.name} ${file} ${at.join(' ')}`;
}

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - name: c\n    image: i\n`;
const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\nspec:\n  containers: [{image: i}]\n`;

describe('YAML', () => {
  test('every document of a stream is accounted for, with its own lines', async () => {
    write('a.yaml', `# a comment\n---\n${pod('one')}---\n# nothing\n---\n${crd}--- # next\n${pod('two')}...\n`);
    const { lines, totals } = await run();
    expect(lines).toEqual([
      'Pod one a.yaml kind@4:1',
      'Pod two a.yaml kind@22:1',
      'skipped a.yaml:14 kind CustomResourceDefinition is read by no control',
    ]);
    expect(totals).toMatchObject({
      files: 1,
      documents: 3,
      resources: 2,
      skippedFiles: 0,
      unreadFiles: 0,
      skippedDocuments: 1,
      unreadDocuments: 0,
    });
  });

  test('an empty file holds no document', async () => {
    write('a.yaml', '');
    write('b.yaml', '\n# nothing\n---\n---\n');
    write('c.yaml', 'null\n');
    expect(await run()).toEqual({ lines: [], totals: expect.objectContaining({ files: 3, documents: 0 }) as ManifestTotals });
  });

  test('a fault is unread with its line; the other documents are read', async () => {
    write('a.yaml', `${pod('one')}---\napiVersion: v1\nkind: Pod\nmetadata: [\n---\n${pod('two')}---x\n${pod('three')}`);
    const { lines } = await run();
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('Pod one a.yaml kind@2:1');
    expect(lines[1]).toMatch(/^unread a\.yaml:1[0-4] \S/);
    expect(lines[2]).toMatch(/^unread a\.yaml:22 .*separate/);
    expect(lines[3]).toBe('Pod three a.yaml kind@24:1');
  });

  test('an object of the wrong shape is refused at the line of the fault', async () => {
    write('a.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers: {}\n');
    expect((await run()).lines).toEqual(['unread a.yaml:6 refused by the API server: spec.containers: expected a list, found an object']);
  });

  test('a kind that nobody reads but that holds a pod is named at its line', async () => {
    write(
      'a.yaml',
      'apiVersion: example.com/v1\nkind: Robot\nspec:\n  arm:\n    containers:\n    - image: i\n---\napiVersion: example.com/v1\nkind: Robot\n',
    );
    expect((await run()).lines).toEqual([
      'skipped a.yaml:4 kind Robot has an embedded pod that no rule of this version reads',
      'skipped a.yaml:8 kind Robot is read by no control',
    ]);
  });

  test('the same kind is read when the user adds where its pod stands', async () => {
    write(
      'a.yaml',
      'apiVersion: example.com/v1\nkind: Robot\nmetadata:\n  name: r\nspec:\n  arm:\n    spec:\n      containers:\n      - image: i\n',
    );
    const { lines } = await run({ podTemplates: [{ group: 'example.com', kind: 'Robot', path: 'spec.arm' }] });
    expect(lines).toEqual(['Robot r a.yaml kind@2:1']);
  });

  test('a known workload that no chosen rule reads is no unknown pod', async () => {
    write('a.yaml', 'apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers:\n      - image: i\n');
    expect((await run()).lines).toEqual(['skipped a.yaml:1 kind Job is read by no control']);
  });

  test('what is not Kubernetes is skipped with the reason', async () => {
    write('a.yaml', 'replicas: 1\n---\n- 1\n- 2\n---\ntext\n');
    write('Chart.yaml', 'apiVersion: v2\nname: chart\n');
    write('kustomization.yaml', 'resources:\n- a.yaml\n');
    write('k.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n');
    write('package.json', '{"name": "x"}\n');
    write('tsconfig.json', '{\n  // options\n  "strict": true,\n}\n');
    expect((await run()).lines.map((line) => line.replace(/line \d+:.*/, 'a fault'))).toEqual([
      'skipped Chart.yaml:1 not Kubernetes: no kind',
      'skipped a.yaml:1 not Kubernetes: no apiVersion and kind x3',
      'skipped k.yaml:1 kustomize configuration: name its folder to have it built, or build all of them with --build',
      'skipped kustomization.yaml:1 kustomize configuration: name its folder to have it built, or build all of them with --build',
      'skipped package.json:1 not Kubernetes: no apiVersion and kind',
      'skipped tsconfig.json:1 not Kubernetes: no apiVersion, and a fault',
    ]);
  });

  test('what only changes another object is skipped', async () => {
    write('a.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: x}]}}}\n');
    write('b.yaml', '$patch: delete\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n');
    expect((await run()).lines).toEqual(
      ['a', 'b'].map(
        (name) =>
          `skipped ${name}.yaml:1 a patch for another object: name the folder of its kustomization to have it built, or build all of them with --build`,
      ),
    );
  });

  test('an object that lost its kind or its version is refused, not passed over', async () => {
    write('a.yaml', 'apiVersion: v1\nmetadata:\n  name: x\n---\nkind: Pod\nmetadata:\n  name: x\n---\napiVersion: v1\nkind: 5\n');
    expect((await run()).lines).toEqual([
      'unread a.yaml:1 refused by the API server: kind: expected a string, found nothing',
      'unread a.yaml:5 refused by the API server: apiVersion: expected a string, found nothing',
      'unread a.yaml:10 refused by the API server: kind: expected a string, found the number 5',
    ]);
  });

  test('templates of Helm are skipped once for each file', async () => {
    write('chart/Chart.yaml', 'apiVersion: v2\n');
    write('chart/templates/a.yaml', pod('{{ .Values.name }}') + '---\n' + pod('x'));
    write('chart/templates/plain.yaml', pod('plain'));
    write('other.yaml', '{{- if .Values.x }}\napiVersion: v1\nkind: Pod\n{{- end }}\n---\n{{ include "x" . }}\n');
    write('quoted.yaml', pod('"{{ x }}"'));
    const { lines, totals } = await run();
    expect(lines).toEqual([
      'skipped chart/Chart.yaml:1 not Kubernetes: no kind',
      'skipped chart/templates/a.yaml:1 Helm template: render the chart first (helm template)',
      'Pod plain chart/templates/plain.yaml kind@2:1',
      'skipped other.yaml:1 Helm template: render the chart first (helm template) x2',
      'Pod {{ x }} quoted.yaml kind@2:1',
    ]);
    expect(totals).toMatchObject({ files: 4, skippedFiles: 1 });
  });

  test('lists yield their items, each in its place; typed lists lend their kind', async () => {
    write(
      'a.yaml',
      `apiVersion: v1\nkind: List\nitems:\n- ${indent(pod('one'))}- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: Namespace\n    metadata: {name: two}\n- 5\n- null\n- kind: Service\n  apiVersion: v1\n`,
    );
    write(
      'b.yaml',
      'apiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: typed\n  spec: {containers: 5}\n- metadata:\n    name: fine\n',
    );
    write('c.yaml', 'apiVersion: v1\nkind: ConfigMapList\nitems: []\n');
    const { lines, totals } = await run({ places: [['kind'], ['metadata', 'name']] });
    expect(lines).toEqual([
      'Pod one a.yaml kind@5:3 metadata.name@7:5',
      'Namespace two a.yaml kind@16:5 metadata.name@17:16',
      'unread a.yaml:18 items[2]: expected an object, found a number',
      'unread a.yaml:19 items[3]: expected an object, found null',
      'skipped a.yaml:20 kind Service is read by no control',
      'unread b.yaml:6 refused by the API server: spec.containers: expected a list, found the number 5',
      'Pod fine b.yaml kind@7:3 metadata.name@8:5',
      'skipped c.yaml:1 a list without items',
    ]);
    expect(totals.documents).toBe(8);
  });

  test('any kind with a list of items is a list, as for kubectl: nothing hides in it', async () => {
    write('a.yaml', 'apiVersion: v1\nkind: CustomResourceDefinition\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: hidden}\n');
    expect((await run()).lines).toEqual(['Pod hidden a.yaml kind@5:3']);
  });

  test.each([
    ['a quoted key', '"kind": Pod\nkind2: x\nx: {\nkind: CustomResourceDefinition\n}\n'],
    ['a second key', 'kind: CustomResourceDefinition\nkind: Pod\n'],
    ['quoted text', 'kind: Pod\ntext: "\nkind: CustomResourceDefinition\n"\n'],
    ['a carriage return', 'kind: CustomResourceDefinition\nx: 1\r"kind": Pod\n'],
    ['a key with a blank', 'x: {\nkind: CustomResourceDefinition\n}\nkind : Pod\n'],
    ['a complex key', 'x: {\nkind: CustomResourceDefinition\n}\n? kind\n: Pod\n'],
    ['a document end', '...\nkind: CustomResourceDefinition\n'],
  ])('the kind is not mistaken: %s', async (_, text) => {
    write('a.yaml', `apiVersion: v1\n${text}`);
    const { lines } = await run();
    expect(lines.join('\n')).not.toContain('kind CustomResourceDefinition is read by no control');
  });

  test('a byte order mark, carriage returns and characters of several bytes', async () => {
    write('a.yaml', `\uFEFF${pod('ü😀')}---\n${pod('b')}`.replaceAll('\n', '\r\n'));
    expect((await run()).lines).toEqual(['Pod ü😀 a.yaml kind@2:1', 'Pod b a.yaml kind@11:1']);
  });

  test('bytes that are not UTF-8 spoil their own document only', async () => {
    write(
      'a.yaml',
      Buffer.concat([Buffer.from(`${pod('one')}---\napiVersion: v1\nx: `), Buffer.from([0xc3, 0x28]), Buffer.from(`\n---\n${pod('ü')}`)]),
    );
    expect((await run()).lines).toEqual(['Pod one a.yaml kind@2:1', 'unread a.yaml:11 not valid UTF-8', 'Pod ü a.yaml kind@14:1']);
  });

  test('binary files and UTF-16 are unread', async () => {
    write('a.yaml', Buffer.from([1, 2, 0, 3]));
    write('b.yaml', Buffer.from('\uFEFFapiVersion: v1', 'utf16le'));
    const { lines, totals } = await run();
    expect(lines).toEqual(['unread a.yaml:1 a binary file', 'unread b.yaml:1 encoded as UTF-16: save it as UTF-8']);
    expect(totals).toMatchObject({ files: 0, unreadFiles: 2, documents: 0 });
  });

  test('a document beyond the limit is given up, the next one is read', async () => {
    write('a.yaml', `---\n${pod('one')}---\nx: |\n${'  text\n'.repeat(1000)}---\n${pod('two')}`);
    const lines = (await runWith({}, small)).lines;
    expect(lines).toEqual(['Pod one a.yaml kind@3:1', 'unread a.yaml:10 a document of more than 64 MB', 'Pod two a.yaml kind@1014:1']);
  });
});

function indent(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n  ') + '\n';
}

describe('JSON', () => {
  const object = (name: string, more: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, managedFields: [{ manager: 'x'.repeat(400), text: '}]{["\\' }] },
    spec: { containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'y'.repeat(300) },
    ...more,
  });
  const list = {
    apiVersion: 'v1',
    items: [object('one'), object('ü'), { apiVersion: 'v1', kind: 'Event' }, object('two')],
    kind: 'List',
    metadata: {},
  };

  test('a dump is cut into its items, with lines and columns, pretty-printed', async () => {
    const text = JSON.stringify(list, undefined, 4);
    write('a.json', text);
    const at = (name: string): number => text.slice(0, text.indexOf(`"name": "${name}"`)).split('\n').length;
    expect(
      (
        await run({
          places: [
            ['metadata', 'name'],
            ['spec', 'containers', 0, 'image'],
          ],
        })
      ).lines,
    ).toEqual([
      `Pod one a.json metadata.name@${at('one')}:17 spec.containers[0].image@${at('one') + 12}:25`,
      `Pod ü a.json metadata.name@${at('ü')}:17 spec.containers[0].image@${at('ü') + 12}:25`,
      `Pod two a.json metadata.name@${at('two')}:17 spec.containers[0].image@${at('two') + 12}:25`,
      expect.stringMatching(/^skipped a\.json:\d+ kind Event is read by no control$/) as string,
    ]);
  });

  test('and in one line', async () => {
    const text = JSON.stringify(list);
    write('a.json', text);
    const at = (name: string): string => `metadata.name@1:${text.indexOf(`"name":"${name}"`) + 1}`;
    expect((await run({ places: [['metadata', 'name']] })).lines).toEqual([
      `Pod one a.json ${at('one')}`,
      `Pod ü a.json ${at('ü')}`,
      `Pod two a.json ${at('two')}`,
      'skipped a.json:1 kind Event is read by no control',
    ]);
  });

  test('what no rule reads is left out before it is parsed', async () => {
    const objects: object[] = [];
    write('a.json', JSON.stringify(list));
    await readManifests({ paths: ['a.json'], cwd: folder, reads: () => true }, (input) => {
      if (input.type === 'resource') objects.push(input.resource.object);
    });
    expect(objects[0]).not.toHaveProperty('status.phase');
    expect(objects[0]).not.toHaveProperty('metadata.managedFields.0');
    expect(objects[0]).toHaveProperty('spec.containers.0.image', 'i');
  });

  test('one object a line, objects side by side, and YAML behind the first', async () => {
    write('a.json', [object('a'), object('b'), object('c')].map((item) => JSON.stringify(item)).join('\n'));
    write('b.json', JSON.stringify(object('d')) + JSON.stringify(object('e')));
    write('c.yaml', `${JSON.stringify(object('f'))}\n---\n${pod('g')}---\n${JSON.stringify(object('h'), undefined, 2)}\n`);
    expect((await run()).lines).toEqual([
      'Pod a a.json kind@1:20',
      'Pod b a.json kind@2:20',
      'Pod c a.json kind@3:20',
      'Pod d b.json kind@1:20',
      expect.stringMatching(/^Pod e b\.json kind@1:[1-9]\d\d+$/) as string,
      'Pod f c.yaml kind@1:20',
      'Pod g c.yaml kind@4:1',
      'Pod h c.yaml kind@14:3',
    ]);
  });

  test('items of a typed list get the kind that stands in front of them or behind them', async () => {
    const items = [{ metadata: { name: 'x' } }, { metadata: { name: 'y' } }];
    write('a.json', JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items }));
    write('b.json', JSON.stringify({ items, kind: 'PodList', apiVersion: 'v1' }));
    write('c.json', JSON.stringify({ items: [...items, 5] }));
    write('d.json', JSON.stringify({ items: [], kind: 'PodList', apiVersion: 'v1' }));
    expect((await run({ places: [['metadata', 'name']] })).lines).toEqual([
      'Pod x a.json metadata.name@1:59',
      'Pod y a.json metadata.name@1:85',
      'Pod x b.json metadata.name@1:24',
      'Pod y b.json metadata.name@1:50',
      'skipped c.json:1 not Kubernetes: no apiVersion and kind x3',
      'skipped d.json:1 a list without items',
    ]);
  });

  test('YAML in flow style is no JSON, and read', async () => {
    write('a.yaml', '{apiVersion: v1, kind: Pod, metadata: {name: flow}}\n');
    write('b.yaml', '{"apiVersion": "v1", "kind": "List", "items": [{apiVersion: v1, kind: Pod, metadata: {name: flow}}]}\n');
    expect((await run({ places: [['metadata']] })).lines).toEqual(['Pod flow a.yaml metadata@1:29', 'Pod flow b.yaml metadata@1:76']);
  });

  test('a dump that breaks off is unread at its end; the items before are read', async () => {
    const text = JSON.stringify(list, undefined, 1);
    write('a.json', text.slice(0, text.lastIndexOf('"image"')));
    const { lines } = await run();
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/^unread a\.json:\d+ the JSON breaks off$/);
  });

  test('a bad item spoils itself only', async () => {
    write(
      'a.json',
      '{"kind": "List", "apiVersion": "v1", "items": [\n{"kind": "Pod", "apiVersion": "v1"},\n{"kind": "Pod", "apiVersion": "v1", "x": 01},\n{"kind": "Pod", "apiVersion": "v1"}]}',
    );
    expect((await run()).lines).toEqual([
      'Pod  a.json kind@2:2',
      expect.stringMatching(/^unread a\.json:3 /) as string,
      'Pod  a.json kind@4:2',
    ]);
  });

  test('lists inside of managedFields, which no API server writes, do not go unnoticed', async () => {
    const pad = 'x'.repeat(300);
    write('a.json', `{"items":[{"kind":"Pod","metadata":{"managedFields":[{"a":{"x":[{}],"name":"y"}},"${pad}"],"name":"n"}}]}`);
    write(
      'b.json',
      `{"items":[{"kind":"Pod","apiVersion":"v1","metadata":{"managedFields":["${pad}",{"x":[{}],"name":"y"}]}},{"kind":"Pod"}]}`,
    );
    write('c.json', `{"items":[{"kind":"Pod","metadata":{"managedFields":[{"a":"${pad}","f":{"x":[{}]},"name":"y"}]}},{"kind":"Pod"}]}`);
    for (const path of ['a.json', 'b.json', 'c.json']) expect((await run({ paths: [path] })).totals.unreadDocuments).toBeGreaterThan(0);
  });

  test('a list of objects is what kubectl refuses', async () => {
    write('a.json', `[${JSON.stringify(object('a'))}]`);
    expect((await run()).lines).toEqual([
      'unread a.json:1 a list of objects: the API server takes one object, or a List with the objects in its items',
    ]);
  });
});

describe('standard input', () => {
  test('is read as a file is', async () => {
    const { lines, totals } = await run({ input: `${pod('a')}---\n${pod('b')}` });
    expect(lines).toEqual(['Pod a <stdin> kind@2:1', 'Pod b <stdin> kind@11:1']);
    expect(totals.files).toBe(1);
  });

  test('that fails is unread, with what came before', async () => {
    const failing = Readable.from(
      (function* () {
        yield Buffer.from(`${pod('a')}---\n`);
        throw Object.assign(new Error('gone'), { code: 'EIO' });
      })(),
    );
    const { lines } = await runWith({ paths: ['-'], stdin: failing });
    expect(lines).toEqual(['Pod a <stdin> kind@2:1', 'unread <stdin>:1 read in part only: the disk failed to read it']);
  });

  test('that is not there is unread', async () => {
    expect((await runWith({ paths: ['-'] })).lines).toEqual(['unread <stdin>:1 there is no standard input']);
  });
});

test('progress counts files and bytes', async () => {
  write('a.yaml', pod('a'));
  write('b.yaml', pod('b'));
  const seen: unknown[] = [];
  await runWith({ onProgress: (done) => seen.push(done) });
  expect(seen).toEqual([
    { files: 1, bytes: pod('a').length },
    { files: 2, bytes: 2 * pod('a').length },
  ]);
});

test('an error of the caller is passed on', async () => {
  write('a.yaml', pod('a'));
  const fault = new Error('of the caller');
  await expect(
    readManifests({ paths: ['.'], cwd: folder, reads: () => true }, () => {
      throw fault;
    }),
  ).rejects.toBe(fault);
});

test('comments that are addressed to this tool come behind the objects of their document', async () => {
  write('a.yaml', 'apiVersion: v1\nkind: Pod # plimsoll: waive X\nmetadata: { name: a }\n---\n# plimsoll: nothing is read here\na: 1\n');
  const inputs: Input[] = [];
  await readManifests({ paths: ['.'], cwd: folder, reads: () => true }, (input) => inputs.push(input));
  expect(inputs.map(({ type }) => type)).toEqual(['resource', 'comment', 'skipped']);
  expect(inputs[1]).toEqual({ type: 'comment', comment: { file: 'a.yaml', line: 2, target: 2, text: 'waive X' } });
});
