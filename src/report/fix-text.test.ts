import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { FileRepair, FixReport } from '../core/index.ts';
import { formatFixText, type FixTextOptions } from './fix-text.ts';
import { sampleFixReport, sampleValue } from './sample-fix-report.ts';
import { sampleControl } from './sample-report.ts';
import { cells } from './wrap.ts';

const options: FixTextOptions = {
  color: false,
  width: 90,
  terminal: true,
  all: false,
  quiet: false,
  written: false,
  refused: 0,
  atomic: false,
  asked: false,
  allowUnreadable: true,
  command: 'plimsoll fix deploy',
  control: sampleControl,
  value: sampleValue,
};

function text(more: Partial<FixTextOptions> = {}, report: FixReport = sampleFixReport): string {
  return [...formatFixText(report, { ...options, ...more })].join('');
}

const onlyFile = (repair: FileRepair, more: Partial<FixReport> = {}): FixReport => ({
  ...sampleFixReport,
  files: [repair],
  objects: [],
  fixes: [],
  ...more,
});

test('above a hunk stands which controls it serves, and what a fix to review may break', () => {
  const lines = text().split('\n');
  const hunk = lines.indexOf('@@ -17,8 +17,9 @@ Deployment/web');
  expect(lines.slice(hunk - 8, hunk)).toEqual([
    '',
    'Deployment web in namespace shop',
    '',
    '  review    Containers are not privileged',
    '            deploy/web.yaml:20  pod-security/privileged POD-02',
    '  risk      what needs a device of the node stops working; run it and read its log',
    '  safe      pod-security/privilege-escalation POD-12, 2 places',
    '',
  ]);
});

test('a new file stands below the fix that asks for it', () => {
  expect(text()).toMatch(
    /shop-default-deny\.yaml \(new\).*\n\nNew objects\n\n {2}review {4}network-separation\/default-deny NET-03\n\n@@ -0,0 \+1,8 @@\n/,
  );
});

test('what is added at the end of an object is its own, and a new document behind it is new', () => {
  const before = 'kind: Pod\nspec: {}\n---\nkind: Pod\n';
  const edits = [
    { start: 18, end: 18, text: '\na: 1' },
    { start: before.length, end: before.length, text: 'b: 1\n---\nkind: NetworkPolicy\n' },
  ];
  const [pod, policy] = [sampleFixReport.fixes[3]!, sampleFixReport.fixes[4]!];
  const object = { ...sampleFixReport.objects[1]!, file: 'a.yaml' };
  const objects = [1, 4].map((line) => ({
    ...object,
    line,
    endLine: line === 1 ? 2 : 4,
    resource: { ...object.resource, name: `p${line}` },
  }));
  const fixes = [
    { ...pod, object: 0 },
    { ...pod, object: 1 },
    { ...policy, file: 'a.yaml', companionFile: 'a.yaml' },
  ];
  const shown = text({}, onlyFile({ file: 'a.yaml', before, after: '', edits }, { objects, fixes }));
  expect(shown.match(/^(?:Pod .*|New objects|@@.*)$/gm)).toEqual(['Pod p1', 'Pod p4', 'New objects', '@@ -1,4 +1,8 @@ Pod/p1']);
});

test('what is not fixed is listed by reason, with what to type or to do', () => {
  const shown = text();
  const titles = shown.match(/^(?:Wait|Withdrawn|Left out).*: \d+$/gm);
  expect(titles).toEqual([
    'Wait for --review, because they may change what a workload does: 2',
    'Wait for a value that only you know: 1',
    'Wait for a decision of a person: 1',
    'Withdrawn, because they did not survive their own verification: 1',
    'Left out, because the text of the file leaves no place: 1',
  ]);
  expect(shown).toContain('  give      --value pod-security/non-root-user.user=…: Number of the user');
  expect(shown).toContain('  do        Move the value into a Secret');
});

test('what a fix to review may break is said even where a safe fix of the same control was shown', () => {
  const [first] = sampleFixReport.declined;
  const control = 'pod-security/privilege-escalation';
  const declined = [1, 2].map((line) => ({ ...first!, control, line }));
  expect(text({}, { ...sampleFixReport, declined }).match(/^ {2}risk {6}a process that writes/gm)).toHaveLength(1);
});

test('few places by default, all with --all', () => {
  const [review] = sampleFixReport.declined;
  const declined = Array.from({ length: 40 }, (_, index) => ({ ...review!, line: index + 1 }));
  const report = { ...sampleFixReport, declined };
  expect(text({}, report)).toContain('and 36 more (--all lists them)');
  expect(text({ all: true }, report)).toContain('deploy/web.yaml:40');
  const controls = declined.map((each, index) => ({ ...each, control: `pod-security/c${index}` }));
  expect(text({}, { ...report, declined: controls })).toContain('and 32 more of 32 controls (--all lists them)');
});

test('what was not read, skipped or excepted, and what must be made again is never silent', () => {
  const shown = text();
  for (const part of [
    'Could not be read: 1 document',
    'Skipped: 13',
    'Excepted: 1 object',
    'Needs re-creation: 1 object',
    'cache.yaml:7  spec.containers',
  ])
    expect(shown).toContain(part);
});

test('the end says what it amounts to and what to type next', () => {
  const end = (more: Partial<FixTextOptions>, report?: FixReport): string => text(more, report).split('\n').slice(-3).join('\n');
  expect(end({})).toBe('to do: 5 fixes in 3 files not written, findings 11 → 6 (exit code 1)\nnext: plimsoll fix deploy --write\n');
  expect(end({ written: true })).toBe(
    'done: 5 fixes in 3 files written, findings 11 → 6 (exit code 0)\nnext: plimsoll fix deploy --review\n',
  );
  expect(text({ allowUnreadable: false })).toContain('\nnot done: 1 document could not be read');
  expect(end({ written: true, refused: 2 })).toBe(
    'not done: 2 of 3 files could not be written (exit code 2)\nnext: plimsoll fix deploy --write\n',
  );
  expect(end({ written: true, refused: 1, atomic: true })).toContain('not done: 1 of 3 files could not be written, so none was (--atomic)');
  const nothing = { ...sampleFixReport, files: [], objects: [], fixes: [], summary: { ...sampleFixReport.summary, fixes: 0 } };
  expect(end({}, nothing)).toContain('done: no fix that may be made');
});

test('on a terminal nothing from input steers it, no secret is shown, and lines of context fit', () => {
  const secret = 'kind: Secret\ndata:\n  password: aHVudGVyMg==\n  note: |\n    hunter2: x\n';
  const hostile = { file: '\u001b[2J.yaml', before: `${secret}\u001b[31m: \u202e${'名'.repeat(200)}\r\n`, after: '', edits: [] };
  const edit = { start: secret.length - 1, end: secret.length - 1, text: '\nx: 1' };
  const shown = text({}, onlyFile({ ...hostile, edits: [edit] }));
  expect(shown).toContain('+x: 1\n');
  // oxlint-disable-next-line no-control-regex
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(shown).not.toMatch(/aHVud|hunter2/);
  expect(shown).toContain('   note: (hidden: a secret)\n      (hidden: a secret)\n');
  expect(Math.max(...shown.split('\n').map(cells))).toBeLessThanOrEqual(90);
});

test('a credential that was found stays hidden where its own line is replaced', () => {
  const line = '          env: [{ name: TOKEN, value: s3cr3t-s3cr3t }]';
  const [, , web] = sampleFixReport.files;
  const start = web!.before!.indexOf(line);
  const edits = [{ start, end: start + line.length, text: `${line} # kept` }];
  const repair = { ...web!, edits, after: web!.before!.replace(line, `${line} # kept`) };
  expect(text({}, { ...sampleFixReport, files: [repair] })).not.toContain('s3cr3t-s3cr3t');
});

test('a line of a megabyte is shown where it changes', () => {
  const before = `{"a":"${'x'.repeat(1_000_000)}","privileged":true,"b":"${'y'.repeat(1_000_000)}"}`;
  const start = before.indexOf('true');
  const shown = text(
    {},
    onlyFile({ file: 'a.json', before, after: before.replace('true', 'false'), edits: [{ start, end: start + 4, text: 'false' }] }),
  );
  expect(shown).toMatch(/^-….*"privileged":true,/m);
  expect(shown).toMatch(/^\+….*"privileged":false,/m);
  expect(shown.length).toBeLessThan(10_000);
});

test('where nobody looks on, the text is a patch, and only prose is coloured', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-text-'));
  for (const { file, before } of sampleFixReport.files) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    if (before !== undefined) writeFileSync(join(scratch, file), before);
  }
  const patch = text({ terminal: false });
  expect(patch).toContain('# Wait for a value that only you know: 1\n');
  expect(patch).toContain('#   secret    the patch repeats 1 line with secrets: keep it where they are kept\n');
  const { stderr, error } = spawnSync('git', ['apply', '-'], { cwd: scratch, input: patch, encoding: 'utf8' });
  if (error === undefined) {
    expect(stderr).toBe('');
    for (const { file, after } of sampleFixReport.files) expect(readFileSync(join(scratch, file), 'utf8')).toBe(after);
  }
  rmSync(scratch, { recursive: true });
});

test('--quiet is the diff alone', () => {
  expect(text({ quiet: true, terminal: false })).not.toMatch(/^#/m);
  expect(text({ quiet: true })).not.toContain('Summary');
  expect(text({ quiet: true })).not.toContain('s3cr3t-s3cr3t');
});

test('colours: additions green, removals red, and all of it is the same text without them', () => {
  const colored = text({ color: true });
  expect(colored).toContain('\u001b[32m+            privileged: false\u001b[39m\n');
  expect(colored).toContain('\u001b[31m-            privileged: true\u001b[39m\n');
  // oxlint-disable-next-line no-control-regex
  expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(text());
});

test('no objects at all are no reason to be silent', () => {
  const none = {
    ...sampleFixReport,
    inputs: { ...sampleFixReport.inputs, resources: 0, unread: [] },
    files: [],
    objects: [],
    fixes: [],
    declined: [],
  };
  expect(text({}, none)).toContain('not done: nothing to fix');
  expect(text({}, none)).toContain('next: plimsoll help fix');
});
