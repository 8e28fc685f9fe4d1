import {
  formatPath,
  type Anchor,
  type ValueEdit,
  type ExplainedPolicy,
  type ExplainedRule,
  type PolicyChange,
  type ReachExplanation,
  type ReachLayer,
  type RuleMiss,
} from '../../core/index.ts';
import { anyValue, quoted, quotedList } from '../json.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { printable } from '../printable.ts';
import { wrapped } from '../wrap.ts';
import { endpointJson } from './reach-json.ts';
import { endpointText, notes, type ReachTextOptions } from './reach-text.ts';

/** Where an anchor points: a file and a line of it, or the name of an object in a cluster. */
export type PlaceOf = (anchor: Anchor) => { readonly file: string; readonly line?: number; readonly column?: number };

/** Why a port is reached or not: the layers in the order in which they are asked, and what would turn the answer round. */
export function* formatReachExplanations(
  explanations: Iterable<ReachExplanation>,
  placeOf: PlaceOf,
  options: ReachTextOptions & { readonly yaml: (value: unknown) => string },
): Generator<string, void> {
  const page = pageOf(options);
  yield* notes(options.notes, page);
  for (const { from, to, protocol, port, answer, because, layers, changes } of explanations) {
    yield heading(`${endpointText(from)} → ${endpointText(to)} on ${protocol} ${port}`, page);
    yield `\n  ${painted(answer, page)}\n`;
    for (const reason of because) yield* indented(`because ${printable(reason)}`, 4, page);
    for (const layer of layers) yield* layerText(layer, placeOf, page);
    if (changes.length === 0) {
      if (answer !== 'unknown') yield `\n  no change of policies turns it round\n`;
      continue;
    }
    yield `\n  ${page.colors.bold(answer === 'denied' ? 'The smallest change that would allow it:' : 'The smallest change that would deny it:')}\n`;
    for (const change of changes) yield* changeText(change, placeOf, options.yaml, page);
  }
}

function* layerText({ direction, layer, answer, says, policies }: ReachLayer, placeOf: PlaceOf, page: Page): Generator<string, void> {
  const side = direction === undefined ? '' : direction === 'egress' ? 'what the sender may send: ' : 'what the receiver lets in: ';
  const said = layer === 'entrance' && answer === 'passed' ? page.colors.green('open') : painted(answer, page);
  yield `\n  ${page.colors.bold(`${side}${layerNames[layer]}`)}: ${said}\n`;
  yield* indented(printable(says), 4, page);
  for (const policy of policies) {
    yield `    ${policyName(policy)}  ${page.colors.cyan(placeText(placeOf(policy.at)))}\n`;
    for (const rule of policy.rules) yield* ruleText(rule, direction, placeOf, page);
  }
}

const layerNames: Readonly<Record<ReachLayer['layer'], string>> = {
  always: 'whatever policies say',
  entrance: 'what leads into the cluster',
  unread: 'policies that are not evaluated',
  admin: 'policies of the admin tier',
  'network-policy': 'NetworkPolicies',
  baseline: 'policies of the baseline tier',
};

function* ruleText(
  { at, index, action, matches, misses }: ExplainedRule,
  direction: ReachLayer['direction'],
  placeOf: PlaceOf,
  page: Page,
): Generator<string, void> {
  const verb = { Accept: 'allows', Deny: 'denies', Pass: 'passes on' }[action];
  const { green, red, yellow, dim, cyan } = page.colors;
  const word =
    matches === 'no' ? dim('no match') : matches === 'perhaps' ? yellow(`perhaps ${verb}`) : (action === 'Deny' ? red : green)(verb);
  const where = at === undefined ? '' : `  ${cyan(placeText(placeOf(at)))}`;
  yield `      ${direction ?? ''} rule ${index + 1}: ${word}${where}\n`;
  for (const { says, at: place } of misses) {
    const there = place === undefined ? '' : ` (${placeText(placeOf(place))})`;
    yield* indented(`${printable(says)}${there}`, 8, page);
  }
}

function* changeText(change: PolicyChange, placeOf: PlaceOf, yaml: (value: unknown) => string, page: Page): Generator<string, void> {
  const { says, at, edits, creates } = change;
  const where = at === undefined ? '' : `  ${page.colors.cyan(placeText(placeOf(at)))}`;
  yield `    ${policyName(change)}${where}\n`;
  yield* indented(printable(says), 6, page);
  for (const edit of edits) yield* indented(editText(edit), 6, page);
  if (creates === undefined) return;
  for (const line of yaml(creates).trimEnd().split('\n')) yield `      ${page.colors.green(`+ ${printable(line)}`)}\n`;
}

function editText(edit: ValueEdit): string {
  const path = printable(formatPath(edit.path));
  if (edit.op === 'remove') return `- ${path}`;
  return `${edit.op === 'set' ? '=' : '+'} ${path}: ${anyValue(edit.value)}`;
}

function policyName({ kind, namespace, name }: Pick<ExplainedPolicy, 'kind' | 'namespace' | 'name'>): string {
  return printable(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}

function placeText({ file, line }: ReturnType<PlaceOf>): string {
  return line === undefined ? printable(file) : `${printable(file)}:${line}`;
}

function painted(answer: ReachLayer['answer'], { colors }: Page): string {
  const paint = { allowed: colors.green, denied: colors.red, unknown: colors.yellow, passed: colors.dim }[answer];
  return paint(answer === 'passed' ? 'left to the next layer' : answer);
}

function* indented(text: string, indent: number, { width }: Page): Generator<string, void> {
  for (const line of wrapped(text, width - indent)) yield `${' '.repeat(indent)}${line}\n`;
}

/** The same for programs. */
export function* formatReachExplanationsJson(explanations: Iterable<ReachExplanation>, placeOf: PlaceOf): Generator<string, void> {
  let before = '{ "explanations": [\n';
  for (const { from, to, protocol, port, answer, because, layers, changes } of explanations) {
    yield (
      `${before}{"from":${endpointJson(from)},"to":${endpointJson(to)},"protocol":"${protocol}","port":${port},"answer":"${answer}",` +
        `"because":${quotedList(because)},"layers":[${layers.map((layer) => layerJson(layer, placeOf)).join(',')}],` +
        `"changes":[${changes.map((change) => changeJson(change, placeOf)).join(',')}]}`
    );
    before = ',\n';
  }
  yield before === ',\n' ? '\n] }\n' : '{ "explanations": [] }\n';
}

function layerJson({ layer, direction, answer, says, policies }: ReachLayer, placeOf: PlaceOf): string {
  const side = direction === undefined ? '' : `"direction":"${direction}",`;
  const list = policies.map(
    (policy) =>
      `{${namedJson(policy)},${placeJson(policy.at, placeOf)}"rules":[${policy.rules.map((rule) => ruleJson(rule, placeOf)).join(',')}]}`,
  );
  return `{"layer":"${layer}",${side}"answer":"${answer}","says":${quoted(says)},"policies":[${list.join(',')}]}`;
}

function ruleJson({ at, index, action, matches, misses }: ExplainedRule, placeOf: PlaceOf): string {
  const list = misses.map(({ what, at: place, says }: RuleMiss) => `{"what":"${what}",${placeJson(place, placeOf)}"says":${quoted(says)}}`);
  return `{${placeJson(at, placeOf)}"index":${index},"action":"${action}","matches":"${matches}","misses":[${list.join(',')}]}`;
}

function changeJson(change: PolicyChange, placeOf: PlaceOf): string {
  const edits = change.edits.map(
    (edit) =>
      `{"op":"${edit.op}","path":${quoted(formatPath(edit.path))}${edit.op === 'remove' ? '' : `,"value":${anyValue(edit.value)}`}}`,
  );
  const created = change.creates === undefined ? '' : `,"creates":${anyValue(change.creates)}`;
  return `{${namedJson(change)},${placeJson(change.at, placeOf)}"says":${quoted(change.says)},"edits":[${edits.join(',')}]${created}}`;
}

function namedJson({ kind, namespace, name }: Pick<ExplainedPolicy, 'kind' | 'namespace' | 'name'>): string {
  return `"kind":${quoted(kind)},${namespace === undefined ? '' : `"namespace":${quoted(namespace)},`}"name":${quoted(name)}`;
}

function placeJson(anchor: Anchor | undefined, placeOf: PlaceOf): string {
  if (anchor === undefined) return '';
  const { file, line, column } = placeOf(anchor);
  const at = line === undefined ? '' : `,"line":${line},"column":${column ?? 1}`;
  return `"place":{"file":${quoted(file)}${at}},`;
}
