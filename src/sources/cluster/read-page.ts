import type { MadeFrom, Resource, ResourceRef } from '../../core/index.ts';
import { isWorkflow } from '../../kube/argo-workflow.ts';
import { templatePaths, type PodTemplateKind } from '../../kube/pod-templates.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { mayHoldSystemPods } from '../../kube/system-workloads.ts';
import { pieceReader } from '../manifests/documents.ts';
import { jsonStream, type JsonSlice, type ListHeader } from '../manifests/json-stream.ts';
import { oneLine } from '../manifests/reasons.ts';
import { commonText, glanceAt, nameAt, templateOfDeployment, templateOfReplicaSet, wantsNone, type Glance } from './glance.ts';
import type { Asking } from './asking.ts';
import { strayOf, type HandedText } from './handed.ts';
import type { Handing } from './handing.ts';
import { cutByLandmarks } from './landmarks.ts';
import { apiVersionOf, kindFile } from './object-names.ts';
import type { Owners } from './owners.ts';
import type { ServedKind } from './served-kinds.ts';

/** What a page says of itself. */
export interface Page {
  /** Asks for the next one. */
  readonly next: string | undefined;
  /** The state that it shows. */
  readonly resourceVersion: string | undefined;
}

/** How objects of one kind become inputs. */
export interface KindReader {
  /** Reads a page of a list. Without `failed` it was read to its end. */
  page(bytes: Buffer): Page | { readonly failed: string };
  /** Reads an object that was asked for by its name. */
  object(bytes: Buffer): { readonly failed: string } | undefined;
  /** How many objects there were, whatever became of them. */
  documents(): number;
  /** Whether templates were taken as they stand: what is wrong with them shows when they are judged. */
  tookTemplates(): boolean;
  /** Hands over what was skipped. `done` hears, when all was judged, whether an object could not be read. */
  finish(done: (damaged: boolean) => void): void;
}

export interface KindOptions {
  readonly kind: ServedKind;
  readonly asking: Asking;
  readonly podTemplates: readonly PodTemplateKind[];
  /** As in `ClusterOptions`. */
  readonly replicasByName: boolean;
  /** Workloads that were read. Those of this kind are added. */
  readonly owners: Owners;
  readonly handing: Handing;
}

export function kindReader({ kind, asking, podTemplates, replicasByName, owners, handing }: KindOptions): KindReader {
  const apiVersion = apiVersionOf(kind);
  const file = kindFile(kind);
  const judged = handing.open(kind);
  const holdsPods = templatePaths(kind.group, kind.kind, podTemplates).length > 0 || isWorkflow(kind.group, kind.kind);
  const isPod = kind.group === '' && kind.kind === 'Pod';
  const isReplicaSet = kind.group === 'apps' && kind.kind === 'ReplicaSet';
  const isJob = kind.group === 'batch' && kind.kind === 'Job';
  const isDeployment = kind.group === 'apps' && kind.kind === 'Deployment';
  /** A list that has to be begun anew brings objects again. */
  const seen = new Set<string>();
  const skips = new Map<string, number>();
  let damaged = false;
  let tookTemplates = false;
  let status = (): string | undefined => undefined;
  /** Of what is being read: as it goes on to be judged, and what of it other replicas have in common with it. */
  let handed: HandedText | undefined;
  let common: string | undefined;

  function unread(reason: string): void {
    damaged = true;
    handing.tell({ type: 'unread', file, line: 1, reason: oneLine(reason) });
  }

  function skip(reason: string): void {
    skips.set(reason, (skips.get(reason) ?? 0) + 1);
  }

  const inPlaceOf = (owner: string): string => oneLine(`${kind.kind} of a ${owner}, which is judged in its place`);
  const asAnother = (owner: string): string =>
    oneLine(`${kind.kind} that differs from its ${owner} as another one does, which is judged in its place`);

  /** Does what the text alone allows, without parsing it. False where it must be parsed. */
  function passes(text: string): boolean {
    if (!holdsPods) {
      const key = nameAt(text);
      if (key !== undefined) once(key, () => hand());
      return key !== undefined;
    }
    const glance = isPod || isReplicaSet || isDeployment || isJob ? glanceAt(text) : undefined;
    if (glance === undefined) return false;
    const { name, namespace, owner } = glance;
    const key = `${namespace}/${name}`;
    if (seen.has(key)) return true;
    common = isPod ? commonText(glance) : undefined;
    const does = owner !== undefined && owners.has(owner.uid) ? withOwner(glance, owner) : withoutOwner(glance);
    if (does) seen.add(detached(key));
    return does;
  }

  function withoutOwner(glance: Glance): boolean {
    if (isPod && !isFinished(status())) {
      hand();
      return true;
    }
    const template = isDeployment ? templateOfDeployment(glance) : undefined;
    if (template === undefined) return false;
    const [name, namespace, uid] = [glance.name, glance.namespace, glance.uid].map(detached) as [string, string, string];
    if (!owners.addText(uid, { apiVersion, kind: kind.kind, namespace, name }, template)) return false;
    tookTemplates = true;
    hand({}, undefined, () => owners.remove(uid));
    return true;
  }

  function withOwner(glance: Glance, owner: NonNullable<Glance['owner']>): boolean {
    if (isPod) {
      if (isFinished(status())) return false;
      const repeated = owners.repeat(owner.uid, common ?? '');
      if (repeated !== undefined) {
        skip(repeated.alike ? inPlaceOf(owner.kind) : asAnother(owner.kind));
        return true;
      }
      const shown = owners.compareText(glance, owner.uid, common ?? '');
      if (shown === undefined) return false;
      if (shown.first) handReplica(glance, shown.madeFrom);
      skip(inPlaceOf(owner.kind));
      return true;
    }
    if (isJob && hasEnded(status())) {
      skip(inPlaceOf(owner.kind));
      return true;
    }
    if (!isReplicaSet) return false;
    if (!wantsNone(glance) || (parsed(status())?.['replicas'] ?? 0) !== 0) {
      const { namespace, name, uid } = glance;
      const template = templateOfReplicaSet(glance);
      if (template === undefined || !owners.hasTemplate(owner.uid, namespace, template)) return false;
      owners.adopt(detached(uid), { apiVersion, kind: kind.kind, namespace, name }, owner.uid);
    }
    skip(inPlaceOf(owner.kind));
    return true;
  }

  function once(key: string, does: () => void): void {
    if (seen.has(key)) return;
    seen.add(detached(key));
    does();
  }

  function take(resource: Resource): void {
    const { ref, object } = resource;
    const stray = strayOf(kind, resource);
    if (stray !== undefined) return unread(stray);
    once(`${ref.namespace ?? ''}/${ref.name}`, () => decide(resource, ref, object));
  }

  function decide(resource: Resource, ref: ResourceRef, object: Resource['object']): void {
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    const uid = typeof metadata['uid'] === 'string' ? metadata['uid'] : undefined;
    if (isPod && isFinished(status())) return skip('finished pod: nothing runs in it any more');
    if (resource.podTemplates.length === 0) return hand({}, resource);
    const owner = controllerOf(metadata);
    // Of ten old ReplicaSets nine are kept for going back.
    if (owner !== undefined && owners.has(owner.uid) && hasNoPods(kind, object, status)) return skip(inPlaceOf(owner.kind));
    const likeness = owner === undefined ? undefined : owners.compare(resource, owner.uid, common);
    if (owner === undefined || likeness === undefined) {
      // Pods own no workloads.
      if (!isPod && uid !== undefined) owners.add(uid, resource);
      return hand({}, resource);
    }
    const { madeFrom, first, ref: named = ref } = likeness;
    if (madeFrom.alike) {
      if (!isPod && uid !== undefined) owners.adopt(uid, ref, owner.uid);
      if (isPod && first) hand({ madeFrom }, resource);
      return skip(inPlaceOf(owner.kind));
    }
    if (!isPod && uid !== undefined) owners.add(uid, { ...resource, ref: named });
    if (first) hand({ madeFrom, ref: named }, resource);
    else skip(asAnother(owner.kind));
  }

  function hand(
    more: { readonly madeFrom?: MadeFrom; readonly ref?: ResourceRef } = {},
    resource?: Resource,
    onRefused?: () => void,
  ): void {
    const { madeFrom, ref } = more;
    if (handed === undefined) return;
    const named = { ...handed, ...(madeFrom === undefined ? {} : { madeFrom }), ...(ref === undefined ? {} : { ref }) };
    judged.hand(named, resource, onRefused);
  }

  function handReplica({ namespace, name, uid }: Glance, madeFrom: MadeFrom): void {
    if (!replicasByName || mayHoldSystemPods(namespace)) return hand({ madeFrom });
    judged.name({
      ref: { apiVersion, kind: kind.kind, namespace: detached(namespace), name: detached(name) },
      uid: detached(uid),
      madeFrom,
    });
  }

  const reader = pieceReader(file, {
    reads: () => true,
    podTemplates,
    sink(input) {
      if (input.type === 'resource') return take(input.resource);
      damaged ||= input.type === 'unread';
      handing.tell(input);
    },
  });

  /** Items of the API server's own kinds do not say what they are. */
  function read(slice: JsonSlice, index: number, statusOf: () => string | undefined): void {
    status = statusOf;
    common = undefined;
    const item = asking.item === undefined ? slice : { ...slice, text: itemOf(slice.text, asking.item) };
    handed = { slice: item, index };
    if (asking.item === undefined && passes(slice.text)) return;
    reader.read({ type: 'item', slice: item, list: { apiVersion, kind: `${kind.kind}List`, index } });
  }

  function cut(bytes: Buffer): Cut {
    const quickly = cutByLandmarks(bytes, kind, read);
    if (quickly !== undefined) return { header: quickly, single: undefined, failed: undefined };
    const found: { -readonly [K in keyof Cut]: Cut[K] } = { header: undefined, single: undefined, failed: undefined };
    const answer = jsonStream(1, {
      wanted: () => true,
      object(slice) {
        found.single = slice;
        return true;
      },
      item: (slice, index, _header, _named, statusOf) => read(slice, index, statusOf),
      list: (header) => (found.header = header),
      unread: (_line, reason) => (found.failed = reason),
    }).take({ bytes, start: 0, end: bytes.length }, true);
    return typeof answer === 'object' ? { ...found, failed: 'the answer is not JSON' } : found;
  }

  return {
    page(bytes) {
      const { header, single, failed } = cut(bytes);
      if (failed !== undefined) return { failed };
      const list = header ?? emptyList(single);
      if (list?.kind?.endsWith('List') !== true) return { failed: 'the answer is no list' };
      if (asking.listKind !== undefined && list.kind !== asking.listKind) return { failed: `the answer is no ${asking.listKind}` };
      return { next: list.continue, resourceVersion: list.resourceVersion };
    },

    object(bytes) {
      const { single, failed } = cut(bytes);
      if (failed !== undefined) return { failed };
      if (single === undefined) return { failed: 'the answer is no object' };
      read(single, 0, () => undefined);
      return undefined;
    },

    documents() {
      const { skipped, unread: refused } = reader.outcome.counts;
      return seen.size + skipped + refused;
    },

    tookTemplates: () => tookTemplates,

    finish(done) {
      const drifted = owners.takeDrifted();
      judged.finish((became, sink) => {
        for (const [reason, { count }] of reader.outcome.skips) skips.set(reason, count);
        for (const [reason, count] of became.skips) skips.set(reason, (skips.get(reason) ?? 0) + count);
        for (const [reason, count] of skips) sink({ type: 'skipped', file, line: 1, reason, count });
        for (const each of drifted) sink({ type: 'drifted', drifted: each });
        done(damaged || became.unread > 0);
      });
    },
  };
}

interface Cut {
  readonly header: ListHeader | undefined;
  /** An object that is no list. */
  readonly single: JsonSlice | undefined;
  readonly failed: string | undefined;
}

/** Go writes a list that was never filled as null. */
function emptyList(slice: JsonSlice | undefined): ListHeader | undefined {
  const value = parsed(slice?.text);
  if (value === undefined || (value['items'] !== null && value['items'] !== undefined)) return undefined;
  const { kind } = value;
  return { apiVersion: undefined, kind: typeof kind === 'string' ? kind : undefined };
}

/** A part of a text, and what is put together of such, would keep all of the text in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

function itemOf(text: string, of: NonNullable<Asking['item']>): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(of(value));
}

function isFinished(status: string | undefined): boolean {
  if (status === undefined || !/"phase"\s*:\s*"(?:Succeeded|Failed)"/.test(status)) return false;
  const phase = parsed(status)?.['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

/** A ReplicaSet that was scaled to nothing, a Job that has ended. */
function hasNoPods({ group, kind }: ServedKind, { spec }: Readonly<Record<string, unknown>>, status: () => string | undefined): boolean {
  if (group === 'apps' && kind === 'ReplicaSet')
    return isObject(spec) && spec['replicas'] === 0 && (parsed(status())?.['replicas'] ?? 0) === 0;
  return group === 'batch' && kind === 'Job' && hasEnded(status());
}

function hasEnded(status: string | undefined): boolean {
  const conditions = parsed(status)?.['conditions'];
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => isObject(each) && (each['type'] === 'Complete' || each['type'] === 'Failed') && each['status'] === 'True')
  );
}

function controllerOf(metadata: Readonly<Record<string, unknown>>): { readonly uid: string; readonly kind: string } | undefined {
  const { ownerReferences } = metadata;
  if (!Array.isArray(ownerReferences)) return undefined;
  for (const owner of ownerReferences)
    if (isObject(owner) && owner['controller'] === true && typeof owner['uid'] === 'string' && typeof owner['kind'] === 'string')
      return { uid: owner['uid'], kind: owner['kind'] };
  return undefined;
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Where JSON was expected and there is none, nothing is known.
    return undefined;
  }
}
