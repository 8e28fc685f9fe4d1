import type { Command } from './command.ts';
import { help } from './options.ts';

export const lsp: Command = {
  name: 'lsp',
  summary: 'Show findings in an editor while typing (language server)',
  operands: '',
  about: [
    'Speaks the Language Server Protocol on standard input and output; editors start it. An open file is judged with the whole folder around it: what is typed stands over what is on disk.',
    'docs/editor.md says how to set it up in VS Code, Neovim, Helix and Emacs.',
  ],
  options: [{ name: 'stdio', about: 'Standard input and output, which some editors ask for by name; there is no other way' }, help],
  examples: [{ command: 'plimsoll lsp', about: 'what to name as the command of a language server' }],
};
