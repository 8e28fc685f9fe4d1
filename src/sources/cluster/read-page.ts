import { apiGroup, nowhere, type Input, type MadeFrom, type Resource, type ResourceRef } from '../../core/index.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { pieceReader } from '../manifests/documents.ts';
import { jsonStream, type JsonSlice, type ListHeader } from '../manifests/json-stream.ts';
import { oneLine } from '../manifests/reasons.ts';
import { commonText, glanceAt, templateOfDeployment, templateOfReplicaSet, wantsNone, type Glance } from './glance.ts';
import type { Asking } from './asking.ts';
import type { Likeness, Owners } from './owners.ts';
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
  /** Hands over what was skipped. `damaged` says that an object could not be read. */
  finish(): { readonly damaged: boolean };
}

export interface KindOptions {
  readonly kind: ServedKind;
  readonly asking: Asking;
  readonly podTemplates: readonly PodTemplateKind[];
  /** Workloads that were read. Those of this kind are added. */
  readonly owners: Owners;
  readonly sink: (input: Input) => void;
}

/** What an object is called where a file would have its path: `cluster/shop/Deployment.apps/web`. */
export function objectFile(kind: Pick<ServedKind, 'group' | 'kind'>, namespace: string | undefined, name: string): string {
  return ['cluster', ...(namespace === undefined ? [] : [segment(namespace)]), kindName(kind), segment(name)].join('/');
}

/** The same by what names an object in reports. */
export function fileOf({ apiVersion, kind, namespace, name }: ResourceRef): string {
  return objectFile({ group: apiGroup(apiVersion), kind }, namespace, name);
}

/** `Deployment.apps`, and `Pod` in the core group. */
export function kindName({ group, kind }: Pick<ServedKind, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** `deployments.apps`, as kubectl and permissions name it. */
export function resourceName({ group, plural }: Pick<ServedKind, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Names are what the server says: none of them may lead out of its folder. */
function segment(name: string): string {
  return /^\.+$/.test(name) ? name.replaceAll('.', '%2E') : name.replaceAll(/[%/\\]/g, encodeURIComponent);
}

export function kindReader({ kind, asking, podTemplates, owners, sink }: KindOptions): KindReader {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const file = `cluster/${resourceName(kind)}`;
  const isPod = kind.group === '' && kind.kind === 'Pod';
  const isReplicaSet = kind.group === 'apps' && kind.kind === 'ReplicaSet';
  const isDeployment = kind.group === 'apps' && kind.kind === 'Deployment';
  /** A list that has to be begun anew brings objects again. */
  const seen = new Set<string>();
  const skips = new Map<string, number>();
  let damaged = false;
  let status = (): string | undefined => undefined;
  /** Of what is being read: its text, and what of it other replicas have in common with it. */
  let text = '';
  let common: string | undefined;
  /** Where its text alone shows that it is like its template. */
  let shown: Likeness | undefined;

  function unread(reason: string): void {
    damaged = true;
    sink({ type: 'unread', file, line: 1, reason: oneLine(reason) });
  }

  function skip(reason: string): void {
    skips.set(reason, (skips.get(reason) ?? 0) + 1);
  }

  const inPlaceOf = (owner: string): string => oneLine(`${kind.kind} of a ${owner}, which is judged in its place`);
  const asAnother = (owner: string): string =>
    oneLine(`${kind.kind} that differs from its ${owner} as another one does, which is judged in its place`);

  /** Skips what its text alone shows to be like something that was read before. */
  function passes(glance: Glance): boolean {
    const { name, namespace, uid, owner } = glance;
    const key = `${namespace}/${name}`;
    if (seen.has(key) || owner === undefined || !owners.has(owner.uid)) return false;
    let reason = inPlaceOf(owner.kind);
    if (isPod) {
      if (isFinished(status())) return false;
      const madeFrom = owners.repeat(owner.uid, common ?? '') ?? passesAs(glance, owner.uid);
      if (madeFrom === undefined) return false;
      if (!madeFrom.alike) reason = asAnother(owner.kind);
    } else if (!wantsNone(glance) || (parsed(status())?.['replicas'] ?? 0) !== 0) {
      const template = templateOfReplicaSet(glance);
      if (template === undefined || !owners.hasTemplate(owner.uid, namespace, template)) return false;
      owners.adopt(detached(uid), { apiVersion, kind: kind.kind, namespace, name }, owner.uid);
    }
    seen.add(key);
    skip(reason);
    return true;
  }

  /** Of those that are like their template the first is handed on. */
  function passesAs(glance: Glance, ownerUid: string): MadeFrom | undefined {
    shown = owners.compareText(glance, ownerUid, common ?? '');
    return shown?.first === false ? shown.madeFrom : undefined;
  }

  function take(resource: Resource): void {
    const { ref, object } = resource;
    if (ref.kind !== kind.kind || apiGroup(ref.apiVersion) !== kind.group)
      return unread(`${ref.kind} "${ref.name}" in a list of another kind`);
    const key = `${ref.namespace ?? ''}/${ref.name}`;
    if (seen.has(key)) return;
    seen.add(key);
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    const uid = typeof metadata['uid'] === 'string' ? metadata['uid'] : undefined;
    if (isPod && isFinished(status())) return skip('finished pod: nothing runs in it any more');
    if (resource.podTemplates.length === 0) return hand(resource);
    const owner = controllerOf(metadata);
    // Of ten old ReplicaSets nine are kept for going back.
    if (owner !== undefined && owners.has(owner.uid) && hasNoPods(kind, object, status)) return skip(inPlaceOf(owner.kind));
    const likeness = owner === undefined ? undefined : (shown ?? owners.compare(resource, owner.uid, common));
    if (owner === undefined || likeness === undefined) {
      // Pods own no workloads.
      if (!isPod && uid !== undefined && !(isDeployment && addsText(uid, ref))) owners.add(uid, resource);
      return hand(resource);
    }
    const { madeFrom, first, ref: named = ref } = likeness;
    if (madeFrom.alike) {
      if (!isPod && uid !== undefined) owners.adopt(uid, ref, owner.uid);
      if (isPod && first) hand(resource, madeFrom);
      return skip(inPlaceOf(owner.kind));
    }
    if (!isPod && uid !== undefined) owners.add(uid, { ...resource, ref: named });
    if (first) hand({ ...resource, ref: named }, madeFrom);
    else skip(asAnother(owner.kind));
  }

  function addsText(uid: string, ref: ResourceRef): boolean {
    const glance = glanceAt(text);
    const template = glance === undefined ? undefined : templateOfDeployment(glance);
    return template !== undefined && owners.addText(uid, ref, template);
  }

  function hand(resource: Resource, madeFrom?: MadeFrom): void {
    const { ref } = resource;
    const placed = { ...resource, file: objectFile(kind, ref.namespace, ref.name), locate: nowhereOf };
    sink({ type: 'resource', resource: madeFrom === undefined ? placed : { ...placed, madeFrom } });
  }

  const reader = pieceReader(file, {
    reads: () => true,
    podTemplates,
    sink(input) {
      if (input.type === 'resource') return take(input.resource);
      damaged ||= input.type === 'unread';
      sink(input);
    },
  });

  /** Items of the API server's own kinds do not say what they are. */
  function read(slice: JsonSlice, index: number, statusOf: () => string | undefined): void {
    status = statusOf;
    text = slice.text;
    shown = undefined;
    const glance = isPod || isReplicaSet ? glanceAt(text) : undefined;
    common = isPod && glance !== undefined ? commonText(glance) : undefined;
    if (glance !== undefined && passes(glance)) return;
    reader.read({
      type: 'item',
      slice: asking.item === undefined ? slice : { ...slice, text: itemOf(slice.text, asking.item) },
      list: { apiVersion, kind: `${kind.kind}List`, index },
    });
  }

  function cut(bytes: Buffer): Cut {
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

    finish() {
      for (const [reason, { count }] of reader.outcome.skips) skips.set(reason, count);
      for (const [reason, count] of skips) sink({ type: 'skipped', file, line: 1, reason, count });
      for (const drifted of owners.takeDrifted()) sink({ type: 'drifted', drifted });
      return { damaged };
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

/** A part of a text would keep all of it in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

const nowhereOf: Resource['locate'] = (paths) => paths.map(() => nowhere);

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
  if (group !== 'batch' || kind !== 'Job') return false;
  const conditions = parsed(status())?.['conditions'];
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
