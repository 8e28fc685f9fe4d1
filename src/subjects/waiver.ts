import type { JoinedSubject, JoinedSubjectKind, JudgedWaiver } from '../core/index.ts';

/** One for each waiver, wherever it stands: of the policy file, of annotations, of comments. It is in no object, the engine knows it. */
export const waivers: JoinedSubjectKind<JudgedWaiver, never> = {
  scope: 'joined',
  name: 'waiver',
  reads: { podTemplates: false, kinds: [], waivers: true },
  example: 'objects',

  remember: () => undefined,

  *subjects(_, { waivers: judged = [] }): Iterable<JoinedSubject<JudgedWaiver>> {
    for (const subject of judged) yield { subject, ref: subject.ref, at: subject.at };
  },
};

/** What a waiver is called in messages. */
export function titleOf({ control }: JudgedWaiver): string {
  if (control === '') return 'waiver';
  return `waiver of ${control.length > 40 ? `${control.slice(0, 39)}…` : control}`;
}
