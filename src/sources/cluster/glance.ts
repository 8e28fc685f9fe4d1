import { isDecidingAnnotation } from '../../kube/pod-outline.ts';

/*
 * Nine of ten objects of a large cluster are replicas of something that was read before, and their texts say so: API servers
 * write the fields of Go's structs in their order and without spaces, and inside of a JSON text no quote stands unescaped.
 * A text that is written otherwise has no glance, and is parsed.
 */

/** What the text of an object in a namespace says before it is parsed. */
export interface Glance {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** What made it; absent where nothing owns it. */
  readonly owner?: { readonly kind: string; readonly uid: string };
  /** The metadata from the labels on, and from the spec on. */
  readonly metadata: string;
  readonly spec: string;
}

const head =
  /^\{"metadata":\{"name":"([^"\\]+)",(?:"generateName":"[^"\\]*",)?"namespace":"([^"\\]+)","uid":"([^"\\]+)","resourceVersion":"[^"\\]*",(?:"generation":\d+,)?"creationTimestamp":"[^"\\]*",/;
const headOfAny =
  /^\{"metadata":\{"name":"([^"\\]+)",(?:"generateName":"[^"\\]*",)?(?:"namespace":"([^"\\]+)",)?"uid":"[^"\\]+","resourceVersion":"/;
const soleOwner =
  /"ownerReferences":\[\{"apiVersion":"[^"\\]*","kind":"([^"\\]+)","name":"[^"\\]*","uid":"([^"\\]+)","controller":true,"blockOwnerDeletion":true\}\]/;

/** The namespace and the name of an object; undefined where the text does not tell them so easily. */
export function nameAt(text: string): string | undefined {
  const start = headOfAny.exec(text);
  return start === null ? undefined : `${start[2] ?? ''}/${start[1]}`;
}

/** Undefined where the text tells nothing so easily. */
export function glanceAt(text: string): Glance | undefined {
  const start = head.exec(text);
  if (start === null) return undefined;
  const [{ length }, name = '', namespace = '', uid = ''] = start;
  const spec = text.indexOf('"spec":{', length);
  if (spec === -1) return undefined;
  const metadata = text.slice(length, spec);
  const known = { name, namespace, uid, metadata, spec: text.slice(spec) };
  const owner = soleOwner.exec(metadata);
  if (owner !== null) return { ...known, owner: { kind: owner[1]!, uid: owner[2]! } };
  return metadata.includes('"ownerReferences":') ? undefined : known;
}

/**
 * What a pod has in common with the other replicas: all of it but its name, where it runs, the name of its token, and
 * annotations that decide nothing. Two pods of which this is the same have one outline.
 */
export function commonText({ namespace, metadata, spec }: Glance): string {
  const { rest, node } = withoutNode(spec);
  let said = rest;
  // The DaemonSet controller says it too.
  if (node !== undefined && said.includes('Fields":[{"key":"metadata.name"'))
    said = said.replace(`"matchFields":[{"key":"metadata.name","operator":"In","values":["${node}"]}]`, '"matchFields":[]');
  const token = tokenIn(said);
  if (token !== undefined) said = said.replaceAll(`"${token}"`, '"kube-api-access"');
  return `${namespace}\n${withoutIdle(metadata)}${said}`;
}

const nodeMember = '"nodeName":"';
const token = 'kube-api-access-';

/** What stands in front of a pod's node, and how long that is at most. Labels may have the name of the member too. */
const behindAccount = /"(?:serviceAccount":"[^"\\]*"|automountServiceAccountToken":(?:true|false)),$/;
const longestAccount = 300;

/** A pod's spec without its node. */
export function withoutNode(spec: string): { readonly rest: string; readonly node?: string } {
  const at = spec.indexOf(nodeMember);
  const end = at === -1 ? -1 : spec.indexOf('",', at + nodeMember.length);
  if (end === -1 || !behindAccount.test(spec.slice(Math.max(0, at - longestAccount), at))) return { rest: spec };
  const node = spec.slice(at + nodeMember.length, end);
  return node.includes('\\') ? { rest: spec } : { rest: spec.slice(0, at) + spec.slice(end + 2), node };
}

/** What the plugin ServiceAccount calls the volume of a pod's token. */
function tokenIn(spec: string): string | undefined {
  const at = spec.indexOf(token);
  if (at === -1 || spec[at - 1] !== '"') return undefined;
  const name = spec.slice(at, at + token.length + 5);
  return /^[a-z0-9-]+$/.test(name) && spec[at + name.length] === '"' ? name : undefined;
}

const annotations = /"annotations":\{((?:"[^"\\]*(?:\\.[^"\\]*)*":"[^"\\]*(?:\\.[^"\\]*)*",?)*)\},?/;
const annotation = /"([^"\\]*(?:\\.[^"\\]*)*)":"[^"\\]*(?:\\.[^"\\]*)*"/g;

function withoutIdle(metadata: string): string {
  if (!metadata.includes('"annotations":{')) return metadata;
  return metadata.replace(annotations, (_, entries: string) =>
    [...entries.matchAll(annotation)].flatMap(([entry, key = '']) => (isDecidingAnnotation(key) ? [entry] : [])).join(),
  );
}

/** The pod template of a Deployment, as its text has it; the template of its ReplicaSets is the same but for a label. */
export function templateOfDeployment({ spec }: Glance): string | undefined {
  return between(spec, spec.lastIndexOf('},"strategy":{'));
}

export function templateOfReplicaSet({ spec }: Glance): string | undefined {
  return between(spec, spec.lastIndexOf('}},"status":'))?.replace(/,"pod-template-hash":"[^"\\]*"|"pod-template-hash":"[^"\\]*",/, '');
}

/** Labels in the selector may have this name too, but are texts. */
const member = '"template":{';

function between(text: string, end: number): string | undefined {
  const start = text.indexOf(member);
  return start === -1 || end < start ? undefined : text.slice(start + member.length - 1, end + 1);
}

/** A ReplicaSet that is to have no pods. */
export function wantsNone({ spec }: Glance): boolean {
  return spec.startsWith('"spec":{"replicas":0,');
}
