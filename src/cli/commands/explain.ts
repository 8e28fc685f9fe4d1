import type { Command } from './command.ts';
import { color, help, noColor } from './options.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Explain a control or a recommendation',
  operands: 'ID|CODE',
  completes: 'controls',
  about: [
    'What the guidance demands and where, what is different today, why it matters, what is checked, a failing and a passing example, the fix as a diff, and what other catalogues call it.',
  ],
  options: [
    { name: 'output', short: 'o', value: 'FORMAT', choices: ['text', 'markdown', 'json'], about: 'text (default), markdown or json' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll explain POD-12', about: 'a recommendation with its controls' },
    { command: 'plimsoll explain pod-security/privilege-escalation', about: 'one control' },
  ],
};
