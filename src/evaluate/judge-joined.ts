import { unknown, type Path, type SubjectContext } from '../core/index.ts';
import type { Bench, JoinedKind } from './bench.ts';
import { twinOf } from './findings.ts';
import { count, miss } from './ledger.ts';
import { proposalFor, propose } from './proposals.ts';
import type { Run } from './run.ts';

/** Judges what needs several resources, when all were read. */
export function judgeJoined(run: Run, some: readonly Bench<JoinedKind>[], known: SubjectContext): void {
  const { sink, findings } = run;
  const { files, madeFrom } = run.gathered;
  for (const bench of some) {
    const { kind, memories } = bench;
    for (const { subject, ref, at, container } of kind.subjects(memories, known)) {
      const file = files[at.resource] ?? '';
      for (const { control, judging, fixing, tally, severity, gaps } of run.panelOf(bench, file)) {
        const { blind, lenient } = gaps;
        const judged =
          blind === undefined ? control.evaluate(subject, judging) : unknown(at, `decided by ${blind}, which were not read`, ['cluster']);
        const excusable = lenient !== undefined && judged.verdict === 'fail';
        if (excusable) miss(tally, lenient);
        const verdict = excusable ? unknown(at, `decided by ${lenient} too, which were not read`, ['cluster']) : judged;
        count(tally, verdict);
        const places = findings.placesOf(verdict);
        for (let index = 0; index < places.length; index++) {
          const place = places[index]!;
          const { resource, path, location } = 'location' in place.where ? place.where : at;
          const steps = joinedSteps(container, path);
          const twin = twinOf(madeFrom.get(resource), steps.slice(1), container ?? '');
          const spot = { ref, file: files[resource] ?? '', container, path, steps, location, subject: at.resource, severity, twin };
          const row = findings.add(control, verdict.verdict, place, spot);
          if (index > 0 || sink === undefined || control.fix === undefined || verdict.verdict !== 'fail') continue;
          const whole = (inside: Path): Path => [...at.path, ...inside];
          const about = { control, severity, fixing, subject, verdict, ref, container, file, path };
          const proposal = proposalFor({ ...about, whole, wholePod: whole, wholeMetadata: whole });
          if (proposal !== undefined) propose(run, proposal, row, spot);
        }
      }
    }
  }
}

/** Indexes would move with the order of the list; the container's name tells the items apart. */
function joinedSteps(container: string | undefined, path: Path): string[] {
  return [container ?? '', ...path.filter((step) => typeof step === 'string')];
}
