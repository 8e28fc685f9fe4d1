import { describe, expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { nowhere, type Resource } from '../../src/core/index.ts';
import { startEvaluation, type Evaluation } from '../../src/evaluate/index.ts';
import { decode } from '../../src/kube/decode.ts';
import { readsOf } from '../../src/library/portion-judge.ts';
import { policyOf } from '../../src/options/policy-options.ts';
import { redactor } from '../../src/redact/index.ts';
import { readManifests } from '../../src/sources/manifests/index.ts';
import { findCredentials } from '../../src/subjects/credentials.ts';
import { literals } from '../../src/subjects/literals.ts';
import { corpora, corporaFolder } from './corpora.ts';

/* Real objects: what a snapshot would hold of them gets the same verdicts, and none of their credentials is in it. */

const letters = 'abcdefghijklmnop';
const tags = new Map<string, string>();

function tagOf(text: string): string {
  const known = tags.get(text);
  if (known !== undefined) return known;
  const tag = tags.size
    .toString(16)
    .padStart(12, '0')
    .replaceAll(/./g, (digit) => letters[parseInt(digit, 16)]!);
  tags.set(text, tag);
  return tag;
}

function start(): Evaluation {
  return startEvaluation(controls, policyOf({ system: true, kubernetesVersion: '1.36' }, controls, true));
}

function add(evaluation: Evaluation, resource: Resource, object: Record<string, unknown>, file: string): void {
  const decoded = decode(object);
  if ('refused' in decoded) throw new Error(`${resource.file}: ${decoded.refused}`);
  evaluation.add({ type: 'resource', resource: { ...decoded, file, locate: (paths) => paths.map(() => nowhere) } });
}

function credentialsOf(resource: Resource): string[] {
  const context = { version: 0, partial: false, namespaceOf: () => undefined };
  return [...literals.subjects(resource, context)]
    .flatMap(({ subject }) => [...subject.literals()])
    .filter((literal) => literal.value.length > 12 && findCredentials(literal).some(({ severity }) => severity !== 'low'))
    .map(({ value }) => value);
}

describe.runIf(corpora.length > 0)('redacted objects', () => {
  test.each(corpora)('of %s', async (corpus) => {
    const redact = redactor([], tagOf);
    const [whole, redacted] = [start(), start()];
    let objects = 0;
    await readManifests({ paths: [corpus], cwd: corporaFolder, reads: readsOf(whole) }, (input) => {
      if (input.type !== 'resource') return;
      const { resource } = input;
      const file = `${resource.file} ${objects++}`;
      const copy = redact(resource.object);
      for (const value of credentialsOf(resource)) expect(JSON.stringify(copy), file).not.toContain(JSON.stringify(value).slice(1, -1));
      add(whole, resource, resource.object, file);
      add(redacted, resource, copy, file);
    });
    const [expected, found] = [whole, redacted].map((evaluation) => evaluation.finish({ files: 0, documents: objects }));
    expect(objects).toBeGreaterThan(10);
    const told = (report: typeof expected): string[] =>
      report!.findings.map(({ control, file, path, message, verdict }) => [control, file, path, verdict, message].join(' | '));
    expect(
      told(found)
        .filter((each) => !told(expected).includes(each))
        .slice(0, 10),
    ).toEqual([]);
    expect(found).toEqual(expected);
  });
});
