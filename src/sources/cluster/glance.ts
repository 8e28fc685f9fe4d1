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
  if (!metadata.includes('"ownerReferences":')) return known;
  const owner = soleOwner.exec(metadata);
  return owner === null ? undefined : { ...known, owner: { kind: owner[1]!, uid: owner[2]! } };
}

/**
 * What a pod has in common with the other replicas: all of it but its name, where it runs, the name of its token, and
 * annotations that decide nothing. Two pods of which this is the same have one outline.
 */
export function commonText({ namespace, metadata, spec }: Glance): string {
  let said = spec;
  const node = /("serviceAccount":"[^"\\]*",(?:"automountServiceAccountToken":(?:true|false),)?)"nodeName":"([^"\\]*)",/.exec(said);
  if (node !== null) {
    // The DaemonSet controller says it too.
    const affinity = `"matchFields":[{"key":"metadata.name","operator":"In","values":["${node[2]}"]}]`;
    said = said.replace(node[0], node[1]!).replace(affinity, '"matchFields":[]');
  }
  const token = /"kube-api-access-[a-z0-9]{5}"/.exec(said);
  if (token !== null) said = said.replaceAll(token[0], '"kube-api-access"');
  return `${namespace}\n${withoutIdle(metadata)}${said}`;
}

const annotations = /"annotations":\{((?:"[^"\\]*(?:\\.[^"\\]*)*":"[^"\\]*(?:\\.[^"\\]*)*",?)*)\},?/;
const annotation = /"([^"\\]*(?:\\.[^"\\]*)*)":"[^"\\]*(?:\\.[^"\\]*)*"/g;

function withoutIdle(metadata: string): string {
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

const member = '"template":';

function between(text: string, end: number): string | undefined {
  const start = text.indexOf(member);
  return start === -1 || end < start ? undefined : text.slice(start + member.length, end + 1);
}

/** A ReplicaSet that is to have no pods. */
export function wantsNone({ spec }: Glance): boolean {
  return spec.startsWith('"spec":{"replicas":0,');
}
