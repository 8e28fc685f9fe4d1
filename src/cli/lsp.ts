import { createConnection } from 'vscode-languageserver/node';
import { controls } from '../controls/index.ts';
import { serve, type ServerOptions } from '../editor/server.ts';
import { policyFileName, policyFilePlaces, readPolicyFile } from '../library/policy-file.ts';
import { OptionError } from '../options/option-error.ts';
import type { Arguments } from './arguments.ts';
import { tell } from './output.ts';

export const serverOptions: ServerOptions = {
  controls,
  settingsFile: policyFileName,
  settingsPlaces: (folder) => policyFilePlaces({ paths: [folder], cwd: folder }),
  async settingsOf(folder) {
    const { failOn: _, ...settings } = await readPolicyFile({ paths: [folder], cwd: folder });
    return settings;
  },
};

/**
 * `plimsoll lsp`: a language server on standard input and output, until the editor ends it. The connection ends the process, with the
 * exit code that the protocol asks for.
 */
export function runLsp(given: Arguments): Promise<number> {
  const [operand] = given.operands;
  if (operand !== undefined)
    throw new OptionError([`the language server takes no path, and was given "${operand}"`, 'the editor says which folders are open']);
  if (process.stdin.isTTY) tell('plimsoll: this speaks the Language Server Protocol, and waits for an editor; Ctrl+C ends it\n');
  serve(createConnection(process.stdin, process.stdout), serverOptions);
  return new Promise(() => undefined);
}
