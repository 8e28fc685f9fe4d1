/** `npm run new control pod-security/host-ports`: a file that compiles and passes its own proofs, to be filled with the rule. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constantName } from './controls-index.ts';

const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The text of a new control: a rule about image pull policy that holds the place of the real one and is green. */
export function controlTemplate(id: string): string {
  const name = constantName(id.split('/')[1] ?? '');
  return `import { defineControl, fail, pass, set, type AnyControl } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';

export const ${name}: AnyControl = defineControl({
  id: '${id}',
  decides: ['IMG-09'],
  title: 'Containers ask the registry for their image at every start',
  why: 'A cached image is started without asking whether this pod may pull it.',
  severity: 'low',
  also: {},
  subject: containers,

  evaluate({ container, name }) {
    if (container.imagePullPolicy !== 'Never') return pass;
    return fail(['imagePullPolicy'], \`container "\${name}" never asks the registry, so any cached image will do\`);
  },

  fix: {
    safety: 'review',
    risk: 'a node without access to the registry no longer starts the pod; show that every node can pull',
    edits: () => [set(['imagePullPolicy'], 'Always')],
  },

  examples: () => ({
    pass: { 'asks every time': 'imagePullPolicy: Always' },
    fail: { 'never asks': 'imagePullPolicy: Never' },
  }),
});
`;
}

/** Writes the file below `root`; the answer is its path, or what is wrong with the id. */
export function scaffoldControl(root: string, id: string): { readonly path: string } | { readonly error: string } {
  if (!idPattern.test(id))
    return { error: `"${id}" is no control id: folder and file in kebab-case, for instance pod-security/host-ports` };
  const path = join(root, 'src/controls', `${id}.ts`);
  if (existsSync(path)) return { error: `src/controls/${id}.ts exists` };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, controlTemplate(id));
  return { path };
}

/** Run as a script: `new.ts control ID`. */
export function main(words: readonly string[]): void {
  const [what, id] = words;
  if (what !== 'control' || id === undefined) {
    process.stderr.write('usage: npm run new control FOLDER/NAME\n');
    process.exitCode = 2;
    return;
  }
  const result = scaffoldControl(join(dirname(fileURLToPath(import.meta.url)), '..'), id);
  if ('error' in result) {
    process.stderr.write(`${result.error}\n`);
    process.exitCode = 2;
    return;
  }
  process.stdout.write(
    `wrote src/controls/${id}.ts\nnext: change the rule and its examples, then npm run generate && npx vitest run src/testing\n`,
  );
}
