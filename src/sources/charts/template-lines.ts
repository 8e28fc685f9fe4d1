/** A line of a template: what stands between its actions, in order; an action stands at each seam. */
interface TemplateLine {
  readonly text: string;
  readonly parts: readonly string[];
  /** How much it says that a rendered line is like it; 0 where it is like any. */
  readonly weight: number;
}

/** A template, read for what its lines become. */
export interface Template {
  readonly lines: readonly TemplateLine[];
  /** From separator to separator: what one document is rendered from. Indexes of lines, the end exclusive. */
  readonly sections: readonly (readonly [start: number, end: number])[];
  /** Lines that are rendered again and again, innermost first; the end inclusive. */
  readonly loops: readonly (readonly [start: number, end: number])[];
}

/** Reads a template of Go (text/template, as Helm v3 uses it): only where its actions are, and which of them go in circles. */
export function readTemplate(text: string): Template {
  const lines: { text: string; parts: string[] }[] = [];
  const loops: [number, number][] = [];
  const open: { readonly loop: boolean; readonly line: number }[] = [];
  let line: string[] = [''];
  const ended: string[] = [];
  const literal = (piece: string): void => {
    const [first = '', ...rest] = piece.split('\n');
    line[line.length - 1] += first;
    for (const next of rest) {
      ended.push('');
      lines.push({ text: '', parts: line });
      line = [next];
    }
  };
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('{{', at);
    literal(text.slice(at, start === -1 ? text.length : start));
    if (start === -1) break;
    const end = endOfAction(text, start + 2);
    const action = text.slice(start + 2, end);
    // Blanks beside {{- and -}} are gone in what is rendered.
    if (action.startsWith('-')) line[line.length - 1] = line.at(-1)!.trimEnd();
    const [keyword = ''] = /^[a-z]+/.exec(action.replace(/^-?\s*/, '')) ?? [];
    if (/^(?:if|with|range|block|define)$/.test(keyword)) open.push({ loop: keyword === 'range', line: lines.length });
    if (keyword === 'end') {
      const block = open.pop();
      if (block?.loop === true) loops.push([block.line, lines.length]);
    }
    line.push('');
    for (let breaks = action.split('\n').length; breaks > 1; breaks--) {
      lines.push({ text: '', parts: line });
      line = ['', ''];
    }
    at = end + 2;
    if (action.endsWith('-')) {
      const blanks = /^[^\S\n]*/.exec(text.slice(at, at + 200))?.[0] ?? '';
      at += blanks.length;
    }
  }
  lines.push({ text: '', parts: line });
  const texts = text.split('\n');
  const read = lines.map(({ parts }, index): TemplateLine => {
    const last = parts.length - 1;
    const trimmed = parts.map((part, number) => (number === last ? part.trimEnd() : part));
    return { text: texts[index]?.trimEnd() ?? '', parts: trimmed, weight: weightOf(trimmed) };
  });
  const sections: [number, number][] = [];
  let start = 0;
  for (const [index, { parts }] of read.entries()) {
    if (!parts[0]!.startsWith('---')) continue;
    sections.push([start, index]);
    start = index + 1;
  }
  sections.push([start, read.length]);
  return { lines: read, sections, loops };
}

/** Where the `}}` of an action stands: not within quotes, and a comment is one whole. */
function endOfAction(text: string, from: number): number {
  const comment = /^-?\s*\/\*/.test(text.slice(from, from + 20)) ? text.indexOf('*/', from) : -1;
  for (let at = comment === -1 ? from : comment + 2; at < text.length; at++) {
    const character = text[at];
    if (character === '}' && text[at + 1] === '}') return at;
    if (character === '"' || character === '`') {
      const close = closingQuote(text, at);
      if (close !== -1) at = close;
    }
  }
  return text.length;
}

function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (quote === '"' && text[at] === '\\') at++;
    if (quote === '"' && text[at] === '\n') return -1;
  }
  return -1;
}

function weightOf(parts: readonly string[]): number {
  const said = parts.join('').replaceAll(/\s/g, '');
  if (said === '') return 0;
  const whole = parts.length === 1 ? 1 : 0;
  return whole + (/\w/.test(said) ? 1 : 0.25) + Math.min(said.length, 60) / 60;
}

/** Whether a line can be what the template's line became. */
function isLike(line: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (parts.length === 1) return line === first;
  if (!line.startsWith(first) || !line.endsWith(last) || line.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = line.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= line.length - last.length;
}

/** Lines of the document times lines of the template, up to which every pair is looked at. */
const mostPairs = 4_000_000;

/** The end of a chain of matches: which line of the document is which of the template. */
interface Match {
  readonly line: number;
  readonly of: number;
  readonly score: number;
  readonly before: Match | undefined;
}

/**
 * The lines of a template that the lines of a document rendered from it come from: as many as can be told, in the order of
 * the template or once more around in its loops. Indexes of lines; -1 where it cannot be told.
 */
export function templateLines(rendered: readonly string[], template: Template): Int32Array {
  const answer = new Int32Array(rendered.length).fill(-1);
  const lines = rendered.map((line) => line.trimEnd());
  if (lines.length * template.lines.length > mostPairs) return onlyOf(lines, template, answer);
  let best: Match | undefined;
  for (const [start, end] of template.sections) {
    const match = bestChain(lines, template, start, end);
    if (match !== undefined && match.score > (best?.score ?? 0)) best = match;
  }
  for (let match = best; match !== undefined; match = match.before) answer[match.line] = match.of;
  return answer;
}

/** What both have once, word for word. */
function onlyOf(lines: readonly string[], template: Template, answer: Int32Array): Int32Array {
  const once = new Map<string, number>();
  for (const [index, { text, parts }] of template.lines.entries())
    if (parts.length === 1 && text !== '') once.set(text, once.has(text) ? -1 : index);
  for (const [index, line] of lines.entries()) answer[index] = once.get(line) ?? -1;
  return answer;
}

function bestChain(lines: readonly string[], { lines: of, loops }: Template, start: number, end: number): Match | undefined {
  const chains: (Match | undefined)[] = Array.from({ length: end - start });
  const loopsOf = (index: number): (readonly [number, number])[] => loops.filter(([first, last]) => first <= index && index <= last);
  let best: Match | undefined;
  for (const [number, line] of lines.entries()) {
    if (line === '') continue;
    const fresh: Match[] = [];
    let before: Match | undefined;
    for (let index = start; index < end; index++) {
      const { parts, weight } = of[index]!;
      if (weight > 0 && isLike(line, parts)) {
        let last = before;
        // Once more around: from further down in the same loop.
        for (const [, close] of loopsOf(index)) {
          for (let down = index; down < Math.min(close + 1, end); down++) {
            const chain = chains[down - start];
            if (chain !== undefined && chain.score - 0.5 > (last?.score ?? 0)) last = chain;
          }
        }
        const around = last !== undefined && last.of >= index ? 0.5 : 0;
        fresh.push({ line: number, of: index, score: (last?.score ?? 0) + weight - around, before: last });
      }
      const chain = chains[index - start];
      if (chain !== undefined && chain.score >= (before?.score ?? 0)) before = chain;
    }
    for (const match of fresh) {
      const chain = chains[match.of - start];
      if (chain === undefined || match.score >= chain.score) chains[match.of - start] = match;
      if (best === undefined || match.score > best.score) best = match;
    }
  }
  return best;
}
