import { isDecidingAnnotation, labelsOfControllers } from '../../kube/pod-outline.ts';
import { withoutNode } from './glance.ts';
import { membersAt, type TextRange } from './json-members.ts';

/*
 * Most pods say what their template says, word for word, save for what the API server, its plugins and the scheduler put in.
 * Where that is all, the outlines of both (kube/pod-outline.ts) are one and the same text, and neither need be made. Whatever is
 * not known here is left to the outlines.
 */

/** Fields of a PodSpec that no outline has, whatever they hold. */
const leftOut: ReadonlySet<string> = new Set([
  'nodeName',
  'priority',
  'preemptionPolicy',
  'schedulingGates',
  'affinity',
  'topologySpreadConstraints',
  'hostname',
  'subdomain',
  'overhead',
]);

const tokenFields: ReadonlySet<string> = new Set(['volumes', 'initContainers', 'containers', 'ephemeralContainers']);
const accountFields: ReadonlySet<string> = new Set(['serviceAccountName', 'serviceAccount']);

/**
 * Whether a pod is as its template says, by their texts: the pod's metadata from the labels on and its spec (`"spec":{…`), and
 * the template as an object. False where the texts do not show it.
 */
export function isAsTemplate(metadata: string, spec: string, template: string): boolean {
  // The metadata is all that stands in front: a quote inside of a text would stand behind a backslash.
  const ofTemplate = template.startsWith('{"metadata":') ? template.indexOf(specMember) : -1;
  const labels = labelsIn(metadata);
  if (ofTemplate === -1 || labels === undefined || labels !== labelsIn(template.slice(0, ofTemplate))) return false;
  if (isWithAdditions(spec, template.slice(ofTemplate, -1))) return true;
  const fields = membersAt(spec, specMember.length - 1);
  const templateFields = membersAt(template, ofTemplate + specMember.length - 1);
  if (fields === undefined || templateFields === undefined) return false;

  const valueOf = (field: string): string | undefined => textAt(spec, fields.get(field));
  const templateValueOf = (field: string): string | undefined => textAt(template, templateFields.get(field));
  if (accountOf(valueOf) !== accountOf(templateValueOf)) return false;
  const token = valueOf('automountServiceAccountToken') === 'false' ? undefined : tokenIn(valueOf('volumes'));
  const order: string[] = [];
  for (const field of fields.keys()) {
    if (leftOut.has(field) || accountFields.has(field)) continue;
    const here = valueOf(field)!;
    const there = templateValueOf(field);
    if (here !== there) {
      const same =
        field === 'tolerations'
          ? withoutOwnTolerations(here) === withoutOwnTolerations(there ?? '[]')
          : tokenFields.has(field)
            ? token !== undefined && withoutToken(here, token) === (there ?? '[]')
            : there === undefined && here === usual.get(field);
      if (!same) return false;
    }
    if (there !== undefined) order.push(field);
  }
  const ofBoth = [...templateFields.keys()].filter((field) => !leftOut.has(field) && !accountFields.has(field));
  return ofBoth.length === order.length && ofBoth.every((field, index) => field === order[index]);
}

/**
 * Whether the spec of a pod is the text of its template's with what is put in at most pods, in the places where that comes:
 * then no member need be compared with another.
 */
function isWithAdditions(spec: string, template: string): boolean {
  const end = spec.lastIndexOf('},"status":{');
  const last = spec.lastIndexOf('"schedulerName":"', end);
  if (end === -1 || last === -1) return false;
  const tail =
    /^("schedulerName":"[^"\\]*")(?:,"tolerations":(\[[^[\]\\]*\]))?(?:,"priority":-?\d+)?(?:,"enableServiceLinks":true)?(?:,"preemptionPolicy":"\w+")?$/.exec(
      spec.slice(last, end),
    );
  if (tail === null || withoutOwnTolerations(tail[2] ?? '[]') !== '') return false;
  const { rest } = withoutNode(spec.slice(0, last));
  let bare = `${rest}${tail[1]}}`;
  if (!template.includes('"serviceAccountName":"')) bare = bare.replace('"serviceAccountName":"default","serviceAccount":"default",', '');
  if (bare.includes('"automountServiceAccountToken":false,')) return bare === template;
  const token = tokenIn(bare);
  return (token === undefined ? bare : withoutToken(bare.replace(`"volumes":[${token.volume}],`, ''), token)) === template;
}

const specMember = '"spec":{';

/** Defaults that are filled in on pods alone. */
const usual: ReadonlyMap<string, string> = new Map([['enableServiceLinks', 'true']]);

function textAt(text: string, range: TextRange | undefined): string | undefined {
  return range === undefined ? undefined : text.slice(range.start, range.end);
}

function accountOf(valueOf: (field: string) => string | undefined): string {
  return valueOf('serviceAccountName') ?? valueOf('serviceAccount') ?? '"default"';
}

const labelMap = /"labels":\{((?:"[^"\\]*":"[^"\\]*",?)*)\}/;
const annotationMap = /"annotations":\{((?:"[^"\\]*(?:\\.[^"\\]*)*":"[^"\\]*(?:\\.[^"\\]*)*",?)*)\}/;
const entry = /"([^"\\]*(?:\\.[^"\\]*)*)":"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** The labels that count; undefined where an annotation counts too. */
function labelsIn(metadata: string): string | undefined {
  const annotations = annotationMap.exec(metadata);
  if (
    annotations === null
      ? metadata.includes('"annotations":')
      : entriesOf(annotations[1]!).some(([, key = '']) => isDecidingAnnotation(key))
  )
    return undefined;
  const labels = labelMap.exec(metadata);
  if (labels === null) return metadata.includes('"labels":') ? undefined : '';
  return entriesOf(labels[1]!)
    .filter(([, key = '']) => !labelsOfControllers.has(key))
    .map(([text]) => text)
    .join();
}

function entriesOf(entries: string): RegExpExecArray[] {
  return [...entries.matchAll(entry)];
}

/** Without those of the plugin DefaultTolerationSeconds and of the DaemonSet controller. */
function withoutOwnTolerations(list: string): string {
  return list
    .slice(1, -1)
    .replaceAll(/\{[^{}]*\},?/g, (each) => (/[{,]"key":"node\.kubernetes\.io\/[^"\\]*"[,}]/.test(each) ? '' : each))
    .replace(/,$/, '');
}

/** As the plugin ServiceAccount writes the volume. */
const tokenVolume =
  /\{"name":"(kube-api-access-[a-z0-9]{5})","projected":\{"sources":\[\{"serviceAccountToken":\{"expirationSeconds":\d+,"path":"token"\}\},\{"configMap":\{"name":"kube-root-ca\.crt","items":\[\{"key":"ca\.crt","path":"ca\.crt"\}\]\}\},\{"downwardAPI":\{"items":\[\{"path":"namespace","fieldRef":\{"apiVersion":"v1","fieldPath":"metadata\.namespace"\}\}\]\}\}(?:,\{"configMap":\{"name":"openshift-service-ca\.crt","items":\[\{"key":"service-ca\.crt","path":"service-ca\.crt"\}\]\}\})?\],"defaultMode":420\}\}/;

interface Token {
  readonly volume: string;
  readonly mount: string;
}

function tokenIn(volumes: string | undefined): Token | undefined {
  const found = volumes === undefined ? null : tokenVolume.exec(volumes);
  if (found === null) return undefined;
  const [volume, name = ''] = found;
  return { volume, mount: `{"name":"${name}","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}` };
}

/** The plugin puts both behind what is there. */
function withoutToken(list: string, { volume, mount }: Token): string {
  return list
    .replace(`,${volume}]`, ']')
    .replace(`[${volume}]`, '[]')
    .replaceAll(`,${mount}]`, ']')
    .replaceAll(`"volumeMounts":[${mount}],`, '')
    .replaceAll(`,"volumeMounts":[${mount}]`, '');
}
