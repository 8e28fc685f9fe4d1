import { formatPath, nowhere, unknown, type Path, type SubjectContext } from '../core/index.ts';
import type { Bench, JoinedKind } from './bench.ts';
import { twinOf } from './findings.ts';
import { count, miss } from './ledger.ts';
import { proposalFor } from './proposals.ts';
import type { Run } from './run.ts';

/** Judges what needs several resources, when all were read. */
export function judgeJoined(run: Run, some: readonly Bench<JoinedKind>[], known: SubjectContext): void {
  const { sink, findings } = run;
  const { files, origins, madeFrom } = run.gathered;
  for (const bench of some) {
    const { kind, memories } = bench;
    for (const { subject, ref, at, container } of kind.subjects(memories, known)) {
      for (const { control, judging, fixing, tally, severity, gaps } of run.panelOf(bench, files[at.resource] ?? '')) {
        const { blind, lenient } = gaps;
        const judged =
          blind === undefined ? control.evaluate(subject, judging) : unknown(at, `decided by ${blind}, which were not read`, ['cluster']);
        const excusable = lenient !== undefined && judged.verdict === 'fail';
        if (excusable) miss(tally, lenient);
        const verdict = excusable ? unknown(at, `decided by ${lenient} too, which were not read`, ['cluster']) : judged;
        count(tally, verdict);
        if (sink !== undefined && control.fix !== undefined && verdict.verdict === 'fail') {
          const [place] = verdict.places;
          const { path, location } = place !== undefined && 'location' in place.where ? place.where : at;
          const whole = (inside: Path): Path => [...at.path, ...inside];
          const proposal = proposalFor({
            control,
            severity,
            fixing,
            subject,
            verdict,
            ref,
            container,
            file: files[at.resource] ?? '',
            path: formatPath(path),
            steps: joinedSteps(container, path),
            whole,
            wholePod: whole,
            line: location.line,
            origin: origins[at.resource] ?? nowhere,
          });
          if (proposal !== undefined) sink.propose(proposal);
        }
        for (const place of findings.placesOf(verdict)) {
          const { resource, path, location } = 'location' in place.where ? place.where : at;
          const steps = joinedSteps(container, path);
          const twin = twinOf(madeFrom.get(resource), steps.slice(1), container ?? '');
          const file = files[resource] ?? '';
          findings.add(control, verdict.verdict, place, {
            ref,
            file,
            container,
            path,
            steps,
            location,
            subject: at.resource,
            severity,
            ...twin,
          });
        }
      }
    }
  }
}

/** Indexes would move with the order of the list; the container's name tells the items apart. */
function joinedSteps(container: string | undefined, path: Path): string[] {
  return [container ?? '', ...path.filter((step) => typeof step === 'string')];
}
