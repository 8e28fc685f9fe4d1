import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AnyControl, Proposal, Report, ResourceRef } from '../core/index.ts';
import { startEvaluation, type Part, type Policy, type ProposalSink } from '../evaluate/index.ts';
import {
  findInOrder,
  manifestReader,
  manifestTotals,
  sourcesOf,
  type Found,
  type ManifestCounts,
  type ManifestTotals,
} from '../sources/manifests/index.ts';
import { withDeciding } from './deciding.ts';
import { renderingOf } from './chart-options.ts';
import { readsOf } from './portion-judge.ts';
import type { ScanOptions } from './scan.ts';

/** Files that are judged again and again. */
export interface KeptJudgement {
  /**
   * Judges the files as they are. Of files that are as they were, nothing is read and nothing judged by itself; what joins
   * several objects is joined anew. The report is the one of a scan.
   */
  judge(how?: HowToLook): Promise<KeptReport>;
}

export interface HowToLook {
  /**
   * What files are to hold, by the name that reports give them, whatever they do hold. Files that are not there yet are read
   * at the end; what is there and the paths do not lead to is not read.
   */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
  /** Nothing has changed on disk since the last time, so that nobody need look there. */
  readonly isDiskKnown?: boolean;
}

export interface KeptReport {
  readonly report: Report;
  /** What fixes want to change; none where nobody asked for fixes. What joins several objects is judged once more for it. */
  readonly proposals: () => readonly Proposal[];
  /** The objects that were read; empty where nobody asked for fixes. */
  readonly resources: readonly ResourceRef[];
  /** The files and texts that were read, or left as they were. */
  readonly files: ReadonlySet<string>;
  /** As `builtFrom` of what was found. */
  readonly builtFrom: readonly string[];
}

/** What was judged of one file by itself. */
interface KeptFile {
  readonly chartTemplate: boolean;
  readonly state: Uint8Array | string;
  readonly part: Part;
  /** Joining moves the anchors of a part to where its resources stand in the whole; these are the numbers in the part. */
  readonly numbers: readonly number[];
  readonly counts: ManifestCounts;
  readonly proposals: readonly Proposal[];
}

/** Two changes that are nearer to each other than this may leave the same time on a file. */
const coarsestClock = 100;

/**
 * Starts judging what the paths of the options name, except standard input, again and again. With `said`, fixes are asked
 * for too.
 */
export function keepJudging(
  options: Pick<ScanOptions, 'paths' | 'cwd' | 'podTemplates' | 'charts' | 'namespace' | 'kubernetesVersion'>,
  controls: readonly AnyControl[],
  policy: Policy,
  said?: Pick<ProposalSink, 'given' | 'values'>,
): KeptJudgement {
  const { paths = ['.'], cwd = process.cwd(), podTemplates = [] } = options;
  let proposals: Proposal[] = [];
  const sinkTo = (propose: ProposalSink['propose']): ProposalSink | undefined => said && { ...said, met: () => undefined, propose };
  const aside = startEvaluation(
    controls,
    policy,
    sinkTo((proposal) => proposals.push(proposal)),
  );
  const rendering = renderingOf(options);
  const reader = manifestReader({ reads: readsOf(aside), podTemplates, ...rendering }, (input) => aside.add(input));
  let known = new Map<string, KeptFile>();
  let found: readonly Found[] | undefined;

  async function read(one: Found, chartTemplate: boolean, content: Uint8Array | undefined, state: KeptFile['state']): Promise<KeptFile> {
    proposals = [];
    const counts = await reader.read(one, content);
    const part = aside.take();
    return { chartTemplate, state, part, numbers: part.anchors.map(({ resource }) => resource), counts, proposals };
  }

  async function filesNow({ contents = new Map(), isDiskKnown = false }: HowToLook): Promise<readonly KeptFile[]> {
    if (found === undefined || !isDiskKnown)
      found = await findInOrder(paths, cwd, rendering.render !== undefined, rendering.render?.buildsAll);
    const next = new Map<string, KeptFile>();
    const files: KeptFile[] = [];
    for (const one of found) {
      if (one.type === 'chart' || one.type === 'overlay') {
        const before = known.get(`${one.type} ${one.file}`);
        const isKnown = isDiskKnown && before !== undefined;
        const state = isKnown ? '' : stateOfAll([...sourcesOf(one), ...(rendering.render?.values ?? []).map(({ path }) => path)]);
        const kept = before !== undefined && (isKnown || isSame(before.state, state)) ? before : await read(one, false, undefined, state);
        next.set(`${one.type} ${one.file}`, kept);
        files.push(kept);
        continue;
      }
      if (one.type !== 'read') {
        files.push(await read(one, false, undefined, ''));
        continue;
      }
      const content = contents.get(one.file);
      const before = known.get(one.file);
      const isKnown = isDiskKnown && content === undefined && typeof before?.state === 'string';
      const state = content ?? (isKnown ? '' : stateOf(one.path));
      const isKept = before?.chartTemplate === one.chartTemplate && (isKnown || isSame(before.state, state));
      const kept = isKept ? before : await read(one, one.chartTemplate, content, state);
      next.set(one.file, kept);
      files.push(kept);
    }
    for (const [file, content] of contents) {
      if (next.has(file) || existsSync(resolve(cwd, file))) continue;
      const before = known.get(file);
      const isKept = before !== undefined && isSame(before.state, content);
      const kept = isKept ? before : await read({ type: 'read', path: '', file, chartTemplate: false }, false, content, content);
      next.set(file, kept);
      files.push(kept);
    }
    known = next;
    return files;
  }

  function reportOn(files: readonly KeptFile[], totals: ManifestTotals, sink: ProposalSink | undefined): Report {
    const evaluation = startEvaluation(controls, policy, sink);
    for (const { part, numbers } of files) {
      for (const [index, anchor] of part.anchors.entries()) anchor.resource = numbers[index]!;
      evaluation.join(part);
    }
    return evaluation.finish(totals);
  }

  return {
    async judge(how = {}) {
      const files = await filesNow(how);
      const totals = manifestTotals(files.map(({ counts }) => counts));
      const report = await withDeciding(reportOn(files, totals, undefined), totals);
      let all: readonly Proposal[] | undefined;
      return {
        report,
        proposals() {
          if (all !== undefined) return all;
          const joined: Proposal[] = [];
          const sink = sinkTo((proposal) => joined.push(proposal));
          if (sink !== undefined) reportOn(files, totals, sink);
          return (all = [...files.flatMap((file) => file.proposals), ...joined]);
        },
        resources: files.flatMap(({ part }) => part.belongings?.refs ?? []),
        files: new Set(known.keys()),
        builtFrom: builtFrom(found ?? []),
      };
    },
  };
}

/** Real paths of the files and folders that kustomizations are built from, wherever they stand. */
export function builtFrom(found: readonly Found[]): readonly string[] {
  return found.flatMap((one) => (one.type === 'overlay' ? [...one.overlay.bases, ...one.overlay.files] : []));
}

function isSame(before: KeptFile['state'], now: KeptFile['state']): boolean {
  if (typeof before === 'string' || typeof now === 'string') return before === now && now !== '';
  return before === now || Buffer.compare(before, now) === 0;
}

/** What changes when any of the files does; empty where that cannot be told. */
function stateOfAll(paths: readonly string[]): string {
  const states = paths.map(stateOf);
  return states.includes('') ? '' : paths.map((path, index) => `${path} ${states[index]}`).join('\n');
}

/** What changes when a file does; empty where that cannot be told. */
function stateOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true });
    return Date.now() - Number(ctimeMs) < coarsestClock ? '' : [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    // Reading it will say why.
    return '';
  }
}
