import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controls } from '../src/controls/index.ts';
import { chapters } from '../src/guidance/index.ts';
import { fix, scan } from '../src/index.ts';
import { formatFixText } from '../src/report/fix-text.ts';
import { formatText } from '../src/report/text.ts';
import { terminalSvg } from './terminal-svg.ts';

const columns = 100;

/** README.md with its generated parts brought up to date, and the picture of a terminal: made from a real run. */
export async function readmeFiles(root: string): Promise<Map<string, string>> {
  const report = await scan({ paths: ['examples/shop.yaml'], cwd: root });
  const lines = readFileSync(join(root, 'examples/shop.yaml'), 'utf8').split('\n');
  const text = (color: boolean): string => {
    const options = { color, width: columns, terminal: color, failOn: 'high' as const, allowUnreadable: false, all: false, quiet: false };
    const lookups = {
      control: (id: string) => controls.find((control) => control.id === id),
      chapters,
      lines: (_: string, line: number) => lines[line - 1],
    };
    return [...formatText(report, { ...options, ...lookups })].join('');
  };
  const coloured = text(true).split('\n');
  const shown = [...coloured.slice(0, 34), '', '   …', '', ...coloured.slice(-28)].join('\n');
  const fixed = await fix({ paths: ['examples/shop.yaml'], cwd: root, review: true });
  const fixText = [
    ...formatFixText(fixed, {
      color: true,
      width: columns,
      terminal: true,
      all: false,
      quiet: false,
      written: false,
      refused: 0,
      atomic: false,
      asked: false,
      allowUnreadable: false,
      command: 'plimsoll fix examples/shop.yaml --review',
      control: (id) => controls.find((control) => control.id === id),
      value: () => undefined,
    }),
  ].join('');
  const fixLines = fixText.split('\n');
  const shownFix = [...fixLines.slice(0, 92), '', '   …', '', ...fixLines.slice(-14)].join('\n');
  const decided = new Set(controls.flatMap(({ decides }) => decides)).size;
  const numbers = `${controls.length} controls decide ${decided} of the 210 entries of the catalogue`;
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return new Map([
    [
      'README.md',
      between(
        between(readme, 'numbers', numbers),
        'summary',
        `\n\`\`\`\n${text(false).trimEnd().split('\n').slice(-24).join('\n')}\n\`\`\`\n`,
      ),
    ],
    ['docs/fix.svg', terminalSvg(`$ npx plimsoll fix --review examples/shop.yaml\n${shownFix}`, 'plimsoll fix', columns)],
    ['docs/scan.svg', terminalSvg(`$ npx plimsoll scan examples/shop.yaml\n${shown}`, 'plimsoll scan', columns)],
  ]);
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
  return text.replace(pattern, (_, open: string, close: string) => open + content + close);
}
