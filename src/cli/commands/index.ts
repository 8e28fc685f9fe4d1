import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { fix } from './fix.ts';
import { generate } from './generate.ts';
import { list } from './list.ts';
import { lsp } from './lsp.ts';
import { help } from './options.ts';
import { paths, plan } from './paths.ts';
import { reach } from './reach.ts';
import { merge, report } from './report.ts';
import { rightsCommands } from './rights-commands.ts';
import { scan } from './scan.ts';
import { snapshot } from './snapshot.ts';
import { waivers } from './waivers.ts';

export type { Command, Option } from './command.ts';

const others: readonly Command[] = [
  scan,
  diff,
  fix,
  waivers,
  snapshot,
  paths,
  plan,
  reach,
  ...rightsCommands,
  generate,
  explain,
  list,
  report,
  merge,
  lsp,
  completion,
];

const helpCommand: Command = {
  name: 'help',
  summary: 'Show the help of a command',
  operands: '[COMMAND]',
  words: others.map(({ name }) => name),
  about: [],
  options: [help],
  examples: [],
};

export const commands: readonly Command[] = [...others, helpCommand];
