import type { ReachGraph } from './reach-graph.ts';

/** What of the graph is drawn; everything where nothing is asked for. */
export interface ReachShown {
  /** A part of the name of a workload or of a namespace, at either end. */
  readonly search?: string;
  /** A namespace, at either end. */
  readonly space?: string;
  /** A port that has to be open, or unknown. */
  readonly port?: number;
  /** `false` leaves out what nobody knows. */
  readonly unknown?: boolean;
  /** An endpoint: what reaches it and what it reaches, whatever is searched for. */
  readonly focus?: number;
  /** Where somebody may choose an endpoint: names can be reached with the keyboard. */
  readonly page?: boolean;
}

/**
 * The picture as SVG: who opens connections stands on the left, what they reach on the right, both by namespace, so that
 * no line crosses a name. Lines between the same two namespaces run together halfway where there are several.
 *
 * The page of the html format runs this same function in the browser, from its own source text: it must not use anything
 * that stands outside of it.
 */
export function drawReach({ whole: everything, endpoints, nodes, edges }: ReachGraph, shown: ReachShown): string {
  const [rowHeight, headHeight, gap, padding, margin, top] = [17, 22, 12, 5, 16, 64];
  const [boxWidth, pillWidth, middle, cell] = [310, 168, 390, 6.7];
  const leftEnd = margin + boxWidth;
  const pillStart = leftEnd + middle;
  const rightStart = pillStart + pillWidth + 10;
  const width = rightStart + boxWidth + margin;
  const bundledFrom = 4;
  const colors = 8;

  const escaped = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[\uD800-\uDFFF](?![\uDC00-\uDFFF])/g, '\uFFFD');
  const clipped = (text: string, room: number): string => {
    const letters = Array.from(text);
    const kept = Math.floor(room / cell);
    if (letters.length <= kept) return text;
    const head = Math.ceil((kept - 1) / 2);
    return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - 1 - head)).join('')}`;
  };
  const opens = (label: string, port: number): boolean =>
    label === 'any port' ||
    label.split(/[ ·,]+/).some((part) => {
      const [first = '', last = first] = part.split('-');
      return part === 'any' || (/^\d+$/.test(first) && Number(first) <= port && port <= Number(last));
    });

  // Which lines, and which names besides.
  const wanted = (shown.search ?? '').trim().toLowerCase();
  const narrowed = wanted !== '' || (shown.space ?? '') !== '' || shown.focus !== undefined;
  const fits = endpoints.map(({ name, space }, index) =>
    shown.focus === undefined
      ? ((shown.space ?? '') === '' || shown.space === space) && (wanted === '' || `${space}/${name}`.toLowerCase().includes(wanted))
      : shown.focus === index,
  );
  const holds = nodes.map(({ members }) => members.some((member) => fits[member] === true));
  const lines = edges.filter(
    ({ from, to, allowed, unknown }) =>
      (holds[from] === true || holds[to] === true) &&
      (allowed !== '' || shown.unknown !== false) &&
      (shown.port === undefined || opens(allowed, shown.port) || (shown.unknown !== false && opens(unknown, shown.port))),
  );
  const labelOf = ({ allowed, unknown }: { allowed: string; unknown: string }): string =>
    [allowed, shown.unknown === false || unknown === '' ? '' : `? ${unknown}`].filter((part) => part !== '').join(' · ');

  interface Place {
    readonly y: number;
    readonly height: number;
    /** Where lines meet that have the same label; of the right side. */
    readonly pills: ReadonlyMap<string, number>;
  }
  interface Section {
    readonly title: string;
    readonly count: number;
    readonly color: number;
    readonly y: number;
    readonly height: number;
  }
  const workloads = endpoints.filter(({ space }) => space !== '').length;
  const spaces = [...new Set(endpoints.map(({ space }) => space).filter((space) => space !== ''))];
  const colorOf = new Map(spaces.map((space, index) => [space, index % colors]));

  /** The labels of the lines that end in a node, each once; those that begin in one need no place for theirs. */
  const labelsOf = (side: 'from' | 'to'): Map<number, string[]> => {
    const labels = new Map<number, string[]>();
    for (const line of lines) {
      const own = labels.get(line[side]) ?? [];
      labels.set(line[side], own);
      const label = labelOf(line);
      if (side === 'to' && !own.includes(label)) own.push(label);
    }
    return labels;
  };
  const columns = (['from', 'to'] as const).map((side) => ({
    labels: labelsOf(side),
    places: new Map<number, Place>(),
    sections: [] as Section[],
    sectionOf: new Map<number, number>(),
  }));
  const [left, right] = columns as [(typeof columns)[0], (typeof columns)[0]];
  const groups = (space: string): number[] =>
    nodes.flatMap((node, index) => (node.type === 'group' && node.space === space ? [index] : []));
  const parts: [string, number, number[]][] = [
    ['most workloads', -1, nodes.flatMap(({ type }, index) => (type === 'crowd' ? [index] : []))],
    ['outside, nodes, control plane', -1, groups('')],
    ...spaces.map((space): [string, number, number[]] => [space, colorOf.get(space) ?? 0, groups(space)]),
  ];
  let below = top;
  // The two sides of a namespace begin at the same height, so that what stays in it runs level.
  for (const [title, color, all] of parts) {
    const start = below;
    for (const { labels, places, sections, sectionOf } of columns) {
      const present = all.filter(
        (node) => labels.has(node) || (everything && nodes[node]!.type === 'group' && (!narrowed || holds[node] === true)),
      );
      const whole = nodes.findIndex(({ type, space }) => type === 'namespace' && space === title && color >= 0);
      const headed = whole >= 0 && labels.has(whole);
      if (present.length === 0 && !headed) continue;
      let y = start + headHeight;
      const place = (node: number, least: number): void => {
        const own = labels.get(node) ?? [];
        const rows = Math.max(least, own.length);
        const first = y + ((rows - own.length) * rowHeight) / 2 + rowHeight / 2;
        places.set(node, { y, height: rows * rowHeight, pills: new Map(own.map((label, index) => [label, first + index * rowHeight])) });
        sectionOf.set(node, sections.length);
        y += rows * rowHeight;
      };
      if (headed) place(whole, 1);
      for (const node of present) place(node, nodes[node]!.type === 'crowd' ? 2 : nodes[node]!.members.length);
      y += padding;
      const count = color < 0 ? 0 : groups(title).reduce((sum, node) => sum + nodes[node]!.members.length, 0);
      sections.push({ title, count, color, y: start, height: y - start });
      below = Math.max(below, y + gap);
    }
  }

  const nameOf = (index: number): string => {
    const { space, name } = endpoints[index]!;
    return space === '' ? name : `${space}/${name}`;
  };
  const out: string[] = [];
  const text = (x: number, y: number, anchor: string, className: string, content: string, room: number): void => {
    const short = clipped(content, room);
    const full = short === content ? '' : `<title>${escaped(content)}</title>`;
    out.push(`<text x="${x}" y="${y + 12}" text-anchor="${anchor}" class="${className}">${full}${escaped(short)}</text>`);
  };

  // Lines first: everything else is drawn over them.
  const between = new Map<string, number>();
  const pairOf = (from: number, to: number): string => `${left.sectionOf.get(from)} ${right.sectionOf.get(to)}`;
  for (const { from, to } of lines) between.set(pairOf(from, to), (between.get(pairOf(from, to)) ?? 0) + 1);
  out.push('<g fill="none">');
  for (const line of lines) {
    const [source, target] = [left.places.get(line.from)!, right.places.get(line.to)!];
    const label = labelOf(line);
    const y1 = source.y + source.height / 2;
    const y2 = target.pills.get(label)!;
    const fromSection = left.sections[left.sectionOf.get(line.from)!]!;
    const toSection = right.sections[right.sectionOf.get(line.to)!]!;
    const space = nodes[line.from]!.space;
    const outside = nodes[line.from]!.type === 'group' && space === '';
    const color = outside ? 'out' : nodes[line.from]!.type === 'crowd' ? 'all' : `c${colorOf.get(space) ?? 0}`;
    const across = (x: number, y: number, toX: number, toY: number): string => {
      const bend = (toX - x) / 2;
      return `C${x + bend},${y} ${toX - bend},${toY} ${toX},${toY}`;
    };
    const [joint, parting] = [leftEnd + 120, pillStart - 120];
    const [trunk1, trunk2] = [fromSection.y + fromSection.height / 2, toSection.y + toSection.height / 2];
    const path =
      fromSection.title === toSection.title || (between.get(pairOf(line.from, line.to)) ?? 0) < bundledFrom
        ? across(leftEnd, y1, pillStart, y2)
        : `${across(leftEnd, y1, joint, trunk1)}${across(joint, trunk1, parting, trunk2)}${across(parting, trunk2, pillStart, y2)}`;
    const state = line.allowed === '' ? ' unknown' : '';
    const ends = `${nodeName(line.from)} to ${nodeName(line.to)}: ${label}`;
    out.push(`<path d="M${leftEnd},${y1}${path}" class="line ${color}${state}"><title>${escaped(ends)}</title></path>`);
  }
  out.push('</g>');

  function nodeName(node: number): string {
    const { type, space, members } = nodes[node]!;
    if (type === 'crowd') return `${members.length} of ${workloads} workloads`;
    if (type === 'namespace') return `all of ${space}`;
    return members.map(nameOf).join(', ');
  }

  for (const side of ['from', 'to'] as const) {
    const { places, sections } = side === 'from' ? left : right;
    const x = side === 'from' ? margin : rightStart;
    const [inner, outer] = side === 'from' ? [leftEnd - 12, margin + 10] : [rightStart + 12, rightStart + boxWidth - 10];
    const [innerAnchor, outerAnchor] = side === 'from' ? ['end', 'start'] : ['start', 'end'];
    for (const { title, count, color, y, height } of sections) {
      out.push(`<rect x="${x}" y="${y}" width="${boxWidth}" height="${height}" rx="6" class="box ${color < 0 ? 'other' : `b${color}`}"/>`);
      text(outer, y + 3, outerAnchor, 'space', title, boxWidth - 90);
      if (count > 0) text(inner, y + 3, innerAnchor, 'kind', String(count), 60);
    }
    for (const [node, { y, height, pills }] of places) {
      const { type, members, without } = nodes[node]!;
      if (type === 'namespace') text(inner, y, innerAnchor, 'whole', 'each of them', boxWidth - 24);
      if (type === 'crowd') {
        const others = without.flatMap((each) => nodes[each]!.members.map(nameOf));
        const rest =
          others.length === 0
            ? 'all of them'
            : `all but ${others.slice(0, 2).join(', ')}${others.length > 2 ? ` and ${others.length - 2} more` : ''}`;
        text(inner, y, innerAnchor, 'whole', `${members.length} of ${workloads} workloads`, boxWidth - 24);
        out.push(`<g><title>${escaped(others.join('\n'))}</title>`);
        text(inner, y + rowHeight, innerAnchor, 'kind', rest, boxWidth - 24);
        out.push('</g>');
      }
      if (type === 'group') {
        const first = y + (height - members.length * rowHeight) / 2;
        if (members.length > 1) {
          const bar = side === 'from' ? leftEnd - 5 : rightStart + 4;
          out.push(`<rect x="${bar}" y="${first + 2}" width="2" height="${members.length * rowHeight - 4}" class="bar"/>`);
        }
        for (const [row, member] of members.entries()) {
          const { name, kind } = endpoints[member]!;
          const at = first + row * rowHeight;
          const chosen = shown.focus === member ? ' chosen' : '';
          const reachable = shown.page === true ? ` tabindex="-1" role="button" aria-pressed="${chosen !== ''}"` : '';
          out.push(
            `<g data-endpoint="${member}" class="row${chosen}"${reachable}><rect x="${x + 2}" y="${at}" width="${boxWidth - 4}" height="${rowHeight}" class="back"/>`,
          );
          const kindRoom = Math.min(kind.length * cell, 90);
          text(inner, at, innerAnchor, 'name', name, boxWidth - 40 - kindRoom);
          text(outer, at, outerAnchor, 'kind', kind, 90);
          out.push('</g>');
        }
      }
      for (const [label, pillY] of pills) {
        const unsure = label.startsWith('?') ? ' unknown' : '';
        out.push(`<rect x="${pillStart}" y="${pillY - 7}" width="${pillWidth}" height="14" rx="7" class="pill${unsure}"/>`);
        text(pillStart + pillWidth / 2, pillY - rowHeight / 2, 'middle', 'port', label, pillWidth - 12);
      }
    }
  }
  text(leftEnd, top - 26, 'end', 'title', 'may open connections', boxWidth);
  text(rightStart, top - 26, 'start', 'title', 'to', boxWidth);
  text(pillStart + pillWidth / 2, top - 26, 'middle', 'title', 'on', pillWidth);
  const height = below + margin;
  const summary = `${lines.length} lines; ${workloads} workloads in ${spaces.length} namespaces`;
  text(
    margin,
    8,
    'start',
    'kind',
    `${summary}. A dashed line: nobody knows. A bar beside names: nothing tells them apart. No line: denied.`,
    width,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${shown.page === true ? 'group' : 'img'}" aria-label="${summary}">` +
    `<rect width="${width}" height="${height}" class="paper"/>${out.join('\n')}</svg>`
  );
}
