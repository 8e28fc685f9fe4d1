import { hash } from 'node:crypto';
import {
  apiGroup,
  formatPath,
  remembering,
  type Drifted,
  type DriftedField,
  type MadeFrom,
  type Path,
  type Resource,
  type ResourceRef,
} from '../../core/index.ts';
import { podDifferences, podOutline, type Maker } from '../../kube/pod-outline.ts';
import { isObject } from '../../kube/shape-reader.ts';

/** The workloads that were read, and what their controllers made of them. Of a template only an outline is kept. */
export interface Owners {
  /** A workload that is judged itself, by its uid; `template` is the text of its template. */
  add(uid: string, resource: Resource, template?: string): void;
  /** A workload that is like the template of its owner, and makes others from it in turn. */
  adopt(uid: string, resource: Pick<Resource, 'ref'>, ownerUid: string): void;
  /** Whether the template of this owner has this text; false where that is not known. */
  hasTemplate(ownerUid: string, namespace: string, template: string): boolean;
  has(uid: string): boolean;
  /** Compares what has an owner with the owner's template; undefined where that was not read. */
  compare(resource: Resource, ownerUid: string, common?: string): Likeness | undefined;
  /** What the last object was compared with this result, if this one says the same: then it need not even be parsed. */
  repeat(ownerUid: string, common: string): MadeFrom | undefined;
  /** What differs, in the order in which it was found; forgets it. */
  takeDrifted(): Drifted[];
}

export interface Likeness {
  readonly madeFrom: MadeFrom;
  /** Nothing of the same owner was like this before: the others stand behind it. */
  readonly first: boolean;
  /** The name to report it by: with its owner where it differs. */
  readonly ref: ResourceRef;
}

interface Owner {
  /** What is judged in the place of all that is made from its template. */
  readonly judged: ResourceRef;
  readonly maker: Maker;
  readonly templates: readonly Template[];
  /** Of the text of its only template. */
  readonly digest?: string;
  /** Of a StatefulSet: the names of its claims. */
  readonly claims: readonly string[];
  /** What was made of it, by digests of outlines. */
  readonly made: Map<string, Made>;
}

interface Template {
  readonly path: Path;
  readonly outline: string;
}

/** Objects of one outline. */
interface Made {
  readonly madeFrom: MadeFrom;
  readonly ref: ResourceRef;
  /** Where they differ. */
  readonly drifted?: { -readonly [K in keyof Drifted]: Drifted[K] };
}

/** Outlines that are kept, in UTF-16 code units: those of some 40,000 workloads. Of further ones the pods are judged themselves. */
const mostOutlined = 48 << 20;
const mostDifferences = 20;

/** `fileOf` tells where an object stands in reports. */
export function startOwners(fileOf: (ref: ResourceRef) => string): Owners {
  const owners = new Map<string, Owner>();
  /** Equal templates are one and the same text. */
  const outlines = new Map<string, string>();
  let outlined = 0;
  let drifted: Drifted[] = [];
  /** Pods of one owner come one after the other, and mostly say the same. */
  let last: { readonly ownerUid: string; readonly common: string; readonly found: Made } | undefined;

  function keep(outline: string): string {
    const known = outlines.get(outline);
    if (known !== undefined) return known;
    outlined += outline.length;
    outlines.set(outline, outline);
    return outline;
  }

  function meet({ judged, maker, templates }: Owner, { ref, podTemplates }: Resource, sides: readonly string[]): Made {
    let templatePath: Path = [];
    const differences = sides.flatMap((side, index): DriftedField[] => {
      const [best] = templates
        .map(({ path, outline }) => ({ path, fields: podDifferences(outline, side, maker) }))
        .sort((a, b) => a.fields.length - b.fields.length);
      if (index === 0) templatePath = best?.path ?? [];
      const prefix = podTemplates[index]!.path;
      return (best?.fields ?? []).map(({ path, change }) => ({
        path: prefix.length === 0 ? path : `${formatPath(prefix)}.${path}`,
        change,
      }));
    });
    const alike = differences.length === 0;
    const madeFrom: MadeFrom = { owner: judged, templatePath, alike };
    if (alike) return { madeFrom, ref };
    const { apiVersion, kind, name } = judged;
    const owned = { ...ref, owner: { apiVersion, kind, name } };
    const listed = { resource: owned, file: fileOf(ref), line: 1, count: 0, differences: differences.slice(0, mostDifferences) };
    const more = differences.length - mostDifferences;
    const entry = more > 0 ? { ...listed, more } : listed;
    drifted.push(entry);
    return { madeFrom, ref: owned, drifted: entry };
  }

  return {
    add(uid, resource, template) {
      if (outlined > mostOutlined) return;
      const claims = claimsOf(resource);
      const templates = resource.podTemplates.map(({ path, spec, metadata }): Template => {
        return { path, outline: keep(podOutline({ spec, metadata, claims }, digest)) };
      });
      const owner = { judged: resource.ref, maker: makerOf(resource.ref), templates, claims, made: new Map<string, Made>() };
      owners.set(uid, template === undefined ? owner : { ...owner, digest: digestOf(template) });
    },

    adopt(uid, { ref }, ownerUid) {
      const owner = owners.get(ownerUid);
      if (owner !== undefined) owners.set(uid, { ...owner, maker: makerOf(ref), made: new Map() });
    },

    has: (uid) => owners.has(uid),

    hasTemplate(ownerUid, namespace, template) {
      const owner = owners.get(ownerUid);
      return owner?.judged.namespace === namespace && owner.digest === digestOf(template);
    },

    repeat(ownerUid, common) {
      if (last?.ownerUid !== ownerUid || last.common !== common) return undefined;
      const { drifted: entry, madeFrom } = last.found;
      if (entry !== undefined) entry.count++;
      return madeFrom;
    },

    compare(resource, ownerUid, common) {
      const owner = owners.get(ownerUid);
      if (owner === undefined || owner.judged.namespace !== resource.ref.namespace) return undefined;
      const { claims, made } = owner;
      const pod = resource.ref.kind === 'Pod' ? { pod: resource.ref.name } : {};
      const sides = resource.podTemplates.map(({ spec, metadata }) => podOutline({ spec, metadata, claims, ...pod }, digest));
      const key = digest(sides.join('\n\n'));
      const before = made.get(key);
      const found = before ?? meet(owner, resource, sides);
      if (before === undefined) made.set(key, found);
      if (found.drifted !== undefined) found.drifted.count++;
      last = common === undefined ? undefined : { ownerUid, common, found };
      return { madeFrom: found.madeFrom, ref: found.ref, first: before === undefined };
    },

    takeDrifted() {
      const taken = drifted;
      drifted = [];
      return taken;
    },
  };
}

const digest = remembering(digestOf);

function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

function makerOf({ apiVersion, kind }: ResourceRef): Maker {
  return { group: apiGroup(apiVersion), kind };
}

function claimsOf({ ref, object: { spec } }: Resource): string[] {
  if (ref.kind !== 'StatefulSet' || !isObject(spec) || !Array.isArray(spec['volumeClaimTemplates'])) return [];
  return spec['volumeClaimTemplates'].flatMap((claim: unknown) => {
    const metadata = isObject(claim) ? claim['metadata'] : undefined;
    const name = isObject(metadata) ? metadata['name'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
