import type { LocalSubjectKind, Path, PodTemplate, Reads, Resource } from '../core/index.ts';
import { containersOf } from './container.ts';

export type LiteralKind = 'variable' | 'argument' | 'annotation' | 'key';

/** A text that anybody who can read the object can read. */
export interface Literal {
  readonly path: Path;
  readonly kind: LiteralKind;
  /** Of the variable, the annotation, the ConfigMap key or the flag that an argument belongs to; empty where there is none. */
  readonly name: string;
  readonly value: string;
}

export interface LiteralsSubject {
  /** Every literal text of the object in which a credential could stand; enumerated anew each time. */
  literals(): Iterable<Literal>;
}

const reads: Reads = { podTemplates: true, kinds: ['ConfigMap'] };

/** One subject for each object with pod templates and each ConfigMap. Paths of controls are relative to the object. */
export const literals: LocalSubjectKind<LiteralsSubject> = {
  scope: 'local',
  name: 'object with literal values',
  reads,
  example: 'objects',
  subjects(resource) {
    if (isConfigMap(resource)) return [{ subject: { literals: () => ofConfigMap(resource) }, path: [] }];
    if (resource.podTemplates.length > 0) return [{ subject: { literals: () => ofWorkload(resource) }, path: [] }];
    return [];
  },
};

function isConfigMap({ ref }: Resource): boolean {
  return ref.kind === 'ConfigMap' && ref.apiVersion === 'v1';
}

function* ofConfigMap({ object, metadata }: Resource): Generator<Literal> {
  yield* ofAnnotations(metadata.annotations, ['metadata']);
  for (const [name, value] of textsOf(object['data'])) yield { path: ['data', name], kind: 'key', name, value };
  for (const [name, encoded] of textsOf(object['binaryData'])) {
    const value = decodeBase64(encoded);
    if (value !== undefined) yield { path: ['binaryData', name], kind: 'key', name, value };
  }
}

function* ofWorkload({ metadata, podTemplates }: Resource): Generator<Literal> {
  yield* ofAnnotations(metadata.annotations, ['metadata']);
  for (const template of podTemplates) yield* ofTemplate(template);
}

function* ofTemplate({ path, metadata, metadataPath, spec, specPath }: PodTemplate): Generator<Literal> {
  // The metadata of a Pod are those of the object.
  if (path.length > 0) yield* ofAnnotations(metadata.annotations, metadataPath);
  for (const { container, path: containerPath } of containersOf(spec)) {
    const base = [...specPath, ...containerPath];
    for (const [index, { name = '', value }] of (container.env ?? []).entries()) {
      if (value !== undefined) yield { path: [...base, 'env', index, 'value'], kind: 'variable', name, value };
    }
    for (const field of ['command', 'args'] as const) {
      let before = '';
      for (const [index, text] of (container[field] ?? []).entries()) {
        yield { path: [...base, field, index], kind: 'argument', ...namedArgument(text, before) };
        before = text;
      }
    }
  }
}

const flag = /^(--?[A-Za-z][\w.-]{0,63})(?:=([^]*))?$/;

/** `--name=value`, or a value after `--name`; anything else is a value without a name. */
function namedArgument(text: string, before: string): { name: string; value: string } {
  const [, name, value] = flag.exec(text) ?? [];
  if (name !== undefined) return value === undefined ? { name: '', value: text } : { name, value };
  const [, owner, owned] = flag.exec(before) ?? [];
  return { name: owner !== undefined && owned === undefined ? owner : '', value: text };
}

/** A copy of the object that kubectl keeps: what is in it stands in the object as well. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function* ofAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: Path): Generator<Literal> {
  for (const [name, value] of Object.entries(annotations ?? {})) {
    if (name !== lastApplied) yield { path: [...path, 'annotations', name], kind: 'annotation', name, value };
  }
}

function textsOf(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Byte for byte, as far as it is base64 at all. */
function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
