import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  append,
  decline,
  defineControl,
  failAt,
  notApplicable,
  nothingGiven,
  remove,
  set,
  type AnyControl,
  type Declined,
  type Edit,
  type FixReport,
  type FixSafety,
  type LocalSubjectKind,
  type Repair,
} from '../core/index.ts';
import { applyTextEdits } from '../fix/splice.ts';
import { fix, previewFix, type FixOptions } from './fix.ts';

interface Box {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly colour?: string;
  readonly lid?: string;
  readonly locked?: boolean;
  readonly things?: readonly string[];
}

const boxes: LocalSubjectKind<Box> = {
  scope: 'local',
  name: 'box',
  reads: { podTemplates: false, kinds: ['Box'] },
  example: 'objects',
  *subjects({ object }) {
    if (object['kind'] === 'Box') yield { subject: object as unknown as Box, path: [] };
  },
};

interface Rule {
  readonly fails: (box: Box) => boolean | readonly string[];
  readonly concerns?: (box: Box) => boolean;
  readonly edits?: (box: Box) => readonly Edit[] | Repair | Declined;
  readonly safety?: FixSafety;
  readonly waitsFor?: readonly string[];
}

/** A control of boxes; it may fail on several keys at once. */
function rule(name: string, { fails, concerns = () => true, edits, safety = 'safe', waitsFor }: Rule): AnyControl {
  return defineControl({
    id: `box/${name}`,
    decides: ['POD-01'],
    title: name,
    why: '',
    severity: 'high',
    also: {},
    subject: boxes,
    evaluate(subject) {
      if (!concerns(subject)) return notApplicable('not its box');
      const failing = fails(subject);
      const keys = typeof failing === 'boolean' ? (failing ? ['colour'] : []) : failing;
      return failAt(keys.map((key) => ({ where: [key], message: `${key} is not ${name}` })));
    },
    ...(edits === undefined ? { remedy: 'repaint it' } : { fix: { safety, risk: 'paint', edits, ...(waitsFor ? { waitsFor } : {}) } }),
    examples: () => ({ pass: {}, fail: {} }),
  });
}

const paint = (colour: string, more: Partial<Rule> = {}): AnyControl =>
  rule(colour, { fails: (each) => each.colour !== colour, edits: () => [set(['colour'], colour)], ...more });

function box(fields: string, name = 'a'): string {
  return `apiVersion: v1\nkind: Box\nmetadata: { name: ${name} }\n${fields}\n`;
}

async function fixText(text: string, controls: readonly AnyControl[], options: FixOptions = {}): Promise<FixReport> {
  return fix({ ...options, paths: ['-'], stdin: Readable.from([Buffer.from(text)]), controls });
}

function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

function after(report: FixReport): string | undefined {
  return report.files[0]?.after;
}

function reasons({ declined }: FixReport): string[] {
  return declined.map(({ control, because, reason }) => `${control} ${because}: ${reason}`);
}

function fixesOf({ fixes }: FixReport): string[] {
  return fixes.map(({ control }) => control);
}

describe('a fix is withdrawn', () => {
  test('when its control still fails', async () => {
    const stubborn = rule('clean', { fails: () => true, edits: () => [set(['lid'], 'shut')] });
    const report = await fixText(box('colour: red'), [stubborn, paint('blue')]);
    expect(after(report)).toBe(box('colour: blue'));
    expect(reasons(report)).toEqual(['box/clean withdrawn: the control would still fail: colour is not clean']);
    expect(report.summary).toEqual({
      before: 2,
      after: 1,
      fixes: 1,
      declined: { review: 0, value: 0, person: 0, withdrawn: 1, text: 0, waived: 0 },
    });
  });

  test('when its control failed by another fix first, and still does', async () => {
    const shown = rule('shown', {
      concerns: ({ lid }) => lid === undefined,
      fails: ({ things }) => things === undefined,
      edits: () => [set(['locked'], true)],
    });
    const opened = rule('opened', { fails: ({ lid }) => lid !== undefined, edits: () => [remove(['lid'])] });
    const report = await fixText(box('colour: red\nlid: shut'), [shown, opened]);
    expect(after(report)).toBe(box('colour: red'));
    expect(reasons(report)).toEqual(['box/shown withdrawn: the control would still fail: colour is not shown']);
  });

  test('without trying it again and again', async () => {
    let looks = 0;
    const stubborn = rule('clean', { fails: () => looks++ >= 0, edits: () => [set(['lid'], 'shut')] });
    expect((await fixText(box('colour: red'), [stubborn])).summary.declined.withdrawn).toBe(1);
    expect(looks).toBeLessThan(5);
  });

  test('but not when it repairs some places of several', async () => {
    const half = rule('half', {
      fails: ({ colour, lid }) => [...(colour === 'red' ? ['colour'] : []), ...(lid === 'loose' ? ['lid'] : [])],
      edits: () => [set(['lid'], 'shut')],
    });
    expect(after(await fixText(box('colour: red\nlid: loose'), [half]))).toBe(box('colour: red\nlid: shut'));
  });

  test('when another control that passed would fail; the others stay', async () => {
    const controls = [
      rule('locked', { fails: ({ locked }) => locked !== true, edits: () => [set(['locked'], true)] }),
      paint('blue'),
      rule('lidded', { fails: ({ lid }) => lid !== 'shut', edits: () => [set(['lid'], 'shut')] }),
      rule('matching', { fails: ({ colour, lid }) => (colour === 'blue') !== (lid === undefined) && colour === 'blue' }),
    ];
    // Blue alone is well, and so is a lid: shutly together they are not. The later one of both goes.
    const report = await fixText(box('colour: red'), controls);
    expect(fixesOf(report)).toEqual(['box/locked', 'box/blue']);
    expect(reasons(report)).toEqual(['box/lidded withdrawn: box/matching would fail: colour is not matching']);
    expect(report.summary.after).toBe(1);
  });

  test('even one of very many, and only that one', async () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      rule(`key${index}`, {
        fails: (each) => (each as unknown as Record<string, unknown>)[`key${index}`] === undefined,
        edits: () => [set([`key${index}`], true)],
      }),
    );
    const guard = rule('unmarked', { fails: (each) => 'key17' in each || 'key23' in each });
    const report = await fixText(box('colour: red'), [...many, guard]);
    expect(report.fixes).toHaveLength(38);
    expect(report.declined.map(({ control, because }) => [control, because])).toEqual([
      ['box/key17', 'withdrawn'],
      ['box/key23', 'withdrawn'],
    ]);
  });

  test('together with those that rest on it', async () => {
    // No lid may be locked while it is off, as no container that is privileged may forbid privilege escalation.
    const controls = [
      rule('lidded', { fails: ({ lid }) => lid === 'loose', edits: () => [remove(['lid'])] }),
      rule('locked', {
        fails: ({ locked }) => locked !== true,
        edits: ({ lid }) => (lid === 'loose' ? decline('a lid that is off cannot be locked') : [set(['locked'], true)]),
      }),
      rule('guarded', { fails: ({ lid }) => lid === undefined }),
    ];
    const report = await fixText(box('lid: loose'), controls);
    expect(report.files).toEqual([]);
    expect(reasons(report)).toEqual([
      'box/lidded withdrawn: box/guarded would fail: colour is not guarded',
      'box/locked person: a lid that is off cannot be locked',
    ]);
  });

  test('when the Pod Security level would fall', async () => {
    const pod: LocalSubjectKind<{ readonly spec: { readonly hostPID?: boolean } }> = {
      ...boxes,
      reads: { podTemplates: true, kinds: ['Pod'] },
      *subjects({ object }) {
        yield { subject: object as unknown as { spec: { hostPID?: boolean } }, path: [] };
      },
    };
    const odd = defineControl({
      ...rule('odd', { fails: () => true }),
      subject: pod,
      evaluate: ({ spec }) => failAt(spec.hostPID === true ? [] : [{ where: ['spec'], message: 'sees no processes' }]),
      fix: { safety: 'safe', risk: '', edits: () => [set(['spec', 'hostPID'], true)] },
    });
    const text = `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: a }] }\n`;
    expect(reasons(await fixText(text, [odd]))).toEqual([
      'box/odd withdrawn: its pods would meet privileged of the Pod Security Standards, no longer baseline',
    ]);
    // Of two pods of one name each is compared with itself: the second never was at that level.
    const twice = `${text}---\n${text.replace('spec: {', 'spec: { hostIPC: true,')}`;
    const plain = rule('plain', { fails: () => false });
    expect((await fixText(twice, [plain, paint('blue')])).declined).toEqual([]);
    const report = await fixText(`${twice}---\n${box('colour: red')}`, [plain, paint('blue')]);
    expect(fixesOf(report)).toEqual(['box/blue']);
  });

  test('when the file could not be read with it', async () => {
    const long = rule('named', { fails: ({ lid }) => lid === undefined, edits: () => [set(['lid'], true), set(['kind'], 7)] });
    const report = await fixText(box('colour: red'), [long, paint('blue')]);
    expect(after(report)).toBe(box('colour: blue'));
    expect(reasons(report)).toEqual([expect.stringMatching(/^box\/named withdrawn: the file would not be read: /)]);
  });
});

test('what comes to light is no regression', async () => {
  const shown = rule('shown', { concerns: ({ lid }) => lid === undefined, fails: ({ things }) => things === undefined });
  const opened = rule('opened', { fails: ({ lid }) => lid !== undefined, edits: () => [remove(['lid'])] });
  const report = await fixText(box('lid: shut'), [shown, opened]);
  expect(after(report)).toBe(box('').replace(/\n\n$/, '\n'));
  expect(reasons(report)).toEqual(['box/shown person: repaint it']);
  expect(report.summary).toMatchObject({ before: 1, after: 1 });
});

describe('fixes that become possible by others', () => {
  const unlocked = rule('unlocked', { fails: ({ locked }) => locked === true, edits: () => [set(['locked'], false)] });
  const filled = rule('filled', {
    fails: ({ things }) => !things?.includes('ball'),
    edits: ({ locked }) => (locked === true ? decline('it is locked') : [append(['things'], 'ball')]),
  });

  test('are carried out in the same run', async () => {
    const report = await fixText(box('locked: true\nthings: [cup]'), [filled, unlocked]);
    expect(after(report)).toBe(box('locked: false\nthings: [cup, ball]'));
    expect(report.declined).toEqual([]);
  });

  test('also where two objects have one name', async () => {
    const report = await fixText(`${box('locked: false')}---\n${box('locked: true')}`, [filled, unlocked]);
    expect(after(report)).toBe(`${box('locked: false\nthings:\n- ball')}---\n${box('locked: false\nthings:\n- ball')}`);
  });

  test('find their way through items that leave the list', async () => {
    // The second round counts in the list that the first one has left.
    const sorted = rule('sorted', {
      fails: ({ things = [] }) => things.includes('stone'),
      edits: ({ things = [] }) => [remove(['things', things.indexOf('stone')])],
    });
    const renamed = rule('renamed', {
      fails: ({ things = [] }) => things.includes('bal'),
      edits: ({ things = [] }) => (things.includes('stone') ? decline('stones first') : [set(['things', things.indexOf('bal')], 'ball')]),
    });
    const text = box('things: # all\n  - stone\n  - bal\n  - cup # c');
    const report = await fixText(text, [renamed, sorted]);
    expect(after(report)).toBe(box('things: # all\n  - ball\n  - cup # c'));
    expect(report.summary.after).toBe(0);
  });

  test('wait for those that may make them unnecessary', async () => {
    const controls = [
      rule('safe', {
        fails: ({ colour, locked }) => colour !== 'blue' && locked !== true,
        edits: () => [set(['locked'], true)],
        waitsFor: ['box/blue'],
      }),
      paint('blue'),
    ];
    expect(after(await fixText(box('colour: red'), controls))).toBe(box('colour: blue'));
    // Nobody waits for a fix of another object, or one that nobody wants.
    expect(after(await fixText(`${box('colour: red')}---\n${box('colour: red', 'b')}`, controls, { skip: ['box/blue'] }))).toBe(
      `${box('colour: red\nlocked: true')}---\n${box('colour: red\nlocked: true', 'b')}`,
    );
  });
});

describe('only what is wanted', () => {
  test('fixes for review wait for --review', async () => {
    const controls = [paint('blue', { safety: 'review' })];
    expect(reasons(await fixText(box('colour: red'), controls))).toEqual(['box/blue review: paint']);
    expect(fixesOf(await fixText(box('colour: red'), controls, { review: true }))).toEqual(['box/blue']);
  });

  test.each([{ only: ['box/blue'] }, { skip: ['box/red'] }])(
    'a control that is left out is still one that must not fail: %j',
    async (options) => {
      const red = rule('red', { fails: ({ colour }) => colour !== 'red' });
      const report = await fixText(box('colour: red'), [red, paint('blue')], options);
      expect(reasons(report)).toEqual(['box/blue withdrawn: box/red would fail: colour is not red']);
    },
  );

  test('facts and values are at hand for those who propose', async () => {
    const dyed: AnyControl = {
      ...rule('dyed', { fails: ({ colour }) => colour === 'red' }),
      fix: {
        safety: 'safe',
        risk: '',
        edits: (_, { given, values }) => [set(['colour'], `${values['shade']} ${given.digestOf('blue')}`)],
      },
    };
    const given = { ...nothingGiven.given, digestOf: (name: string) => `${name}ish` };
    const report = await fixText(box('colour: red'), [dyed], { given, values: { 'box/dyed': { shade: 'dark' } } });
    expect(after(report)).toBe(box('colour: dark blueish'));
    expect(after(await fixText(box('colour: red'), [dyed]))).toBe(box('colour: undefined undefined'));
  });

  test('whoever decides may say no, or want other edits', async () => {
    const text = `${box('colour: red')}---\n${box('colour: red', 'b')}`;
    const report = await fixText(
      text,
      [rule('dull', { fails: ({ colour }) => colour === 'red', edits: () => [set(['colour'], 'grey')] })],
      {
        decide: ({ resource }) => resource.name === 'b' && [set(['colour'], 'brown')],
      },
    );
    expect(after(report)).toBe(`${box('colour: red')}---\n${box('colour: brown', 'b')}`);
    expect(reasons(report)).toEqual(['box/dull person: left as it is by your answer']);
    expect(report.declined.map(({ resource }) => resource.name)).toEqual(['a']);
  });
});

describe('fixes that contradict each other', () => {
  test('the later one is refused and the earlier named', async () => {
    const report = await fixText(box('lid: shut'), [
      paint('blue'),
      rule('any', { fails: ({ colour }) => colour === undefined, edits: () => [set(['colour'], 'grey')] }),
    ]);
    expect(after(report)).toBe(box('lid: shut\ncolour: blue'));
    expect(report.summary).toMatchObject({ after: 0, fixes: 1 });
  });

  test('two that want each other gone never end in a circle', async () => {
    const swap = (from: string, to: string): AnyControl =>
      rule(to, { fails: ({ colour }) => colour === from, edits: () => [set(['colour'], to)] });
    const report = await fixText(box('colour: red'), [swap('red', 'blue'), swap('blue', 'red')]);
    expect(report.files).toEqual([]);
    expect(report.summary).toMatchObject({ before: 1, after: 1, fixes: 0 });
  });
});

describe('what is not to be edited is refused', () => {
  test.each([
    [
      'a.yaml',
      `# Code generated by a tool. DO NOT EDIT.\n${box('colour: red')}`,
      'generated, as its first lines say: change what it is made from',
    ],
    ['boxes.lock.yaml', box('colour: red'), 'a lock file: the tool that wrote it will write it again'],
    ['a.yaml', `x: &c red\n---\n${box('colour: &c red\nlid: *c')}`, '"*c" is used in 1 place'],
  ])('%s %#', async (name, text, reason) => {
    const cwd = folder({ [name]: text, 'b.yaml': box('colour: red', 'b') });
    const report = await fix({ cwd, controls: [paint('blue')] });
    expect(report.files.map(({ file }) => file)).toEqual(['b.yaml']);
    expect(report.declined).toEqual([expect.objectContaining({ file: name, because: 'text', reason: expect.stringContaining(reason) })]);
  });

  test('an object that is no longer where it was read', async () => {
    const cwd = folder({ 'a.yaml': box('colour: red') });
    const sly = paint('blue', {
      edits() {
        writeFileSync(join(cwd, 'a.yaml'), `lid: shut\n---\n\n${box('colour: red')}`);
        return [set(['colour'], 'blue')];
      },
    });
    const report = await fix({ cwd, controls: [sly] });
    expect(report.files).toEqual([]);
    expect(reasons(report)).toEqual(['box/blue text: its object was not found again: the file has changed meanwhile']);
  });

  test.each([
    ['and is not read again', []],
    ['and is read again', ['c']],
  ])('a file that somebody else breaks meanwhile %s: the run ends all the same', async (_, others) => {
    const both = ['b', ...others].map((name) => box('colour: red', name));
    const cwd = folder({ 'a.yaml': box('colour: blue'), 'b.yaml': both.join('---\n') });
    const sly = paint('blue', {
      edits() {
        writeFileSync(join(cwd, 'a.yaml'), 'apiVersion: v1\nkind: Box\nx: [');
        return [set(['colour'], 'blue')];
      },
    });
    const report = await fix({ cwd, controls: [sly] });
    expect(report.files.map(({ file }) => file)).toEqual(['b.yaml']);
    for (const reason of reasons(report)) expect(reason).toMatch(/^box\/blue withdrawn: the file would not be read: /);
  });
});

describe('new objects', () => {
  const shelf = (colour: string): Record<string, unknown> => ({ apiVersion: 'v1', kind: 'Shelf', metadata: { name: 'shelf' }, colour });
  const shelved = (colour = 'blue', key: 'lid' | 'locked' = 'lid'): AnyControl =>
    rule(`shelved-${key}`, {
      fails: (each) => each[key] === undefined,
      edits: () => ({ edits: [set([key], true)], companions: [shelf(colour)] }),
    });

  test('stand in one file for all that want them', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    for (const name of ['a', 'b']) writeFileSync(join(cwd, `${name}.yaml`), box('colour: red', name));
    const report = await fix({ cwd, controls: [shelved()] });
    expect(report.files.map((each) => each.after.split('---').length)).toEqual([2, 1]);
    expect(report.fixes.map(({ file, companionFile }) => [file, companionFile])).toEqual([
      ['a.yaml', 'a.yaml'],
      ['b.yaml', 'a.yaml'],
    ]);
  });

  test('are not made where one of that name is', async () => {
    const text = `${box('colour: red')}---\napiVersion: v1\nkind: Shelf\nmetadata: { name: shelf }\n`;
    const seen = { ...rule('seen', { fails: () => false }), subject: { ...boxes, reads: { podTemplates: false, kinds: ['Shelf'] } } };
    const report = await fixText(text, [seen, shelved()]);
    expect(report.files).toEqual([]);
    expect(reasons(report)).toEqual(['box/shelved-lid text: an object of this name is there already and says something else']);
  });

  test('that differ under one name are refused but for the first', async () => {
    const report = await fixText(box('colour: red'), [shelved('blue'), shelved('red', 'locked')]);
    expect(fixesOf(report)).toEqual(['box/shelved-lid']);
    expect(reasons(report)).toEqual([
      'box/shelved-locked text: contradicts the fix of box/shelved-lid: fix that one first, then run again',
    ]);
  });

  test.each([2, 0])('stand in a JSON list behind the items that changed (indentation %s)', async (indent) => {
    const item = { apiVersion: 'v1', kind: 'Box', metadata: { name: 'a' } };
    const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, indent);
    const report = await fixText(list([item]), [shelved()]);
    const [repair] = report.files;
    expect(JSON.parse(repair!.after)).toEqual({ apiVersion: 'v1', kind: 'List', items: [{ ...item, lid: true }, shelf('blue')] });
    expect(applyTextEdits(repair!.before!, repair!.edits)).toBe(repair!.after);
    expect(repair!.after).toBe(list([{ ...item, lid: true }, shelf('blue')]));
  });

  test('stand in a file beside a single JSON object, unless there is one', async () => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'Box', metadata: { name: 'a' } });
    const cwd = folder({ 'a.json': text });
    const report = await fix({ cwd, controls: [shelved()] });
    const made = { file: 'a-companions.json', before: undefined, after: `${JSON.stringify(shelf('blue'))}\n` };
    expect(report.files.map(({ file, before, after: now }) => ({ file, before, after: now }))).toEqual([
      made,
      { file: 'a.json', before: text, after: text.replace(/}$/, ',"lid":true}') },
    ]);
    for (const { before = '', after: now, edits } of report.files) expect(applyTextEdits(before, edits)).toBe(now);
    expect(report.fixes[0]?.companionFile).toBe('a-companions.json');
    expect(previewFix(report, report.fixes[0]!).map(({ file }) => file)).toEqual(['a.json', 'a-companions.json']);

    writeFileSync(join(cwd, 'a-companions.json'), '{}');
    const again = await fix({ cwd, controls: [shelved(), paint('blue')] });
    expect(again.files.map(({ file }) => file)).toEqual(['a.json']);
    expect(reasons(again)).toEqual(['box/shelved-lid text: a-companions.json exists already']);
    expect(fixesOf(again)).toEqual(['box/blue']);
  });

  test('have no place beside standard input', async () => {
    const report = await fixText(JSON.stringify({ apiVersion: 'v1', kind: 'Box', metadata: { name: 'a' } }), [shelved()]);
    expect(report.files).toEqual([]);
    expect(reasons(report)).toEqual([expect.stringMatching(/^box\/shelved-lid text: standard input/)]);
  });
});

test('what stays is told on the lines of the file at hand, also of objects of one name', async () => {
  const text = ['first', 'a', 'b', 'a', 'a'].map((name) => box(`colour: ${name === 'first' ? 'red' : 'blue'}`, name)).join('---\n');
  const grown = paint('blue', { edits: () => [set(['colour'], 'blue'), set(['things'], ['one', 'two'])] });
  const shut = rule('shut', { fails: ({ lid }) => lid !== 'shut', edits: () => [set(['lid'], 'shut')], safety: 'review' });
  const report = await fixText(text, [grown, shut, rule('locked', { fails: ({ locked }) => locked !== true })]);
  expect(report.files).toHaveLength(1);
  expect(report.declined.map(({ control, line }) => [control, line])).toEqual(
    [4, 9, 14, 19, 24].flatMap((line) => [
      ['box/shut', line],
      ['box/locked', line],
    ]),
  );
});

test('one fix of a report can be shown alone', async () => {
  const controls = [paint('blue'), rule('lidded', { fails: ({ lid }) => lid !== 'shut', edits: () => [set(['lid'], 'shut')] })];
  const report = await fixText(`# mine\n${box('colour: red')}`, controls);
  expect(report.fixes.map((applied) => previewFix(report, applied).map((repair) => repair.after))).toEqual([
    [`# mine\n${box('colour: blue')}`],
    [`# mine\n${box('colour: red\nlid: shut')}`],
  ]);
});
