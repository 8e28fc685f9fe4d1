import { blockField, blockItem, type BlockStyle } from '../fix/yaml-write.ts';
import type { Evidence } from '../kube/traffic/evidenced-connections.ts';
import { policyObject, ruleObject, type GeneratedPolicy, type GeneratedRule } from '../kube/traffic/generated-policies.ts';

/** Says where something stands: `deploy/web.yaml:12`. */
export type PlaceText = (evidence: Evidence) => string;

/** By this line a file is known to be one of ours, which may be written anew. */
export const ownFirstLine = '# Written by: plimsoll generate network-policies';

const style: BlockStyle = { step: 2, listStep: 2, gap: 1, keyQuote: '' };

const widest = 118;

/** The policies of one namespace as a YAML file, each allow below its evidence. */
export function namespaceYaml(namespace: string | undefined, policies: readonly GeneratedPolicy[], place: PlaceText): string {
  const title = namespace === undefined ? 'the namespace that the manifests do not name' : `namespace ${namespace}`;
  const head = [
    ownFirstLine,
    ...comment(`Network policies for ${title}.`, ''),
    ...comment('Read them before you apply them: manifests show less traffic than there is, and what no rule allows is cut.', ''),
    ...comment('Probes need no rule: the kubelet always reaches the pods of its own node.', ''),
  ];
  return [head, ...policies.map((policy) => ['---', ...policyLines(policy, place)])].map((lines) => `${lines.join('\n')}\n`).join('');
}

function policyLines(policy: GeneratedPolicy, place: PlaceText): string[] {
  const { spec, ...rest } = policyObject(policy) as { readonly spec: Readonly<Record<string, unknown>> };
  const { ingress: _ingress, egress: _egress, ...selection } = spec;
  return [
    ...policy.about.flatMap((line) => comment(line, '')),
    ...Object.entries(rest).flatMap(([key, value]) => blockField(key, value, 0, style)),
    'spec:',
    ...Object.entries(selection).flatMap(([key, value]) => indented(blockField(key, value, 2, style), 2)),
    ...ruleLines('ingress', policy.ingress ?? [], 'from', place),
    ...ruleLines('egress', policy.egress ?? [], 'to', place),
  ];
}

/** The first line begins where the caller stands: behind it every line has its indentation already. */
export function indented([first = '', ...rest]: readonly string[], column: number): string[] {
  return [' '.repeat(column) + first, ...rest];
}

function ruleLines(field: string, rules: readonly GeneratedRule[], side: 'from' | 'to', place: PlaceText): string[] {
  if (rules.length === 0) return [];
  const lines = rules.flatMap((rule) => [
    ...rule.evidence.flatMap((evidence) => comment(`${place(evidence)} ${evidence.text}`, '    ')),
    ...(rule.note === undefined ? [] : comment(rule.note, '    ')),
    ...indented(blockItem(ruleObject(rule, side), 4, style), 4),
  ]);
  return [`  ${field}:`, ...lines];
}

/** What would end the comment, or hide something in it, is written as an escape. */
export function comment(text: string, indentation: string): string[] {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]|\p{Cs}/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  const lines: string[] = [];
  let line = '';
  for (const word of safe.split(' ')) {
    if (line !== '' && indentation.length + line.length + word.length + 3 > widest) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indentation}# ${each}`);
}
