import { hash } from 'node:crypto';
import {
  apiGroup,
  formatPath,
  kindName,
  remembering,
  type Drifted,
  type DriftedField,
  type MadeFrom,
  type Path,
  type Resource,
  type ResourceRef,
} from '../../core/index.ts';
import { decode } from '../../kube/decode.ts';
import { podDifferences, podOutline, type Maker } from '../../kube/pod-outline.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { isAsTemplate } from './as-template.ts';
import type { Glance } from './glance.ts';

/** The workloads that were read, and what their controllers made of them. Of a template its text is kept, or an outline. */
export interface Owners {
  /** A workload that is judged itself, by its uid. */
  add(uid: string, resource: Resource): void;
  /** The same of one whose only template has this text, and stands in `spec.template`. False where too many are kept. */
  addText(uid: string, ref: ResourceRef, template: string): boolean;
  /** A workload that is like the template of its owner, and makes others from it in turn. */
  adopt(uid: string, ref: ResourceRef, ownerUid: string): void;
  /** Forgets a workload: what is made from its template is then judged itself. */
  remove(uid: string): void;
  /** Whether the template of this owner has this text; false where that is not known. */
  hasTemplate(ownerUid: string, namespace: string, template: string): boolean;
  has(uid: string): boolean;
  /** Compares what has an owner with the owner's template; undefined where that was not read. */
  compare(resource: Resource, ownerUid: string, common?: string): Likeness | undefined;
  /** The same of a pod by its text alone; undefined where that does not show it to be like the template. */
  compareText(pod: Glance, ownerUid: string, common: string): Likeness | undefined;
  /** What the last object was compared with this result, if this one says the same: then it need not even be parsed. */
  repeat(ownerUid: string, common: string): MadeFrom | undefined;
  /** What differs, in the order in which it was found; forgets it. */
  takeDrifted(): Drifted[];
}

export interface Likeness {
  readonly madeFrom: MadeFrom;
  /** Nothing of the same owner was like this before: the others stand behind it. */
  readonly first: boolean;
  /** The name to report it by where it differs: with its owner. */
  readonly ref?: ResourceRef;
}

interface Owner {
  /** What is judged in the place of all that is made from its template. */
  readonly judged: ResourceRef;
  readonly maker: Maker;
  readonly source: Source;
  /** Of a StatefulSet: the names of its claims. */
  readonly claims: readonly string[];
  /** What was made of it, by digests of outlines. */
  readonly made: Map<string, Made>;
}

/** The templates of a workload, or the text of its only one: outlines are made of it where something differs. */
interface Source {
  readonly text?: string;
  templates?: readonly Template[];
}

interface Template {
  readonly path: Path;
  readonly outline: string;
}

/** Objects of one outline. */
interface Made {
  readonly madeFrom: MadeFrom;
  readonly ref?: ResourceRef;
  /** Where they differ. */
  readonly drifted?: { -readonly [K in keyof Drifted]: Drifted[K] };
}

/** The key of what is just as the only template says. */
const asItIs = '';
const ofWorkload: Path = ['spec', 'template'];

/** Outlines that are kept, in UTF-16 code units: those of some 40,000 workloads. Of further ones the pods are judged themselves. */
const mostOutlined = 48 << 20;
/** Of these, the texts of templates, which take less time and more room. */
const mostTexts = 24 << 20;
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

  function outlinesOf({ podTemplates }: Pick<Resource, 'podTemplates'>, claims: readonly string[]): readonly Template[] {
    return podTemplates.map(({ path, spec, metadata }) => ({ path, outline: keep(podOutline({ spec, metadata, claims }, digest)) }));
  }

  /** The API server writes the templates of all kinds alike. */
  function templatesOf({ source, claims }: Owner): readonly Template[] {
    if (source.templates !== undefined) return source.templates;
    const decoded = decode({ apiVersion: 'v1', kind: 'PodTemplate', template: parsedText(source.text ?? '') });
    const templates = 'refused' in decoded ? [] : outlinesOf(decoded, claims).map(({ outline }) => ({ path: ofWorkload, outline }));
    source.templates = templates;
    return templates;
  }

  function meet(
    { judged, maker }: Owner,
    templates: readonly Template[],
    { ref, podTemplates }: Pick<Resource, 'ref' | 'podTemplates'>,
    sides: readonly string[],
  ): Made {
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
    if (alike) return { madeFrom };
    const { apiVersion, kind, name } = judged;
    const owned = { ...ref, owner: { apiVersion, kind, name } };
    const listed = { resource: owned, file: fileOf(ref), line: 1, count: 0, differences: differences.slice(0, mostDifferences) };
    const more = differences.length - mostDifferences;
    const entry = more > 0 ? { ...listed, more } : listed;
    drifted.push(entry);
    return { madeFrom, ref: owned, drifted: entry };
  }

  return {
    add(uid, resource) {
      if (outlined > mostOutlined) return;
      const { ref } = resource;
      const claims = claimsOf(resource);
      owners.set(uid, { judged: ref, maker: makerOf(ref), source: { templates: outlinesOf(resource, claims) }, claims, made: new Map() });
    },

    addText(uid, ref, template) {
      if (outlined > mostTexts) return false;
      // A part of a text would keep all of it in memory.
      const text = Buffer.from(template).toString();
      outlined += text.length;
      owners.set(uid, { judged: ref, maker: makerOf(ref), source: { text }, claims: [], made: new Map() });
      return true;
    },

    adopt(uid, ref, ownerUid) {
      const owner = owners.get(ownerUid);
      if (owner !== undefined) owners.set(uid, { ...owner, maker: makerOf(ref), made: new Map() });
    },

    remove(uid) {
      owners.delete(uid);
    },

    has: (uid) => owners.has(uid),

    hasTemplate(ownerUid, namespace, template) {
      const owner = owners.get(ownerUid);
      return owner?.judged.namespace === namespace && owner.source.text === template;
    },

    repeat(ownerUid, common) {
      if (last?.ownerUid !== ownerUid || last.common !== common) return undefined;
      const { drifted: entry, madeFrom } = last.found;
      if (entry !== undefined) entry.count++;
      return madeFrom;
    },

    compare(resource, ownerUid, common) {
      const owner = owners.get(ownerUid);
      if (owner === undefined || owner.judged.namespace !== resource.ref.namespace || !makes(owner.maker, resource.ref)) return undefined;
      const templates = templatesOf(owner);
      if (templates.length === 0) return undefined;
      const { claims, made } = owner;
      const pod = resource.ref.kind === 'Pod' ? { pod: resource.ref.name } : {};
      const sides = resource.podTemplates.map(({ spec, metadata }) => podOutline({ spec, metadata, claims, ...pod }, digest));
      const isAsItIs = templates.length === 1 && sides.length === 1 && sides[0] === templates[0]!.outline;
      const key = isAsItIs ? asItIs : digest(sides.join('\n\n'));
      const before = made.get(key);
      const found = before ?? meet(owner, templates, resource, sides);
      if (before === undefined) made.set(key, found);
      if (found.drifted !== undefined) found.drifted.count++;
      last = common === undefined ? undefined : { ownerUid, common, found };
      return { ...found, first: before === undefined };
    },

    compareText({ namespace, metadata, spec }, ownerUid, common) {
      const owner = owners.get(ownerUid);
      const text = owner?.source.text;
      if (owner?.judged.namespace !== namespace || text === undefined || !makes(owner.maker, podRef)) return undefined;
      if (!isAsTemplate(metadata, spec, text)) return undefined;
      const { judged, made } = owner;
      const before = made.get(asItIs);
      const found = before ?? { madeFrom: { owner: judged, templatePath: ofWorkload, alike: true } };
      if (before === undefined) made.set(asItIs, found);
      last = { ownerUid, common, found };
      return { ...found, first: before === undefined };
    },

    takeDrifted() {
      const taken = drifted;
      drifted = [];
      return taken;
    },
  };
}

const digest = remembering((text: string): string => hash('sha256', text, 'base64url'));

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The workload is refused for the same: nothing is made from its template.
    return undefined;
  }
}

/** Of Kubernetes' own controllers. */
const madeBy: ReadonlyMap<string, string> = new Map([
  ['Deployment.apps', 'ReplicaSet.apps'],
  ['CronJob.batch', 'Job.batch'],
  ...['ReplicaSet.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'Job.batch', 'ReplicationController'].map((kind) => [kind, 'Pod'] as const),
]);

const podRef = { apiVersion: 'v1', kind: 'Pod' };

/** False of what only belongs to the maker, to be deleted with it: operators name their own Deployment as the controller of all that they make. */
function makes({ group, kind }: Maker, ref: Pick<ResourceRef, 'apiVersion' | 'kind'>): boolean {
  const made = madeBy.get(kindName(group, kind));
  return made === undefined || made === kindName(apiGroup(ref.apiVersion), ref.kind);
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
