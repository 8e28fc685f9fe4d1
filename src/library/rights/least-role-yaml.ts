import type { LeastRoleReport, ObservedNeed, RightsRule } from '../../core/index.ts';
import { blockField, blockItem, type BlockStyle } from '../../fix/yaml-write.ts';
import { comment, indented } from '../network-policies-yaml.ts';

const style: BlockStyle = { step: 2, listStep: 2, gap: 1, keyQuote: '' };

/** The roles and their bindings as YAML: above each rule how often it was used. `head` are sentences for whoever reads the file. */
export function leastRoleYaml({ objects, needs }: LeastRoleReport, head: readonly string[]): string {
  const lines = ['# Written by: plimsoll generate role', ...head.flatMap((line) => comment(line, ''))];
  for (const object of objects) {
    lines.push('---');
    const { rules, ...rest } = object as {
      readonly rules?: readonly Partial<RightsRule>[];
      readonly metadata: { readonly namespace?: string };
    };
    for (const [key, value] of Object.entries(rest)) lines.push(...blockField(key, value, 0, style));
    if (rules === undefined) continue;
    lines.push('rules:');
    for (const rule of rules) {
      const count = needs
        .filter((need) => need.namespace === rest.metadata.namespace && makes(need, rule))
        .reduce((sum, need) => sum + need.count, 0);
      if (count > 0) lines.push(...comment(count === 1 ? '1 request' : `${count} requests`, '  '));
      lines.push(...indented(blockItem(rule, 2, style), 2));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Whether a rule is made of a need: rules are products of them. */
function makes({ verb, group, resource, url, names }: ObservedNeed, rule: Partial<RightsRule>): boolean {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (!verbs.includes(verb)) return false;
  if (url !== undefined) return nonResourceURLs.includes(url);
  if (!apiGroups.includes(group ?? '') || !resources.includes(resource ?? '')) return false;
  return resourceNames.length === names.length || names.some((name) => resourceNames.includes(name));
}
