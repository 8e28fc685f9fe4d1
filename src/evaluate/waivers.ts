import {
  apiGroup,
  compareText,
  formatPath,
  nowhere,
  remembering,
  waiverAnnotation,
  type AnyControl,
  type Comment,
  type Finding,
  type JudgedWaiver,
  type Location,
  type Path,
  type Resource,
  type ResourceRef,
  type Waiver,
  type WaiverRule,
  type WaiverUse,
} from '../core/index.ts';
import { chapters, findRecommendation } from '../guidance/index.ts';
import { realPath } from '../kube/pod-templates.ts';
import { fitsGlob } from './glob.ts';
import { readAnnotation, readComment, type WrittenWaiver } from './inline-waivers.ts';
import { pathMatcher } from './path-settings.ts';
import type { Policy, Waiving } from './policy.ts';
import { selects } from './selection.ts';

/** What was read of waivers in a part of the input: plain data, as all of `Part`. Resources go by their numbers. */
export interface WaiverNotes {
  readonly inline: readonly InlineNote[];
  /** Rules that ask for labels, and resources that have them. */
  readonly labelled: readonly (readonly [rule: number, resource: number])[];
}

export const noWaiverNotes: WaiverNotes = { inline: [], labelled: [] };

interface InlineNote {
  readonly resource: number;
  readonly ref: ResourceRef;
  readonly file: string;
  readonly text: string;
  /** Where it stands: of a comment the line alone. */
  location: Location;
  /** Of an annotation: where it stands in its object. Empty for a comment. */
  readonly path: Path;
  /** Of the annotation of a pod template: the field that it is about. */
  readonly within?: string;
  /** Of a comment: the line that it is about. */
  readonly target?: number;
  /** Of an object of the system, which few controls judge. */
  readonly excepted: boolean;
}

/** Gathers what was written, and says in the end what it waives. */
export interface Waivers {
  /** Looks for annotations; `locate` finds their place in the text. */
  note(resource: Resource, about: About, locate: (path: Path, found: (location: Location) => void) => void): void;
  comment(comment: Comment, about: Omit<About, 'file'>): void;
  take(): WaiverNotes;
  /** Adds what another gathered, whose resources get numbers from `first` on. */
  join(notes: WaiverNotes, first: number): void;
  /** Starts to apply all that was gathered; `takesPart` are the ids of the controls of the run. */
  apply(takesPart: ReadonlySet<string>): Application;
}

interface About {
  readonly number: number;
  readonly ref: ResourceRef;
  readonly file: string;
  readonly excepted: boolean;
}

/** One pass over all findings. */
export interface Application {
  /** Who answers for a finding about the resource of this number; whoever asks asks about every finding. */
  waiverOf(finding: Finding, resource: number): Waiver | undefined;
  uses(): readonly WaiverUse[];
  /** The same with those that are at fault; `fileNumber` is that of a resource that stands for the policy file. */
  judged(fileNumber: (file: string) => number): readonly JudgedWaiver[];
}

/** A waiver on its way through the findings. */
interface Tried {
  readonly control: string;
  readonly waiver: Waiver;
  readonly note: InlineNote | undefined;
  readonly expired: boolean;
  /** A control that it names takes part. */
  readonly isAsked: boolean;
  readonly fits: (finding: Finding, resource: number) => boolean;
  findings: number;
  /** What it is about is not decided. */
  open: boolean;
}

interface Faulty {
  readonly control: string;
  readonly fault: string;
  readonly file: string;
  readonly line: number;
  readonly note: InlineNote | undefined;
}

/** The waivers that name a control, by what may tell at once that they are about another place. */
interface Candidates {
  readonly anywhere: Tried[];
  readonly ofResource: Map<number, Tried[]>;
  readonly ofLine: Map<string, Tried[]>;
}

export function startWaivers(controls: readonly AnyControl[], policy: Policy & { readonly waiving: Waiving }): Waivers {
  const { today, inline, whole, rules, faulty } = policy.waiving;
  const labelRules = rules.flatMap(({ labels }, index) => (labels === undefined ? [] : [{ index, labels: Object.entries(labels) }]));
  const fitsFile = pathMatcher(policy);
  const namedBy = remembering((pattern: string) => controls.filter((control) => selects(pattern, control)).map(({ id }) => id));
  /** A control of another run counts too: what it finds is not known here. */
  const isKnown = (pattern: string): boolean => pattern !== '' && (namedBy(pattern).length > 0 || isOfGuide(pattern.toUpperCase()));
  let notes: InlineNote[] = [];
  let labelled: (readonly [number, number])[] = [];

  function applied(takesPart: ReadonlySet<string>): Application {
    const tried: Tried[] = [];
    const faults: Faulty[] = faulty.map((each) => ({ control: '', note: undefined, ...each }));
    const byControl = new Map<string, Candidates>();

    function add(patterns: readonly string[], each: Omit<Tried, 'control' | 'expired' | 'isAsked' | 'findings' | 'open'>): void {
      const named = new Set(patterns.flatMap((pattern) => namedBy(pattern)));
      const isAsked = [...named].some((id) => takesPart.has(id));
      const one = { ...each, control: patterns.join(', '), expired: each.waiver.until < today, isAsked, findings: 0, open: false };
      tried.push(one);
      for (const id of named) {
        const of = byControl.get(id) ?? { anywhere: [], ofResource: new Map<number, Tried[]>(), ofLine: new Map<string, Tried[]>() };
        byControl.set(id, of);
        const { note } = one;
        if (note === undefined) of.anywhere.push(one);
        else if (note.target === undefined) put(of.ofResource, note.resource, one);
        else put(of.ofLine, lineKey(note.file, note.target), one);
      }
    }

    for (const note of notes) {
      for (const written of note.target === undefined ? readAnnotation(note.text) : readComment(note.text)) {
        const { file, location } = note;
        const fault = 'fault' in written ? written.fault : isKnown(written.control) ? undefined : 'it names no control';
        if (fault !== undefined) faults.push({ control: written.control, fault, file, line: location.line, note });
        else add([written.control], { note, ...inlineWaiver(written as WrittenWaiver & Waiver, note) });
      }
    }
    const haveLabels = new Set(labelled.map((pair) => pair.join(' ')));
    for (const [index, rule] of rules.entries()) {
      const { reason, owner, until, ticket, file, line } = rule;
      const waiver: Waiver = { from: 'policy-file', reason, owner, until, ...(ticket === undefined ? {} : { ticket }), file, line };
      const isLabelled = (resource: number): boolean => rule.labels === undefined || haveLabels.has(`${index} ${resource}`);
      const fits = (finding: Finding, resource: number): boolean => isLabelled(resource) && fitsRule(rule, finding, fitsFile);
      add(rule.controls, { note: undefined, waiver, fits });
    }

    function stateOf({ expired, findings, open, isAsked, note }: Tried): WaiverUse['state'] {
      if (expired) return 'expired';
      if (findings > 0) return 'active';
      const isWhole = note === undefined ? whole : !note.excepted;
      return open || !isAsked || !isWhole || policy.minSeverity !== 'low' ? 'idle' : 'unused';
    }

    const inOrder = <T extends { readonly file: string; readonly line: number }>(items: readonly T[]): T[] =>
      items.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);

    return {
      waiverOf(finding, resource) {
        let found: Waiver | undefined;
        const of = byControl.get(finding.control);
        if (of === undefined) return undefined;
        const { anywhere, ofResource, ofLine } = of;
        const nearby = [
          ...(ofLine.size === 0 ? [] : (ofLine.get(lineKey(finding.file, finding.line)) ?? [])),
          ...(ofResource.get(resource) ?? []),
        ];
        for (const each of nearby.length === 0 ? anywhere : [...nearby, ...anywhere]) {
          if (!each.fits(finding, resource)) continue;
          if (finding.verdict === 'unknown') each.open = true;
          if (finding.verdict === 'fail') {
            each.findings++;
            if (!each.expired) found ??= each.waiver;
          }
        }
        return found;
      },

      uses: () => inOrder(tried.map((each) => ({ control: each.control, state: stateOf(each), findings: each.findings, ...each.waiver }))),

      judged(fileNumber) {
        // The control stands in the path, so that waivers at one place have fingerprints of their own.
        const placeOf = (control: string, note: InlineNote | undefined, file: string, line: number): Pick<JudgedWaiver, 'ref' | 'at'> => {
          const location = note?.location ?? { ...nowhere, line, endLine: line };
          if (note !== undefined) return { ref: note.ref, at: { resource: note.resource, path: [...note.path, control], location } };
          const ref = { apiVersion: 'plimsoll.dev/v1', kind: 'PolicyFile', name: file.slice(file.lastIndexOf('/') + 1) };
          return { ref, at: { resource: fileNumber(file), path: ['waivers', control], location } };
        };
        return [
          ...tried.map((each): JudgedWaiver => {
            const { control, findings, note, waiver } = each;
            return {
              control,
              state: stateOf(each),
              fault: '',
              findings,
              until: waiver.until,
              ...placeOf(control, note, waiver.file, waiver.line),
            };
          }),
          ...faults.map(({ control, fault, file, line, note }): JudgedWaiver => {
            return { control, state: 'malformed', fault, findings: 0, until: '', ...placeOf(control, note, file, line) };
          }),
        ];
      },
    };
  }

  return {
    note(resource, { number, ref, file, excepted }, locate) {
      for (const { index, labels } of labelRules) {
        const own = resource.metadata.labels ?? {};
        if (labels.every(([key, value]) => Object.hasOwn(own, key) && fitsGlob(value, own[key]!))) labelled.push([index, number]);
      }
      if (!inline) return;
      const found = (text: string | undefined, path: Path, within?: string): void => {
        if (text === undefined) return;
        const note: InlineNote = {
          resource: number,
          ref,
          file,
          text,
          location: nowhere,
          path,
          ...(within === undefined ? {} : { within }),
          excepted,
        };
        notes.push(note);
        locate(path, (location) => (note.location = location));
      };
      found(annotationOf(resource.metadata), ['metadata', 'annotations', waiverAnnotation]);
      for (const { metadata, metadataPath, path } of resource.podTemplates) {
        if (path.length === 0) continue;
        const place = realPath(resource.podTemplates, [...metadataPath, 'annotations', waiverAnnotation]);
        found(annotationOf(metadata), place, formatPath(realPath(resource.podTemplates, path)));
      }
    },

    comment({ file, line, target, text }, { number, ref, excepted }) {
      if (!inline) return;
      const location = { ...nowhere, line, endLine: line };
      notes.push({ resource: number, ref, file, text, location, path: ['plimsoll: waive'], target, excepted });
    },

    take() {
      const taken = { inline: notes, labelled };
      notes = [];
      labelled = [];
      return taken;
    },

    join(more, first) {
      for (const note of more.inline) notes.push({ ...note, resource: note.resource + first });
      for (const [rule, resource] of more.labelled) labelled.push([rule, resource + first]);
    },

    apply: applied,
  };
}

function annotationOf({ annotations = {} }: Resource['metadata']): string | undefined {
  return Object.hasOwn(annotations, waiverAnnotation) ? annotations[waiverAnnotation] : undefined;
}

function isOfGuide(code: string): boolean {
  return findRecommendation(code) !== undefined || chapters.some((chapter) => chapter.code === code);
}

function lineKey(file: string, line: number): string {
  return `${line} ${file}`;
}

function put<Key>(lists: Map<Key, Tried[]>, key: Key, item: Tried): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function inlineWaiver(written: WrittenWaiver & Waiver, note: InlineNote): Pick<Tried, 'waiver' | 'fits'> {
  const { reason, owner, until, ticket } = written;
  const { file, location, target, within, ref } = note;
  const from = target === undefined ? 'annotation' : 'comment';
  const waiver: Waiver = { from, reason, owner, until, ...(ticket === undefined ? {} : { ticket }), file, line: location.line };
  // What is missing in a namespace is told at one of its workloads, whose author does not answer for all of it.
  return { waiver, fits: ({ path, resource }) => isSame(resource, ref) && (within === undefined || isWithin(path, within)) };
}

function isSame(a: ResourceRef, b: ResourceRef): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace && apiGroup(a.apiVersion) === apiGroup(b.apiVersion);
}

function isWithin(path: string, around: string): boolean {
  return path === around || path.startsWith(`${around}.`) || path.startsWith(`${around}[`);
}

function fitsRule(rule: WaiverRule, finding: Finding, fitsFile: (patterns: readonly string[], file: string) => boolean): boolean {
  const { resource, container = '', file } = finding;
  const fits = (patterns: readonly string[] | undefined, ...names: readonly string[]): boolean =>
    patterns === undefined || patterns.some((pattern) => names.some((name) => fitsGlob(pattern, name)));
  const { kind, name, namespace = '', owner } = resource;
  // A pod that is told apart from its template belongs to what its owner is called: its own name is random.
  return (
    fits(rule.container, container) &&
    fits(rule.namespace, kind === 'Namespace' && namespace === '' ? name : namespace) &&
    (fits(rule.kind, kind) || (owner !== undefined && fits(rule.kind, owner.kind))) &&
    fits(rule.name, name, ...(owner === undefined ? [] : [owner.name])) &&
    (rule.path === undefined || fitsFile(rule.path, file))
  );
}
