import { type AnyControl, type Finding, type Report, type ResourceRef } from '../../core/index.ts';
import { chapters } from '../../guidance/index.ts';
import { stringified } from '../json.ts';
import { inScript } from '../markup.ts';
import { resourceName } from '../page.ts';
import { printable } from '../printable.ts';
import {
  findingColumns,
  pageFixes,
  pageLevels,
  pageSeverities,
  pageVerdicts,
  type PageChapter,
  type PageControl,
  type PageData,
  type PageObject,
  type PageWaiver,
  type PageWorkload,
} from './page-data.ts';

/**
 * What the page's script reads, as JSON for a script element, in pieces: `PageData`. Of several clusters the file of each object begins
 * with the name of its own.
 */
export function* encodePage(report: Report, controls: readonly AnyControl[], clusters: readonly string[] = []): Generator<string, void> {
  const tables = startTables(controls, clusters);
  const named: readonly PageChapter[] = chapters.map(({ code, title }) => ({ code, title }));
  yield `{"live":${report.target.cluster !== undefined},"fleet":${clusters.length > 0},"chapters":${literal(named)},\n"findings":[`;
  let first = true;
  for (const finding of report.findings) {
    yield `${first ? '' : ','}\n${tables.row(finding).join(',')}`;
    first = false;
  }
  const workloads = report.workloads.map(({ resource, file, line, podSecurityLevel, restrictedBy }): PageWorkload => ({
    object: tables.object(resource, file),
    file: tables.text(file),
    line,
    level: pageLevels.indexOf(podSecurityLevel),
    restrictedBy: restrictedBy.map(printable),
  }));
  yield ']';
  yield* list('workloads', workloads);
  yield* list('controls', tables.controls);
  yield* list('objects', tables.objects);
  yield* list('waivers', tables.waivers);
  yield* list('texts', tables.texts);
  yield '}';
}

/** A list as a further field, an item a line. */
function* list(name: string, items: readonly (string | object)[]): Generator<string, void> {
  yield `,\n"${name}":[`;
  for (const [index, item] of items.entries()) yield `${index === 0 ? '' : ','}\n${literal(item)}`;
  yield ']';
}

function literal(value: string | object): string {
  return inScript(stringified(value));
}

interface Tables extends Pick<PageData, 'controls' | 'objects' | 'waivers' | 'texts'> {
  text(text: string): number;
  /** Of a file, because the same object may stand in several. */
  object(resource: ResourceRef, file: string): number;
  /** In the order of `findingColumns`. */
  row(finding: Finding): number[];
}

function startTables(known: readonly AnyControl[], clusters: readonly string[]): Tables {
  const texts: string[] = [''];
  const numberOfText = new Map([['', 0]]);
  const objects: PageObject[] = [];
  const numberOfObject = new Map<string, number>();
  const controls: PageControl[] = [];
  const numberOfControl = new Map<string, number>();
  const waivers: PageWaiver[] = [];
  const numberOfWaiver = new Map<string, number>();
  const byId = new Map(known.map((each) => [each.id, each]));
  // One name may begin with another and a slash.
  const longestFirst = clusters.toSorted((a, b) => b.length - a.length);

  function text(raw: string): number {
    const found = numberOfText.get(raw);
    if (found !== undefined) return found;
    numberOfText.set(raw, texts.length);
    return texts.push(printable(raw)) - 1;
  }

  function object(resource: ResourceRef, file: string): number {
    const { apiVersion, kind, namespace = '', name, owner } = resource;
    const key = JSON.stringify([apiVersion, kind, namespace, name, owner?.kind, owner?.name, file]);
    return numbered(numberOfObject, objects, key, () => ({
      cluster: text(longestFirst.find((cluster) => file.startsWith(`${cluster}/`)) ?? ''),
      kind: text(kind),
      namespace: text(namespace),
      title: text(resourceName(resource)),
    }));
  }

  function control({ control: id, codes }: Finding): number {
    return numbered(numberOfControl, controls, id, () => {
      const { title = id, why = '', remedy = '', fix, decides = codes }: Partial<AnyControl> = byId.get(id) ?? {};
      return { id: printable(id), title: printable(title), why, remedy, risk: fix?.risk ?? '', codes: decides.map(printable) };
    });
  }

  function waiver({ waived }: Finding): number {
    if (waived === undefined) return 0;
    const { reason, owner, until, ticket = '', file, line } = waived;
    const shown: PageWaiver = {
      reason: printable(reason),
      owner: printable(owner),
      until: printable(until),
      ticket: printable(ticket),
      place: printable(`${file}:${line}`),
    };
    return 1 + numbered(numberOfWaiver, waivers, JSON.stringify(shown), () => shown);
  }

  function row(finding: Finding): number[] {
    const columns: Record<(typeof findingColumns)[number], number> = {
      control: control(finding),
      severity: pageSeverities.indexOf(finding.severity),
      verdict: pageVerdicts.indexOf(finding.verdict),
      object: object(finding.resource, finding.file),
      container: text(finding.container ?? ''),
      path: text(finding.path),
      file: text(finding.file),
      line: finding.line,
      message: text(finding.message),
      fix: pageFixes.indexOf(finding.fix ?? ''),
      waiver: waiver(finding),
    };
    return findingColumns.map((column) => columns[column]);
  }

  return { texts, objects, controls, waivers, text, object, row };
}

/** The number of what has a key, which gets the next one where it is new. */
function numbered<T>(numbers: Map<string, number>, items: T[], key: string, make: () => T): number {
  const found = numbers.get(key);
  if (found !== undefined) return found;
  numbers.set(key, items.length);
  return items.push(make()) - 1;
}
