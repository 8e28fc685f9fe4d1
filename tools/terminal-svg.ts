/**
 * Draws text with ANSI colours as an SVG of a terminal window. Only what our own output uses is understood: bold, dim,
 * underline, the eight colours and their bright forms.
 */
export function terminalSvg(text: string, title: string, columns: number): string {
  const lines = text.trimEnd().split('\n');
  const width = Math.round(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin + bar;
  const rows = lines.map((line, index) => row(line, margin, bar + margin + (index + 0.75) * cell.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<rect width="100%" height="100%" rx="8" fill="#1b1f24"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => `<circle cx="${18 + index * 18}" cy="16" r="5.5" fill="${fill}"/>`),
    `<text x="50%" y="20" text-anchor="middle" fill="#8b949e" font-family="${font}" font-size="12">${escape(title)}</text>`,
    `<g font-family="${font}" font-size="13" fill="#d0d7de" xml:space="preserve">`,
    ...rows.filter((line) => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const cell = { width: 7.83, height: 18 };
const margin = 16;
const bar = 24;
const font = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

/** By SGR code, 30 to 37 and 90 to 97. */
const palette = ['#6e7681', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#d0d7de'];

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly colour: string | undefined;
}

const plain: Style = { bold: false, dim: false, underline: false, colour: undefined };

function row(line: string, x: number, y: number): string {
  let style = plain;
  const spans: string[] = [];
  // oxlint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b[')) style = part.slice(2, -1).split(';').reduce(applied, style);
    else if (part !== '') spans.push(`<tspan${attributes(style)}>${escape(part)}</tspan>`);
  }
  return spans.length === 0 ? '' : `<text x="${x}" y="${y}">${spans.join('')}</text>`;
}

function applied(style: Style, sgr: string): Style {
  const code = Number(sgr);
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 39) return { ...style, colour: undefined };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, colour: palette[code % 10] };
  return style;
}

function attributes({ bold, dim, underline, colour }: Style): string {
  const weight = bold ? ' font-weight="bold"' : '';
  const opacity = dim ? ' opacity="0.65"' : '';
  const decoration = underline ? ' text-decoration="underline"' : '';
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return weight + opacity + decoration + fill;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
