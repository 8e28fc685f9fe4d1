import {
  groupBy,
  type RightsChain,
  type RightsObject,
  type RightsPlace,
  type RightsRequest,
  type RightsRule,
  type RightsSubject,
} from '../core/index.ts';
import type { Page } from './page.ts';
import { printable } from './printable.ts';
import { cells, wrapped } from './wrap.ts';

// How texts for people name subjects, requests, rules and objects: as the command line takes them.

export function subjectText(subject: RightsSubject): string {
  if (subject.kind === 'ServiceAccount') return printable(`sa:${subject.namespace}/${subject.name}`);
  return printable(`${subject.kind === 'Group' ? 'group' : 'user'}:${subject.name}`);
}

/** `get pods/log of pod web in namespace shop`. */
export function requestText(request: RightsRequest): string {
  if ('url' in request) return printable(`${request.verb} ${request.url}`);
  const { verb, group, resource, subresource, name } = request;
  const what = resourceText(subresource === undefined ? resource : `${resource}/${subresource}`, group);
  return printable(`${verb} ${what}${name === undefined ? '' : ` named ${name}`}`);
}

/** `pods`, `deployments.apps`, `*.*`. */
function resourceText(resource: string, group: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}

const mostNames = 4;
/** More resources of one group do not repeat its name. */
const mostRepeated = 3;

/** `get,list pods, services`; what stands in it is what stands in the rule. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: RightsRule): string {
  const [group = ''] = apiGroups;
  const isLong = apiGroups.length === 1 && group !== '' && resources.length > mostRepeated;
  const ofGroups = apiGroups.flatMap((each) => resources.map((resource) => resourceText(resource, isLong ? '' : each)));
  const what = [...ofGroups, ...nonResourceURLs];
  const shown = resourceNames.length > mostNames + 1 ? resourceNames.slice(0, mostNames) : resourceNames;
  const more = resourceNames.length > shown.length ? ` and ${resourceNames.length - shown.length} more` : '';
  const names = shown.length === 0 ? '' : ` named ${shown.map((name) => (name === '' ? '""' : name)).join(', ')}${more}`;
  return printable(`${verbs.join(',')} ${what.join(', ')}${isLong ? ` of ${group}` : ''}${names}`);
}

export function objectText({ kind, namespace, name }: RightsObject): string {
  return printable(`${kind} ${namespace === undefined || namespace === '' ? '' : `${namespace}/`}${name}`);
}

/** Where it stands; empty for an object of a cluster, which is named by what it is. */
export function placeText({ file, line }: RightsPlace): string {
  if (file === undefined) return 'of Kubernetes itself';
  return line === undefined ? '' : printable(`${file}:${line}`);
}

/** Whether somebody has a right as a member of a group. */
export function throughText({ subject: holder }: RightsChain, subject: RightsSubject): string {
  return holder.kind === 'Group' && !(subject.kind === 'Group' && subject.name === holder.name) ? ` as ${subjectText(holder)}` : '';
}

/** A chain in two or three lines: binding → role, the rule, and where they stand. */
export function chainLines(
  chain: RightsChain,
  page: Page,
  { indent = 2, through = '' }: { readonly indent?: number; readonly through?: string } = {},
): string {
  const { binding, role, source, rule } = chain;
  const aggregated = source === undefined ? '' : ` from ${objectText(source)}`;
  const places = placesText(binding, rule);
  return (
    lines(`${objectText(binding)} → ${objectText(role)}${aggregated}${through}`, page, indent) +
    lines(ruleText(rule), page, indent + 2) +
    (places === '' ? '' : `${' '.repeat(indent + 2)}${page.colors.cyan(places)}\n`)
  );
}

/** Whether Kubernetes itself gives all of it. */
export function isOfKubernetes(chains: readonly RightsChain[]): boolean {
  return chains.every(({ bootstrap }) => bootstrap === true);
}

/** A chain in one line where it fits: binding → role, and where they stand. */
export function briefChain(chain: RightsChain, page: Page, indent: number): string {
  const { binding, role, source, rule } = chain;
  const aggregated = source === undefined ? '' : ` from ${objectText(source)}`;
  const what = `${objectText(binding)} → ${objectText(role)}${aggregated}`;
  const places = placesText(binding, rule);
  if (places === '') return lines(what, page, indent);
  if (indent + cells(what) + 2 + cells(places) <= page.width) return `${' '.repeat(indent)}${what}  ${page.colors.cyan(places)}\n`;
  return `${lines(what, page, indent)}${' '.repeat(indent + 2)}${page.colors.cyan(places)}\n`;
}

function placesText(binding: RightsPlace, rule: RightsPlace): string {
  const places = [placeText(binding), placeText(rule)].filter((place) => place !== '');
  return [...new Set(places)].join(' → ');
}

/** Chains of equal names as one: variants of a manifest say the same again and again. */
function distinctChains(chains: readonly RightsChain[]): { readonly chain: RightsChain; readonly more: number }[] {
  const alike = groupBy(chains, (chain) =>
    [chain.binding, chain.role, ...(chain.source === undefined ? [] : [chain.source])].map(objectText).join('\n'),
  );
  return [...alike.values()].map((list) => ({
    chain: list[0]!,
    more: new Set(list.map(({ binding, rule }) => placesText(binding, rule))).size - 1,
  }));
}

/** Chains in one line each, those of equal names together. */
export function* briefChains(chains: readonly RightsChain[], page: Page, indent: number): Generator<string, void> {
  for (const { chain, more } of distinctChains(chains)) {
    yield briefChain(chain, page, indent);
    if (more > 0) yield `${' '.repeat(indent + 2)}${page.colors.dim(`and ${more} more of these names (--explain)`)}\n`;
  }
}

/** A number and what it counts, wrapped under itself. */
export function tallied(count: number, text: string, { width }: Page): string {
  const [first = '', ...rest] = wrapped(text, width - 9);
  return `${String(count).padStart(7)}  ${first}\n${rest.map((part) => `         ${part}\n`).join('')}`;
}

/** Prose, wrapped under itself. */
export function lines(text: string, { width }: Page, indent: number, color: (text: string) => string = String): string {
  const [first = '', ...rest] = wrapped(text, width - indent);
  return [first, ...rest.flatMap((part) => wrapped(part, width - indent - 2).map((each) => `  ${each}`))]
    .map((part) => `${' '.repeat(indent)}${color(part)}\n`)
    .join('');
}
