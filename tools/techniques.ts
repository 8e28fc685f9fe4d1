import { changeKinds, techniques, type ChangeKindId } from '../src/paths/index.ts';

/** The steps of attack paths and the changes that plans are made of, from the data that the graph is built of. */
export function techniquesPage(): string {
  return [
    '# Techniques',
    '',
    'Made by `npm run generate` from the data of which [attack paths](../attack-paths.md) are made.',
    '',
    '| Step | The attacker | Takes | Versions | Broken by | MITRE ATT&CK |',
    '|---|---|---|---|---|---|',
    ...techniques
      .filter(({ id }) => id !== 'implied')
      .map(
        ({ id, does, preconditions, since, until, brokenBy, attack }) =>
          `| ${id} | ${does} | ${preconditions} | ${versions(since, until)} | ${brokenBy.join(', ') || 'what led there'} | ${attack.join(', ')} |`,
      ),
    '',
    '## Where they are described',
    '',
    ...[...new Set(techniques.flatMap(({ documents }) => documents))].sort((a, b) => a.localeCompare(b, 'en')).map((title) => `- ${title}`),
    '',
    '## Changes',
    '',
    'Where a control has a fix for it, the risk is that of the fix. The cost compares them; a plan multiplies it by the risk (safe 1, review 4, shown 16).',
    '',
    '| Change | Control | Risk without a fix | Cost | What may break |',
    '|---|---|---|---|---|',
    ...(Object.keys(changeKinds) as ChangeKindId[]).map((id) => {
      const { control, risk, cost, breaks } = changeKinds[id];
      return `| ${id} | ${control === undefined ? '' : `[${control}](${control}.md)`} | ${risk} | ${cost} | ${breaks} |`;
    }),
    '',
  ].join('\n');
}

function versions(since: number | undefined, until: number | undefined): string {
  if (since === undefined && until === undefined) return 'all';
  return [since === undefined ? '' : `from 1.${since}`, until === undefined ? '' : `up to 1.${until}`]
    .filter((part) => part !== '')
    .join(' ');
}
