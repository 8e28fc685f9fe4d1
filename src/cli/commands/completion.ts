import type { Command } from './command.ts';
import { help } from './options.ts';

export const completion: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  operands: 'bash|zsh|fish',
  words: ['bash', 'zsh', 'fish'],
  about: ['The script offers commands, options, their values and the ids of the controls.'],
  options: [help],
  examples: [
    { command: 'plimsoll completion bash > ~/.local/share/bash-completion/completions/plimsoll', about: '' },
    { command: 'plimsoll completion zsh > "${fpath[1]}/_plimsoll"', about: '' },
    { command: 'plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish', about: '' },
  ],
};
