import {
  apiGroup,
  isOpenFailure,
  nothingGiven,
  severities,
  type AnyControl,
  type Edit,
  type Finding,
  type FixSafety,
  type Report,
  type Resource,
} from '../core/index.ts';
import { startEvaluation, type Policy, type ProposalSink } from '../evaluate/index.ts';
import { applyEdits, same } from '../fix/apply.ts';
import { appendDocuments, withCompanions } from '../fix/companions.ts';
import { applyJsonPatch, toJsonPatch } from '../fix/json-patch.ts';
import { spliceDocument } from '../fix/splice.ts';
import { decode } from '../kube/decode.ts';
import { readDocument, splitDocuments } from '../kube/yaml/index.ts';
import { exampleYaml } from './example.ts';

/** One thing that is proven of a control; `run` throws with the reason where it does not hold. */
export interface Proof {
  readonly name: string;
  readonly run: () => void;
}

type Expected = 'pass' | 'fail' | 'unknown' | 'not-applicable';

const file = 'example.yaml';

/**
 * What must hold for a control, from its examples alone and without any test code in it. `among` are the controls that a
 * failing example must not fail besides this one. The proofs know no test runner: give each to `test(name, run)`.
 */
export function controlProofs(control: AnyControl, among: readonly AnyControl[]): Proof[] {
  const { pass, fail, unknown = {}, notApplicable = {} } = control.examples();
  const proofs: Proof[] = [
    {
      name: 'has passing and failing examples',
      run: () => {
        for (const [verdict, examples] of Object.entries({ pass, fail }) as ['pass' | 'fail', object][])
          check(
            Object.keys(examples).length > 0 !== (control.never?.includes(verdict) === true),
            `an example of each is needed: ${verdict}`,
          );
        check(control.never === undefined || Object.keys(unknown).length > 0, 'it gives evidence and has no example of that');
      },
    },
    { name: 'names what it decides and says why', run: () => provesText(control) },
  ];
  const sets: [Expected, Readonly<Record<string, string>>][] = [
    ['pass', pass],
    ['fail', fail],
    ['unknown', unknown],
    ['not-applicable', notApplicable],
  ];
  const failingTexts: (() => string)[] = [];
  for (const [expected, examples] of sets) {
    for (const [name, example] of Object.entries(examples)) {
      const text = once(() => exampleYaml(control, example));
      if (expected === 'fail') failingTexts.push(text);
      const failing = once(() => failuresOf(among, text(), control));
      proofs.push({ name: `${expected}: ${name}`, run: () => provesVerdict(control, among, text(), expected) });
      proofs.push({ name: `${expected}: ${name}: no other control fails`, run: () => provesAlone(control, among, failing(), expected) });
      if (control.passesAlone !== undefined)
        proofs.push({
          name: `${expected}: ${name}: what passes alone passes with all else`,
          run: () => provesPassesAlone(control, text()),
        });
      if (control.decidedBy !== undefined)
        proofs.push({ name: `${expected}: ${name}: no other kind decides than it says`, run: () => provesDecidedBy(control, text()) });
      if (control.subject.scope === 'joined' && control.subject.concerns !== undefined)
        proofs.push({ name: `${expected}: ${name}: namespaces are judged apart`, run: () => provesApart(control, text()) });
      if (expected !== 'fail') continue;
      proofs.push({ name: `fail: ${name}: the place exists and the message reads well`, run: () => provesPlace(control, among, text()) });
      if (control.fix === undefined) continue;
      proofs.push({ name: `fail: ${name}: the fix repairs it or says why not`, run: () => provesFix(control, among, text(), failing()) });
      proofs.push({ name: `fail: ${name}: the fix leaves comments and other lines as they are`, run: () => provesLayout(control, text()) });
    }
  }
  if (control.fix !== undefined) {
    proofs.push({
      name: 'some failing example is repaired',
      run: () =>
        check(
          failingTexts.some((text) => edited(control, text()).changed),
          'the fix declines every example',
        ),
    });
  }
  return proofs;
}

/** The value of `make`, made at the first call. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function provesText(control: AnyControl): void {
  check(control.decides.length > 0, 'it decides no recommendation');
  check(!control.title.endsWith('.'), 'the title is one sentence without a full stop');
  check(control.why.endsWith('.'), 'why is written in sentences');
  check(control.fix !== undefined || control.remedy !== undefined, 'it has neither a fix nor a remedy');
}

function provesVerdict(control: AnyControl, among: readonly AnyControl[], yaml: string, expected: Expected): void {
  // What is waived is for other controls to find.
  const judging = control.subject.reads.waivers === true ? among : [control];
  const findings = judge(judging, yaml, control).findings.filter(({ control: id }) => id === control.id);
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  const found: Expected =
    (['fail', 'unknown', 'pass', 'not-applicable'] as const).find((verdict) => verdicts.has(verdict)) ?? 'not-applicable';
  check(found === expected, `the verdict is ${found}: ${findings.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
}

function provesAlone(control: AnyControl, among: readonly AnyControl[], failing: readonly Finding[], expected: Expected): void {
  const allowed = new Set([control.id, ...(control.alsoFails ?? [])]);
  for (const { id, consequence } of among) if (consequence === true && expected === 'fail') allowed.add(id);
  const others = failing.filter(({ control: id }) => !allowed.has(id));
  check(others.length === 0, `also fails ${others.map(({ control: id, message }) => `${id} (${message})`).join(', ')}`);
}

function provesPassesAlone(control: AnyControl, yaml: string): void {
  const { passesAlone: _, ...patient } = control;
  const [early, late] = [control, patient].map((one) => {
    // Where all subjects are listed, none is settled early.
    const { findings, ledger } = judgeWith([one], yaml, { ...exampleParams(control), all: false });
    return { findings, ledger };
  });
  check(same(early, late), 'the verdicts change if nothing is settled before all was read');
}

function provesPlace(control: AnyControl, among: readonly AnyControl[], text: string): void {
  const judging = control.subject.reads.waivers === true ? among : [control];
  for (const finding of judge(judging, text, control).findings) {
    if (finding.control !== control.id || finding.verdict !== 'fail') continue;
    const complaint = complaintAbout(finding.message);
    check(complaint === undefined, `message "${finding.message}" ${complaint}`);
    const line = text.split('\n')[finding.line - 1];
    check(line !== undefined && finding.column <= line.length + 1, `no such place: ${finding.line}:${finding.column}`);
    check(standsAt(finding.path, line, finding.column), `${finding.path} is not at ${finding.line}:${finding.column}: ${line}`);
    check(finding.path !== '' && !finding.path.includes('undefined'), `the path "${finding.path}" names nothing`);
  }
}

/** An item of a list stands behind its dash; a field, or the nearest parent of an absent one, begins with its key. */
function standsAt(path: string, line: string, column: number): boolean {
  if (line.slice(0, column - 1).endsWith('- ')) return true;
  const text = line.slice(column - 1);
  const keys = path.match(/"[^"]*"|[^.[\]"]+/g) ?? [];
  return keys.map((key) => key.replaceAll('"', '')).some((key) => text.startsWith(`${key}:`) || text.startsWith(`"${key}":`));
}

/** What is wrong with a message, or `undefined`: subject first, lower case, no full stop, no advice, pods written small, at most 110 characters. */
export function complaintAbout(message: string): string | undefined {
  if (message === '') return 'says nothing';
  if (message.length > 110) return `has ${message.length} characters, more than 110`;
  if (message.endsWith('.')) return 'ends with a full stop';
  if (/^[A-Z][a-z]+ (?!")/.test(message) && !/^(Deployment|Job|Namespace|Service|Windows)/.test(message)) return 'begins with a capital';
  if (/\b(should|please|try)\b/i.test(message)) return 'gives advice';
  if (/\bPods?\b(?! Security)/.test(message.replace(/"[^"]*"/g, ''))) return 'writes pod with a capital';
  if (/[\n\t]/.test(message)) return 'has more than one line';
  return undefined;
}

/** Some fixes go in steps: each must leave less to fail than the one before, until nothing is left that the fix would do. */
function provesFix(control: AnyControl, among: readonly AnyControl[], yaml: string, failing: readonly Finding[]): void {
  let text = yaml;
  let failed = failing;
  let step = edited(control, text);
  check(step.changed || step.declined.length > 0, 'the fix neither changes anything nor declines');
  check(
    step.declined.every((reason) => reason.length > 0),
    'it declines without a reason',
  );
  for (let steps = 0; step.changed; steps++) {
    check(steps < mostSteps, 'the fix changes something again and again');
    const after = asYaml(step.objects);
    const left = failuresOf(among, after, control);
    provesStep(control, { failed, left, step });
    text = after;
    failed = left;
    step = edited(control, text);
  }
}

const mostSteps = 3;

interface Step {
  /** What failed before it, of all controls. */
  readonly failed: readonly Finding[];
  readonly left: readonly Finding[];
  readonly step: Edited;
}

function provesStep(control: AnyControl, { failed, left, step }: Step): void {
  const [had, has] = [failed, left].map((findings) => findings.filter(({ control: id }) => id === control.id)) as [Finding[], Finding[]];
  check(
    step.declined.length > 0 || has.length < had.length || worstOf(has) > worstOf(had),
    'the control fails after its fix as badly as before',
  );
  const known = new Set(failed.map(({ control: id }) => id));
  const broken = new Set(left.flatMap(({ control: id }) => (known.has(id) ? [] : [id])));
  check(broken.size === 0, `the fix breaks ${[...broken].join(', ')}`);
  check(same(step.objects, step.patched), 'the JSON patch gives another object');
}

/** Counts from 0, the worst. */
function worstOf(findings: readonly Finding[]): number {
  return Math.min(...findings.map(({ severity }) => severities.indexOf(severity)));
}

/** Every line of the text gets a comment; what the fix does not name must come back byte for byte. */
function provesLayout(control: AnyControl, yaml: string): void {
  // In a block scalar a comment would be text.
  if (/[|>][+-]?$/m.test(yaml)) return;
  const commented = yaml.replaceAll(/^(?!---$)(.+)$/gm, '$1 # kept');
  const parts = splitDocuments(commented);
  for (const { resource, edits, companions, declined } of collectRepairs(control, commented)) {
    if (companions.length > 0) provesAppended(commented, companions);
    const part = parts[resource];
    if (declined !== undefined || part === undefined || 'error' in part) continue;
    const spliced = spliceDocument(part.text, edits);
    if ('declined' in spliced) throw new Error(`the text cannot be edited: ${spliced.declined}`);
    const left = new Set(spliced.text.split('\n'));
    const isNamed = namedLines(part.text, edits);
    const lost = part.text.split('\n').filter((line, index) => !left.has(line) && !isNamed(index + 1));
    check(lost.length === 0, `the fix changes other lines: ${lost.join(' | ')}`);
  }
}

/** New objects stand behind all others, and read back as they are. */
function provesAppended(text: string, companions: CollectedRepair['companions']): void {
  const appended = appendDocuments(
    text,
    companions.map((object) => ({ object })),
  );
  check('text' in appended && appended.text.startsWith(text), 'the text has no place for the new objects');
  const found = read(appended.text).slice(-companions.length);
  check(JSON.stringify(found.map(({ object }) => object)) === JSON.stringify(companions), 'the new objects do not read back');
}

/** Which lines of the text an edit names, or hold the key of a map that it empties. */
function namedLines(text: string, edits: readonly Edit[]): (line: number) => boolean {
  const document = readDocument(text, 1);
  if ('error' in document) return () => false;
  const ranges = document.locate(edits.map(({ path }) => path));
  const parents = document.locate(edits.map(({ path }) => path.slice(0, -1)));
  return (line) => ranges.some((range) => range.line <= line && line <= range.endLine) || parents.some((parent) => parent.line === line);
}

/** What the controls, and the one whose example it is, fail in a stream of documents. */
function failuresOf(among: readonly AnyControl[], yaml: string, subject: AnyControl): Finding[] {
  const resources = read(yaml);
  const others = among.filter((control) => control !== subject && mayFind(control, resources));
  // Listing what passes would take longer than judging.
  return judgeResources([subject, ...others], resources, { ...exampleParams(subject), all: false }).findings.filter(isOpenFailure);
}

/** Whether any of the resources is of a kind that the control reads: the others say nothing of it, and most controls read few. */
function mayFind({ subject: { reads } }: AnyControl, resources: readonly Resource[]): boolean {
  return (
    reads.others === true ||
    resources.some((resource) => (reads.podTemplates && resource.podTemplates.length > 0) || reads.kinds.includes(kindOf(resource)))
  );
}

/** As in `Reads`. */
function kindOf({ ref: { apiVersion, kind } }: Resource): string {
  const group = apiGroup(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

interface Edited {
  readonly objects: unknown[];
  /** The same by JSON patches. */
  readonly patched: unknown[];
  readonly declined: readonly string[];
  readonly changed: boolean;
}

/** The stream with all that a control's fix asks for, once. */
export function repaired(control: AnyControl, yaml: string): string {
  return asYaml(edited(control, yaml).objects);
}

/** All that a control's fix asks for on these objects. */
function edited(control: AnyControl, yaml: string): Edited {
  const objects: readonly unknown[] = read(yaml).map(({ object }) => object);
  const repairs = collectRepairs(control, asYaml(objects));
  let current = [...objects];
  let patched = [...objects];
  for (const { resource, edits, companions } of repairs) {
    current = current.map((object, index) => (index === resource ? applyEdits(object, edits) : object));
    patched = patched.map((object, index) => (index === resource ? applyJsonPatch(object, toJsonPatch(object, edits)) : object));
    current = withCompanions(current, companions);
    patched = withCompanions(patched, companions);
  }
  const declined = repairs.flatMap((repair) => repair.declined ?? []);
  return { objects: current, patched, declined, changed: JSON.stringify(current) !== JSON.stringify(objects) };
}

/** What a control's fix asks for, by the number of the document that it is about; paths count from its root. */
export interface CollectedRepair {
  readonly resource: number;
  readonly edits: readonly Edit[];
  readonly companions: readonly Readonly<Record<string, unknown>>[];
  readonly safety: FixSafety;
  readonly declined?: string;
}

/** The repairs that a control's fix asks for in a stream of documents, with what its examples say to it. */
export function collectRepairs(control: AnyControl, yaml: string, overrides: Partial<Policy> = {}): CollectedRepair[] {
  const { said } = control.examples();
  const collected: CollectedRepair[] = [];
  const resources = read(yaml);
  const sink: ProposalSink = {
    given: { ...nothingGiven.given, ...said?.given },
    values: { [control.id]: said?.values ?? {} },
    met() {},
    propose({ origin, edits, companions, safety, declined }) {
      const resource = lines.findLastIndex((line) => line <= origin.line);
      collected.push({ resource, edits, companions, safety, ...(declined === undefined ? {} : { declined }) });
    },
  };
  const lines = splitDocuments(yaml).map(({ line }) => line);
  const policy = { ...examplePolicy, ...exampleParams(control), ...overrides };
  const evaluation = startEvaluation([control], policy, sink);
  for (const resource of resources) evaluation.add({ type: 'resource', resource });
  evaluation.finish({ files: 1, documents: resources.length });
  return collected;
}

let lastRead: { readonly yaml: string; readonly resources: readonly Resource[] } | undefined;

/** A stream of YAML documents as resources. Throws where one is refused: examples and fixed examples must be valid. */
export function read(yaml: string): readonly Resource[] {
  // The proofs of an example come one after the other, and reading takes longer than most of them.
  if (lastRead?.yaml !== yaml) lastRead = { yaml, resources: readStream(yaml) };
  return lastRead.resources;
}

function readStream(yaml: string): Resource[] {
  return splitDocuments(yaml).map((part) => {
    if ('error' in part) throw new Error(`line ${part.line}: ${part.error}`);
    const document = readDocument(part.text, part.line);
    if ('error' in document) throw new Error(`line ${document.line}: ${document.error}`);
    const decoded = decode(document.value as Record<string, unknown>);
    if ('refused' in decoded) throw new Error(decoded.refused);
    return { ...decoded, file, locate: document.locate };
  });
}

const examplePolicy: Policy = {
  version: 35,
  kubernetesVersion: '1.35',
  versionAssumed: false,
  profile: 'nsa',
  partial: false,
  only: [],
  skip: [],
  minSeverity: 'low',
  system: false,
  all: true,
  params: {},
  assumptions: [],
  toolVersion: '0.0.0',
  waiving: { today: '2026-01-15', inline: true, whole: true, rules: [], faulty: [] },
};

/** What does not decide may be missing altogether, as where a cluster does not show it. */
function provesDecidedBy(control: AnyControl, yaml: string): void {
  const { decidedBy = [], excusedBy = [], subject } = control;
  const known = new Set(subject.reads.kinds);
  check(
    [...decidedBy, ...excusedBy].every((kind) => known.has(kind)),
    'its subject does not read all that it is decided by',
  );
  const idle = (resource: Resource): boolean => {
    const kind = kindOf(resource);
    return known.has(kind) && !decidedBy.includes(kind) && !excusedBy.includes(kind);
  };
  const [whole, part] = [() => true, (resource: Resource) => !idle(resource)].map((wanted) => {
    const evaluation = startEvaluation([control], { ...examplePolicy, ...exampleParams(control) });
    for (const resource of read(yaml)) if (wanted(resource)) evaluation.add({ type: 'resource', resource });
    return evaluation.finish({ files: 1, documents: 1 }).findings;
  });
  check(same(whole, part), 'the verdicts change without a kind that it is not decided by');
}

/** Of each namespace the same is said by what concerns it alone, beside one of another name. */
function provesApart(control: AnyControl, yaml: string): void {
  const { subject: kind } = control;
  if (kind.scope !== 'joined') return;
  const subjects: typeof kind.subjects = (memories, context) => {
    const namespaces = new Set(memories.map((memory) => kind.concerns?.(memory)));
    namespaces.delete(undefined);
    return [...namespaces].flatMap((namespace) => {
      const concerning = memories.filter((memory) => [undefined, namespace].includes(kind.concerns?.(memory)));
      return [...kind.subjects(concerning, context)];
    });
  };
  const resources = [...read(yaml), ...readStream(yaml.replaceAll('shop', 'stall'))];
  const [whole, apart] = [control, { ...control, subject: { ...kind, subjects } }].map(
    (one) => judgeResources([one], resources, exampleParams(control)).findings,
  );
  check(same(whole, apart), 'the verdicts change if each namespace is judged by itself');
}

/** Judges a stream of documents; `subject` is the control whose example it is, with its example parameters. */
export function judge(controls: readonly AnyControl[], yaml: string, subject?: AnyControl): Report {
  return judgeWith(controls, yaml, subject === undefined ? {} : exampleParams(subject));
}

/** The parameters that the examples of a control are judged with. */
function exampleParams({ id, examples }: AnyControl): Pick<Policy, 'params'> {
  const { params } = examples();
  return { params: params === undefined ? {} : { [id]: params } };
}

/** As `judge`, for Kubernetes 1.35 and the whole guidance with every subject listed, where `policy` says nothing else. */
export function judgeWith(controls: readonly AnyControl[], yaml: string, policy: Partial<Policy>): Report {
  return judgeResources(controls, read(yaml), policy);
}

function judgeResources(controls: readonly AnyControl[], resources: readonly Resource[], policy: Partial<Policy>): Report {
  const evaluation = startEvaluation(controls, { ...examplePolicy, ...policy });
  for (const resource of resources) evaluation.add({ type: 'resource', resource });
  return evaluation.finish({ files: 1, documents: resources.length });
}

/** JSON is YAML: the values as a stream of documents without a writer of our own. */
function asYaml(objects: readonly unknown[]): string {
  return objects.map((object) => JSON.stringify(object, undefined, 2)).join('\n---\n');
}
