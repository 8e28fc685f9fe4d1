import type { LocalSubjectKind, Metadata, Path, PodTemplate, Reads, Resource } from '../core/index.ts';
import { recordOf } from '../kube/untyped.ts';
import { containersIn } from './container.ts';

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
  /** Every literal text of the object in which a credential could stand, as far as it is wanted; listed anew each time. */
  literals(isWanted?: IsWanted): readonly Literal[];
}

/**
 * Asked about the name and the value of a text before anything else is made of it. For an argument they are the argument
 * before and all of its own text: the name and the value of the literal stand in them.
 */
export type IsWanted = (name: string, value: string) => boolean;

const all: IsWanted = () => true;

const reads: Reads = { podTemplates: true, kinds: ['ConfigMap'] };

/** One subject for each object with pod templates and each ConfigMap. Paths of controls are relative to the object. */
export const literals: LocalSubjectKind<LiteralsSubject> = {
  scope: 'local',
  name: 'object with literal values',
  reads,
  example: 'objects',
  subjects(resource) {
    if (isConfigMap(resource)) return [{ subject: { literals: (isWanted = all) => ofConfigMap(resource, isWanted) }, path: [] }];
    if (resource.podTemplates.length === 0) return [];
    return [{ subject: { literals: (isWanted = all) => ofWorkload(resource, isWanted) }, path: [] }];
  },
};

function isConfigMap({ ref }: Resource): boolean {
  return ref.kind === 'ConfigMap' && ref.apiVersion === 'v1';
}

const ofMetadata: Path = ['metadata'];

function ofConfigMap({ object, metadata }: Resource, isWanted: IsWanted): Literal[] {
  const found: Literal[] = [];
  addAnnotations(metadata.annotations, ofMetadata, isWanted, found);
  const data = recordOf(object['data']);
  for (const name of Object.keys(data)) {
    const value = data[name];
    if (typeof value === 'string' && isWanted(name, value)) found.push({ path: ['data', name], kind: 'key', name, value });
  }
  const binaryData = recordOf(object['binaryData']);
  for (const name of Object.keys(binaryData)) {
    const encoded = binaryData[name];
    const value = typeof encoded === 'string' ? decodeBase64(encoded) : undefined;
    if (value !== undefined && isWanted(name, value)) found.push({ path: ['binaryData', name], kind: 'key', name, value });
  }
  return found;
}

function ofWorkload({ metadata, podTemplates }: Resource, isWanted: IsWanted): Literal[] {
  const found: Literal[] = [];
  addAnnotations(metadata.annotations, ofMetadata, isWanted, found);
  for (const template of podTemplates) addTemplate(template, isWanted, found);
  return found;
}

function addTemplate(template: PodTemplate, isWanted: IsWanted, found: Literal[]): void {
  const { path, metadata, metadataPath } = template;
  // The metadata of a Pod are those of the object.
  if (path.length > 0) addAnnotations(metadata.annotations, metadataPath, isWanted, found);
  for (const { container, at } of containersIn(template)) {
    const { env, command, args } = container;
    if (env !== undefined) {
      for (let index = 0; index < env.length; index++) {
        const { name = '', value } = env[index]!;
        if (value !== undefined && isWanted(name, value))
          found.push({ path: [...at, 'env', index, 'value'], kind: 'variable', name, value });
      }
    }
    if (command !== undefined) addArguments(command, at, 'command', isWanted, found);
    if (args !== undefined) addArguments(args, at, 'args', isWanted, found);
  }
}

function addArguments(texts: readonly string[], container: Path, field: string, isWanted: IsWanted, found: Literal[]): void {
  let before = '';
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index]!;
    if (isWanted(before, text)) found.push({ path: [...container, field, index], kind: 'argument', ...namedArgument(text, before) });
    before = text;
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

function addAnnotations(annotations: Metadata['annotations'] = none, path: Path, isWanted: IsWanted, found: Literal[]): void {
  for (const name of Object.keys(annotations)) {
    const value = annotations[name]!;
    if (name !== lastApplied && isWanted(name, value))
      found.push({ path: [...path, 'annotations', name], kind: 'annotation', name, value });
  }
}

const none: NonNullable<Metadata['annotations']> = {};

/** Byte for byte, as far as it is base64 at all. */
function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
