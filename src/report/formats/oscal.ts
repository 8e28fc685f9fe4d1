import type { AnyControl, Finding, FleetReport, LedgerRow, Report, ResourceRef, Severity, Waiver } from '../../core/index.ts';
import { stringified } from '../json.ts';
import {
  catalogUuid,
  line,
  listOf,
  metadata,
  objectiveId,
  ourNamespace,
  properties,
  prose,
  uuidOf,
  type Property,
} from '../oscal/oscal-parts.ts';
import { resourceName, tally } from '../page.ts';
import type { FormatOptions } from './index.ts';

/**
 * The report as OSCAL 1.1.2 Assessment Results. Each finding is an observation; each recommendation is a finding on its
 * objective in the catalogue (oscal-catalog.ts), satisfied only where it passes or concerns nothing; each control that fails
 * is an open risk, and each waiver of it a risk that somebody accepts until a day. Identifiers come from content alone.
 */
export function* formatOscal(report: Report, { controls, time }: FormatOptions): Generator<string, void> {
  const run = startRun(report, controls, time);
  const about = { identity: run.identity, target: targetName(report), version: report.tool.version, time };
  yield* assessment(about, [resultRecord(report, run)]);
}

/**
 * Those of several clusters as one document with a result for each. The same object of two clusters is two, so that every
 * identifier is of one cluster.
 */
export function* formatFleetOscal({ tool, clusters }: FleetReport, { controls, time }: FormatOptions): Generator<string, void> {
  const results: Iterable<string>[] = [];
  const identities: string[] = [];
  for (const cluster of clusters) {
    const { name } = cluster;
    if ('report' in cluster) {
      const run = startRun(cluster.report, controls, time, [name]);
      identities.push(run.identity);
      results.push(resultRecord(cluster.report, run));
    } else {
      const failure = cluster.failure.map(line).join('; ');
      identities.push(failure);
      results.push(unjudgedResult(name, failure, tool.version, time));
    }
  }
  const identity = uuidOf('fleet', time, tool.version, ...clusters.map(({ name }) => name), ...identities);
  const target = `clusters ${clusters.map(({ name }) => prose(name, 'without a name')).join(', ')}`;
  yield* assessment({ identity, target, version: tool.version, time }, results);
}

/** What a document says of itself. */
interface About {
  readonly identity: string;
  /** In words. */
  readonly target: string;
  readonly version: string;
  readonly time: string;
}

function* assessment({ identity, target, version, time }: About, results: readonly Iterable<string>[]): Generator<string, void> {
  const plan = uuidOf('plan', identity);
  yield `{"assessment-results":{"uuid":"${identity}",${fields({
    metadata: metadata(`Hardening of ${target}`, version, time),
    'import-ap': { href: `#${plan}` },
  })},\n"results":[`;
  for (const [index, result] of results.entries()) {
    if (index > 0) yield ',\n';
    yield* result;
  }
  yield '],\n';
  const resources = [planResource({ identity: plan, target, version, time }), catalogResource(version)];
  yield `"back-matter":${stringified({ resources })}}}\n`;
}

function* resultRecord(report: Report, run: Run): Generator<string, void> {
  yield `{${fields(resultHead(report, run))}`;
  yield `,"local-definitions":{${fields(assets(report, run))}`;
  yield* records('inventory-items', inventory(report, run), (item) => [stringified(item)]);
  yield '}';
  yield* records('observations', report.findings, (finding, index) => [stringified(observation(finding, index, run))]);
  yield* records('risks', run.risks, (risk) => riskRecord(risk, run));
  yield* records('findings', report.ledger, (row) => findingRecord(row, run));
  const [read, ...log] = logOf(report, run);
  yield `,\n"assessment-log":{"entries":[${stringified(read!)}`;
  for (const entry of log) yield `,\n${stringified(entry)}`;
  yield ']}}';
}

/** Of a cluster that could not be asked nothing is satisfied: there is no finding, and the log says why. */
function* unjudgedResult(name: string, failure: string, version: string, time: string): Generator<string, void> {
  const uuid = uuidOf('unjudged', name, failure, time);
  yield stringified({
    uuid,
    title: `Scan of cluster ${prose(name, 'without a name')}`,
    description: 'The cluster could not be judged.',
    start: time,
    end: time,
    'reviewed-controls': reviewed(version),
    'assessment-log': {
      entries: [
        {
          uuid: uuidOf('log', uuid),
          title: 'Could not be read',
          description: prose(failure, 'No reason is given.'),
          start: time,
          end: time,
        },
      ],
    },
  });
}

/** What of a control fails under one waiver, or without any. */
interface Risk {
  readonly uuid: string;
  readonly control: string;
  readonly waiver?: Waiver;
  readonly codes: Set<string>;
  readonly severities: Set<Severity>;
  readonly observations: string[];
}

interface Run {
  readonly identity: string;
  /** An identifier made of these parts; where a document holds several clusters, the same parts of two of them give two. */
  readonly uuidOf: (...parts: readonly string[]) => string;
  readonly time: string;
  readonly controls: ReadonlyMap<string, AnyControl>;
  readonly tool: string;
  readonly platform: string;
  /** Of each finding, in their order. */
  readonly observations: readonly string[];
  readonly observationsByCode: ReadonlyMap<string, readonly string[]>;
  readonly risks: readonly Risk[];
}

function startRun({ findings, target, tool }: Report, known: readonly AnyControl[], time: string, scope: readonly string[] = []): Run {
  const uuid = (...parts: readonly string[]): string => uuidOf(...parts, ...scope);
  const identity = uuid(
    'results',
    time,
    tool.version,
    stringified(target),
    ...findings.map(({ fingerprint, verdict }) => `${verdict} ${fingerprint}`),
  );
  const observations: string[] = [];
  const observationsByCode = new Map<string, string[]>();
  const risks = new Map<string, Risk>();
  const seen = new Map<string, number>();
  for (const finding of findings) {
    const { fingerprint, codes, control, severity, verdict, waived } = finding;
    const before = seen.get(fingerprint) ?? 0;
    seen.set(fingerprint, before + 1);
    const own = uuid('observation', fingerprint, String(before));
    observations.push(own);
    for (const code of codes) listIn(observationsByCode, code).push(own);
    if (verdict !== 'fail') continue;
    const key = stringified([control, waived ?? null]);
    let risk = risks.get(key);
    if (risk === undefined) {
      const fresh = { uuid: uuid('risk', key), control, codes: new Set<string>(), severities: new Set<Severity>(), observations: [] };
      risks.set(key, (risk = waived === undefined ? fresh : { ...fresh, waiver: waived }));
    }
    for (const code of codes) risk.codes.add(code);
    risk.severities.add(severity);
    risk.observations.push(own);
  }
  return {
    identity,
    uuidOf: uuid,
    time,
    controls: new Map(known.map((control) => [control.id, control])),
    tool: uuid('tool', tool.version),
    platform: uuid('platform', tool.version),
    observations,
    observationsByCode,
    risks: [...risks.values()],
  };
}

function listIn(lists: Map<string, string[]>, key: string): string[] {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const made: string[] = [];
  lists.set(key, made);
  return made;
}

/** An object's fields without its braces. */
function fields(value: object): string {
  return stringified(value).slice(1, -1);
}

/** A list as a further field, an item a line; nothing where it is empty, because OSCAL allows no empty list. */
function* records<T>(name: string, items: readonly T[], written: (item: T, index: number) => Iterable<string>): Generator<string, void> {
  for (const [index, item] of items.entries()) {
    yield index === 0 ? `,\n"${name}":[\n` : ',\n';
    yield* written(item, index);
  }
  if (items.length > 0) yield ']';
}

/** An object with lists that may be long as its last fields. */
function* withLists(head: object, lists: Readonly<Record<string, readonly object[]>>): Generator<string, void> {
  yield `{${fields(head)}`;
  for (const [name, items] of Object.entries(lists)) yield* records(name, items, (item) => [stringified(item)]);
  yield '}';
}

function targetName({ target, inputs }: Report): string {
  const { cluster } = target;
  return cluster === undefined
    ? `${inputs.resources} objects in ${inputs.files} files`
    : `cluster ${prose(cluster.context, 'without a name')}`;
}

function resultHead(report: Report, { identity, time }: Run): object {
  const { target } = report;
  return {
    uuid: uuidOf('result', identity),
    title: `Scan of ${targetName(report)}`,
    description: `Judged by the NSA/CISA Kubernetes Hardening Guidance for Kubernetes ${target.kubernetesVersion}, profile ${target.profile}.`,
    start: time,
    end: time,
    props: properties({
      'kubernetes-version': target.kubernetesVersion,
      'kubernetes-version-assumed': String(target.assumed),
      profile: target.profile,
      partial: String(target.partial),
      cluster: target.cluster?.context,
      'cluster-version': target.cluster?.version,
    }),
    'reviewed-controls': reviewed(report.tool.version),
    ...(target.assumptions.length === 0 ? {} : { remarks: `Taken for granted: ${target.assumptions.map(line).join('; ')}.` }),
  };
}

/** What judged. */
function assets({ tool: { version } }: Report, { tool, platform }: Run): object {
  return {
    'assessment-assets': {
      components: [
        {
          uuid: tool,
          type: 'software',
          title: 'Plimsoll',
          description: 'Judges Kubernetes objects by the NSA/CISA Kubernetes Hardening Guidance.',
          props: [{ name: 'version', value: prose(version, 'unknown') }],
          status: { state: 'operational' },
        },
      ],
      'assessment-platforms': [{ uuid: platform, title: 'Plimsoll', 'uses-components': [{ 'component-uuid': tool }] }],
    },
  };
}

function reviewed(version: string): object {
  return {
    description: 'Every recommendation of the catalogue; those that could not be decided are not satisfied.',
    links: [{ href: `#${catalogUuid(version)}`, rel: 'reference' }],
    'control-selections': [{ 'include-all': {} }],
    'control-objective-selections': [{ 'include-all': {} }],
  };
}

function objectUuid({ apiVersion, kind, namespace = '', name }: ResourceRef, file: string, run: Run): string {
  return run.uuidOf('object', apiVersion, kind, namespace, name, file);
}

/** Each object that was found wanting, and each workload. */
function inventory({ findings, workloads }: Report, run: Run): object[] {
  const items = new Map<string, object>();
  const put = (resource: ResourceRef, file: string, more: readonly Property[] = []): void => {
    const uuid = objectUuid(resource, file, run);
    if (items.has(uuid)) return;
    const { apiVersion, kind, namespace, name } = resource;
    const props = [...properties({ 'api-version': apiVersion, kind, namespace, name, file }), ...more];
    items.set(uuid, { uuid, description: resourceName(resource), ...listOf('props', props) });
  };
  for (const { resource, file, podSecurityLevel } of workloads) put(resource, file, properties({ 'pod-security-level': podSecurityLevel }));
  for (const { resource, file } of findings) put(resource, file);
  return [...items.values()];
}

function originsOf({ tool }: Run): object[] {
  return [{ actors: [{ type: 'tool', 'actor-uuid': tool }] }];
}

function observation(finding: Finding, index: number, run: Run): object {
  const { control, severity, verdict, resource, container, path, file, line: lineNumber, message, fingerprint, waived } = finding;
  return {
    uuid: run.observations[index],
    title: run.controls.get(control)?.title ?? prose(control, 'A control without a name'),
    description: prose(message, 'Nothing is said.'),
    props: properties({ control, severity, verdict, container, path, fingerprint, waived: waived === undefined ? undefined : 'true' }),
    methods: ['TEST'],
    types: [verdict === 'fail' ? 'finding' : 'control-objective'],
    origins: originsOf(run),
    subjects: [{ 'subject-uuid': objectUuid(resource, file, run), type: 'inventory-item', title: resourceName(resource) }],
    'relevant-evidence': [
      { description: prose(`${file}:${lineNumber}`, 'nowhere'), ...listOf('props', properties({ file, line: String(lineNumber) })) },
    ],
    collected: run.time,
  };
}

function riskRecord({ uuid, control, waiver, severities, observations }: Risk, run: Run): Iterable<string> {
  const {
    title = prose(control, 'A control without a name'),
    why = 'A control of another version fails.',
    remedy,
    fix,
  } = run.controls.get(control) ?? {};
  const origins = originsOf(run);
  const advice = remedy ?? (fix === undefined ? undefined : `plimsoll fix --only ${control} proposes the change. Risk: ${fix.risk}`);
  const recommended =
    advice === undefined
      ? []
      : [{ uuid: uuidOf('repair', uuid), lifecycle: 'recommendation', title: 'Repair', description: advice, origins }];
  const deadline = waiver !== undefined && /^\d{4}-\d\d-\d\d$/.test(waiver.until) ? { deadline: `${waiver.until}T23:59:59Z` } : {};
  const head = {
    uuid,
    title,
    description: `${title}: not so at ${observations.length === 1 ? 'one place' : `${observations.length} places`}.`,
    statement: why,
    props: properties({ control }),
    status: waiver === undefined ? 'open' : 'deviation-approved',
    origins,
    characterizations: [
      { origin: origins[0], facets: [...severities].map((severity) => ({ name: 'severity', system: ourNamespace, value: severity })) },
    ],
    ...deadline,
    ...listOf('remediations', [...recommended, ...(waiver === undefined ? [] : [acceptance(waiver, uuid)])]),
  };
  return withLists(head, { 'related-observations': observations.map((each) => ({ 'observation-uuid': each })) });
}

/** A waiver as the response of whoever answers for it. */
function acceptance({ reason, owner, until, ticket, from, file, line: lineNumber }: Waiver, risk: string): object {
  return {
    uuid: uuidOf('acceptance', risk),
    lifecycle: 'planned',
    title: 'Accepted',
    description: prose(reason, 'No reason is given.'),
    props: [{ name: 'type', value: 'accept' }, ...properties({ owner, until, ticket, from, place: `${file}:${lineNumber}` })],
  };
}

/** OSCAL knows two states. What is unknown is not satisfied, for a reason that is neither pass nor fail. */
function statusOf({ state, needs, note }: LedgerRow): object {
  if (state === 'pass') return { state: 'satisfied', reason: 'pass' };
  if (state === 'fail') return { state: 'not-satisfied', reason: 'fail' };
  if (state === 'not-applicable')
    return { state: 'satisfied', reason: 'other', remarks: 'Not applicable: nothing that was read is concerned.' };
  const wanted = needs.length === 0 ? '' : ` It needs evidence of: ${needs.join(', ')}.`;
  return {
    state: 'not-satisfied',
    reason: 'other',
    remarks: `Unknown: what was read does not decide it.${wanted}${note === undefined ? '' : ` ${line(note)}`}`,
  };
}

function findingRecord(row: LedgerRow, run: Run): Iterable<string> {
  const { code, title, state, subjects, controls } = row;
  const { pass, fail, unknown, notApplicable } = subjects;
  const risks = run.risks.filter(({ codes }) => codes.has(code));
  const head = {
    uuid: uuidOf('finding', run.identity, code),
    title: prose(`${code} ${title}`, code),
    description: `Of the subjects that were judged ${pass} pass, ${fail} fail, ${unknown} are unknown and ${notApplicable} not concerned.`,
    props: properties({ state, ...(controls.length === 0 ? {} : { controls: controls.join(' ') }) }),
    origins: originsOf(run),
    target: {
      type: 'objective-id',
      'target-id': objectiveId(code),
      status: statusOf(row),
      ...(state === 'not-applicable' ? { 'implementation-status': { state: 'not-applicable' } } : {}),
    },
  };
  return withLists(head, {
    'related-observations': (run.observationsByCode.get(code) ?? []).map((each) => ({ 'observation-uuid': each })),
    'related-risks': risks.map(({ uuid }) => ({ 'risk-uuid': uuid })),
  });
}

/** What was read and what was not: none of it may look judged. */
function logOf({ inputs }: Report, { identity, time }: Run): object[] {
  const entry = (title: string, description: string, number: number): object => ({
    uuid: uuidOf('log', identity, title, description, String(number)),
    title,
    description,
    start: time,
    end: time,
  });
  const { files, documents, resources, unread, skipped, excepted } = inputs;
  const places = (
    each: readonly { reason: string; count?: number; file: string; line: number }[],
  ): { reason: string; count: number; where: string }[] =>
    each.map(({ reason, count = 1, file, line: lineNumber }) => ({ reason, count, where: `${file}:${lineNumber}` }));
  const tallied = (title: string, each: readonly { reason: string; count?: number; file: string; line: number }[]): object[] =>
    tally(places(each)).map(({ reason, count, example }, index) => entry(title, line(`${count}: ${reason} (first ${example})`), index));
  return [
    entry('Read', `${files} files, ${documents} documents, ${resources} objects judged.`, 0),
    ...unread.map(({ file, line: lineNumber, reason }, index) =>
      entry('Could not be read', line(`${file}:${lineNumber}: ${reason}`), index),
    ),
    ...tallied('Skipped', skipped),
    ...tallied('Excepted', excepted),
  ];
}

/** The plan that OSCAL asks for, inside the document, so that the reference to it can be followed. */
function planResource({ identity: plan, target, version, time }: About): object {
  const system = uuidOf('system', plan);
  const about = `No system security plan was handed to the tool: the system is ${target}.`;
  const document = {
    'assessment-plan': {
      uuid: plan,
      metadata: metadata(`Plan of a scan of ${target}`, version, time),
      'import-ssp': { href: `#${system}` },
      'reviewed-controls': { 'control-selections': [{ 'include-all': {} }] },
      'back-matter': {
        resources: [{ uuid: system, title: 'System', description: about, base64: embedded('system.txt', 'text/plain', about) }],
      },
    },
  };
  return {
    uuid: plan,
    title: 'Assessment plan',
    description: 'Every recommendation of the catalogue, judged by the tool.',
    base64: embedded('assessment-plan.json', 'application/json', stringified(document)),
  };
}

/** OSCAL wants of a resource that it can be fetched, or is there. */
function embedded(filename: string, mediaType: string, text: string): object {
  return { filename, 'media-type': mediaType, value: Buffer.from(text).toString('base64') };
}

function catalogResource(version: string): object {
  return {
    uuid: catalogUuid(version),
    title: 'Catalogue',
    description: 'The recommendations as controls, as --output oscal-catalog=oscal-catalog.json writes them.',
    rlinks: [{ href: 'oscal-catalog.json', 'media-type': 'application/json' }],
  };
}
