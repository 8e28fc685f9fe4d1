import { describe, expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleFleet } from '../sample-fleet.ts';
import { sampleReport } from '../sample-report.ts';
import { formatOscalCatalog } from './oscal-catalog.ts';
import { formatFleetOscal, formatOscal } from './oscal.ts';

/*
 * What NIST's Metaschema definitions of OSCAL 1.1 ask for beyond their JSON schema: indexes without doubles, references that
 * resolve, names and values that are allowed, and what must be there (oscal_catalog, oscal_assessment-results,
 * oscal_assessment-common, oscal_implementation-common and oscal_metadata_metaschema.xml of usnistgov/OSCAL). The tests of
 * upstream ask the schema itself.
 */

const options = { controls: [], time: '2026-11-22T06:00:00Z' };
type Node = Readonly<Record<string, unknown>>;

interface Place {
  readonly node: Node;
  /** The field that holds it, or whose list does, from the outside in. */
  readonly fields: readonly string[];
}

function* placesIn(value: unknown, fields: readonly string[] = []): Generator<Place> {
  if (Array.isArray(value)) for (const item of value) yield* placesIn(item, fields);
  else if (typeof value === 'object' && value !== null) {
    yield { node: value as Node, fields };
    for (const [field, child] of Object.entries(value)) yield* placesIn(child, [...fields, field]);
  }
}

/** All objects in a field of this name. */
function all(document: unknown, field: string): Node[] {
  return [...placesIn(document)].flatMap(({ node, fields }) => (fields.at(-1) === field ? [node] : []));
}

function texts(nodes: readonly Node[], field: string): string[] {
  return nodes.flatMap((node) => (typeof node[field] === 'string' ? [node[field]] : []));
}

const oscal = 'http://csrc.nist.gov/ns/oscal';

/** Names of properties in OSCAL's own namespace, which is meant where none is named, by the field of what has them. */
const properties: Readonly<Record<string, readonly string[]>> = {
  groups: ['label', 'sort-id', 'alt-identifier'],
  controls: ['label', 'sort-id', 'alt-identifier', 'status'],
  components: ['version', 'patch-level', 'model', 'release-date', 'asset-type', 'asset-id', 'label', 'sort-id', 'public', 'virtual'],
  risks: ['false-positive', 'accepted', 'risk-adjusted', 'priority'],
  remediations: ['type'],
  facets: ['state'],
  resources: ['type', 'version', 'published'],
};

/** Values of fields, by the field of what has them; of those that allow others as well, because no reader knows others. */
const values: readonly (readonly [holder: string, field: string, allowed: readonly string[]])[] = [
  ['target', 'type', ['statement-id', 'objective-id']],
  ['status', 'state', ['satisfied', 'not-satisfied', 'under-development', 'operational', 'disposition', 'other']],
  ['status', 'reason', ['pass', 'fail', 'other']],
  ['implementation-status', 'state', ['implemented', 'partial', 'planned', 'alternative', 'not-applicable']],
  ['actors', 'type', ['tool', 'assessment-platform', 'party']],
  ['subjects', 'type', ['component', 'inventory-item', 'location', 'party', 'user', 'resource']],
  ['risks', 'status', ['open', 'investigating', 'remediating', 'deviation-requested', 'deviation-approved', 'closed']],
  ['remediations', 'lifecycle', ['recommendation', 'planned', 'completed']],
  ['components', 'type', ['software', 'hardware', 'service', 'process-procedure', 'this-system', 'system', 'validation']],
  ['links', 'rel', ['reference', 'related', 'required', 'incorporated-into', 'moved-to']],
];

const lists: readonly (readonly [holder: string, field: string, allowed: readonly string[]])[] = [
  ['observations', 'methods', ['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN']],
  ['observations', 'types', ['ssp-statement-issue', 'control-objective', 'mitigation', 'finding', 'historic']],
];

const responses = new Set(['avoid', 'mitigate', 'transfer', 'accept', 'share', 'contingency', 'none']);

function complaints(document: unknown): string[] {
  const found: string[] = [];
  const complain = (...words: readonly unknown[]): void => void found.push(words.map(String).join(' '));
  for (const { node, fields } of placesIn(document)) {
    const holder = fields.at(-1) ?? '';
    for (const prop of (node['props'] ?? []) as readonly Node[]) {
      if (prop['ns'] !== undefined && prop['ns'] !== oscal) continue;
      if (properties[holder]?.includes(String(prop['name'])) !== true) complain(holder, 'has a property', prop['name']);
      if (holder === 'remediations' && prop['name'] === 'type' && !responses.has(String(prop['value'])))
        complain('response', prop['value']);
    }
    for (const [of, field, allowed] of values)
      if (of === holder && field in node && !allowed.includes(String(node[field]))) complain(holder, field, node[field]);
    for (const [of, field, allowed] of lists)
      if (of === holder)
        for (const value of (node[field] ?? []) as readonly string[]) if (!allowed.includes(value)) complain(holder, field, value);
  }
  const uuids = texts(
    [...placesIn(document)].map(({ node }) => node),
    'uuid',
  );
  if (new Set(uuids).size < uuids.length) complain('a uuid stands for two things');
  const resources = all(document, 'resources');
  const local = new Set(texts(resources, 'uuid').map((uuid) => `#${uuid}`));
  for (const { node } of placesIn(document))
    if (typeof node['href'] === 'string' && node['href'].startsWith('#') && !local.has(node['href']))
      complain(node['href'], 'is no resource');
  for (const resource of resources) {
    if (!('rlinks' in resource) && !('base64' in resource)) complain('resource', resource['title'], 'has neither link nor content');
    if ('citation' in resource && !('title' in resource)) complain('a citation without a title');
  }
  return found;
}

/** Each result of a document refers to what stands in it. */
function dangling(document: unknown): string[] {
  return all(document, 'results').flatMap((result) => {
    const known = (...fields: readonly string[]): Set<string> => new Set(fields.flatMap((field) => texts(all(result, field), 'uuid')));
    const references: readonly (readonly [holder: string, field: string, known: ReadonlySet<string>])[] = [
      ['related-observations', 'observation-uuid', known('observations')],
      ['related-risks', 'risk-uuid', known('risks')],
      ['subjects', 'subject-uuid', known('inventory-items')],
      ['actors', 'actor-uuid', known('components')],
      ['uses-components', 'component-uuid', known('components')],
    ];
    return references.flatMap(([holder, field, there]) =>
      texts(all(result, holder), field).flatMap((uuid) => (there.has(uuid) ? [] : [`${holder} ${uuid}`])),
    );
  });
}

function parsed(chunks: Iterable<string>): unknown {
  return JSON.parse([...chunks].join(''));
}

const waived = { from: 'comment', reason: 'moves', owner: 'ops', until: '2027-01-31', file: 'a.yaml', line: 1 } as const;
const everySort: Report = {
  ...sampleReport,
  findings: sampleReport.findings.map((finding, index) => (index % 2 === 0 ? { ...finding, waived } : finding)),
  ledger: sampleReport.ledger.map((row, index) => (index === 0 ? { ...row, state: 'not-applicable' } : row)),
};

describe("NIST's constraints beyond the schema", () => {
  const catalog = parsed(formatOscalCatalog(sampleReport, options));
  const controls = all(catalog, 'controls');
  const partsOf = (control: Node): readonly Node[] => (control['parts'] ?? []) as readonly Node[];

  test('hold for the catalogue', () => {
    expect(complaints(catalog)).toEqual([]);
    expect(controls.length).toBeGreaterThan(200);
    const ids = texts([...all(catalog, 'groups'), ...controls, ...all(catalog, 'parts')], 'id');
    expect(new Set(ids).size).toBe(ids.length);
    const names = new Set(texts(all(catalog, 'parts'), 'name'));
    expect([...names].filter((name) => !['overview', 'statement', 'guidance', 'example', 'assessment-objective'].includes(name))).toEqual(
      [],
    );
    const without = controls.filter((control) => partsOf(control).filter(({ name }) => name === 'statement').length !== 1);
    expect(texts(without, 'id')).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['of every sort of entry', parsed(formatOscal(everySort, options))],
    ['of nothing', parsed(formatOscal({ ...sampleReport, findings: [], workloads: [] }, options))],
    ['of several clusters', parsed(formatFleetOscal(sampleFleet, options))],
  ])('hold for the results %s, and for the plan inside', (_, document) => {
    expect(complaints(document)).toEqual([]);
    expect(dangling(document)).toEqual([]);
    const objectives = new Set(
      texts(
        controls.flatMap(partsOf).filter(({ name }) => name === 'assessment-objective'),
        'id',
      ),
    );
    expect(texts(all(document, 'target'), 'target-id').filter((id) => !objectives.has(id))).toEqual([]);
    const [plan] = all(document, 'base64');
    const inside: unknown = JSON.parse(Buffer.from(String(plan!['value']), 'base64').toString());
    expect(complaints(inside)).toEqual([]);
    const { uuid } = (inside as { 'assessment-plan': Node })['assessment-plan'];
    expect(all(document, 'import-ap')).toEqual([{ href: `#${String(uuid)}` }]);
  });

  test('are seen where they are broken', () => {
    const results = JSON.stringify(parsed(formatOscal(everySort, options)));
    const broken = (from: RegExp, to: string): unknown => JSON.parse(results.replace(from, to));
    expect(complaints(broken(/"deviation-approved"/, '"accepted"'))).toEqual(['risks status accepted']);
    expect(complaints(broken(/\{"name":"version",/, '{"name":"edition",'))).toEqual(['components has a property edition']);
    expect(complaints(broken(/"value":"accept"/, '"value":"ignore"'))).toEqual(['response ignore']);
    expect(complaints(broken(/"href":"#/, '"href":"#0'))).toHaveLength(1);
    expect(dangling(broken(/"risk-uuid":"/, '"risk-uuid":"0'))).toHaveLength(1);
  });
});
