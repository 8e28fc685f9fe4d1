import { apiGroup, nowhere, type Input, type MadeFrom, type Resource, type ResourceRef } from '../../core/index.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { pieceReader, type Outcome } from '../manifests/documents.ts';
import type { JsonSlice } from '../manifests/json-stream.ts';
import { oneLine } from '../manifests/reasons.ts';
import { apiVersionOf, kindFile, objectFile } from './object-names.ts';
import type { ServedKind } from './served-kinds.ts';

/** An object that is to be judged, or the name of one: plain data, so that any thread may go on with it. */
export type Handed = HandedText | HandedReplica;

/** The text of an object that is still to be parsed. */
export interface HandedText {
  readonly slice: JsonSlice;
  /** Its number in the list. */
  readonly index: number;
  readonly madeFrom?: MadeFrom;
  /** The name to report it by, where that says more than its own. */
  readonly ref?: ResourceRef;
}

/** A pod that is as its owner's template says: nothing else of it is read. */
export interface HandedReplica {
  readonly ref: ResourceRef;
  readonly uid: string;
  readonly madeFrom: MadeFrom;
}

/** Consecutive objects of one kind. */
export interface HandedPortion {
  readonly kind: ServedKind;
  readonly objects: readonly Handed[];
}

export interface HandedOutcome extends Outcome {
  /** The numbers of the objects in the portion that cannot be judged: the API server itself would refuse them. */
  readonly refused: readonly number[];
}

export interface HandedOptions {
  readonly podTemplates: readonly PodTemplateKind[];
  readonly sink: (input: Input) => void;
}

/** Parses objects of one kind and hands them on. */
export interface HandedReader {
  /** False where it is nothing that can be judged, which was said. */
  read(handed: Handed): boolean;
  /** The same of what was parsed before. */
  take(resource: Resource, handed: HandedText): boolean;
  readonly outcome: Outcome;
}

export function handedReader(kind: ServedKind, { podTemplates, sink }: HandedOptions): HandedReader {
  const file = kindFile(kind);
  const list = { apiVersion: apiVersionOf(kind), kind: `${kind.kind}List` };
  let current: HandedText | undefined;
  let taken = false;

  function take(resource: Resource, { ref = resource.ref, madeFrom }: HandedText): boolean {
    const { namespace, name } = resource.ref;
    const stray = strayOf(kind, resource);
    if (stray !== undefined) {
      reader.outcome.counts.unread++;
      sink({ type: 'unread', file, line: 1, reason: stray });
      return false;
    }
    const placed = { ...resource, ref, file: objectFile(kind, namespace, name), locate: nowhereOf };
    sink({ type: 'resource', resource: madeFrom === undefined ? placed : { ...placed, madeFrom } });
    return true;
  }

  const reader = pieceReader(file, {
    reads: () => true,
    podTemplates,
    sink(input) {
      if (input.type !== 'resource') sink(input);
      else if (current !== undefined) taken = take(input.resource, current);
    },
  });

  return {
    read(handed) {
      if (!('slice' in handed)) {
        sink({ type: 'resource', resource: replicaOf(kind, handed) });
        return true;
      }
      current = handed;
      taken = false;
      reader.read({ type: 'item', slice: handed.slice, list: { ...list, index: handed.index } });
      return taken;
    },
    take,
    outcome: reader.outcome,
  };
}

function replicaOf(kind: ServedKind, { ref, uid, madeFrom }: HandedReplica): Resource {
  const { apiVersion, kind: ofKind, namespace, name } = ref;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const object = { apiVersion, kind: ofKind, metadata: { ...metadata, uid } };
  return { ref, metadata, object, podTemplates: [], file: objectFile(kind, namespace, name), locate: nowhereOf, madeFrom };
}

/** Why an object is none of its list. */
export function strayOf({ group, kind }: ServedKind, { ref }: Resource): string | undefined {
  if (ref.kind === kind && apiGroup(ref.apiVersion) === group) return undefined;
  return oneLine(`${ref.kind} "${ref.name}" in a list of another kind`);
}

/** Parses the objects of a portion, each for itself. */
export function readHanded({ kind, objects }: HandedPortion, options: HandedOptions): HandedOutcome {
  const { read, outcome } = handedReader(kind, options);
  const refused: number[] = [];
  for (const [number, handed] of objects.entries()) if (!read(handed)) refused.push(number);
  return { ...outcome, refused };
}

const nowhereOf: Resource['locate'] = (paths) => paths.map(() => nowhere);
