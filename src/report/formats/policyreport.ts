import { groupBy, type Finding, type Report, type Unread } from '../../core/index.ts';
import { stringified } from '../json.ts';
import type { FormatOptions } from './index.ts';
import { plainText } from './plain-text.ts';
import { isWaived } from './sorted-findings.ts';

// etcd takes objects of 1.5 MiB; but what kubectl applies it also writes into an annotation, of which all together may have
// 256 KiB (k8s.io/apimachinery, TotalAnnotationSizeLimitB).
const largestObject = 200 * 1024;
const longestMessage = 1024;

type Outcome = 'pass' | 'fail' | 'warn' | 'error' | 'skip';

interface Result {
  readonly result: Outcome;
  readonly text: string;
}

/**
 * The report as PolicyReport objects (wgpolicyk8s.io/v1alpha2) in one List that kubectl applies: one for each namespace, and
 * a ClusterPolicyReport for what is in none and for input that could not be read. What is waived is `skip`, what is not known
 * `warn`, unread input `error`. A report that would be too large goes on in a second one.
 */
export function* formatPolicyreport(report: Report, { controls }: FormatOptions): Generator<string, void> {
  const titles = new Map(controls.map(({ id, title }) => [id, title]));
  const resultOf = (finding: Finding): Result => findingResult(finding, titles.get(finding.control));
  const byNamespace = groupBy(report.findings, ({ resource }) => namespaceOf(resource.namespace));
  const namespaces = [...byNamespace.keys()].filter((name) => name !== undefined).sort();
  yield '{\n  "apiVersion": "v1",\n  "kind": "List",\n  "items": [';
  let separator = '\n';
  const write = function* (namespace: string | undefined, results: Iterable<Result>): Generator<string, void> {
    for (const text of objects(namespace, results)) {
      yield `${separator}    ${text}`;
      separator = ',\n';
    }
  };
  yield* write(undefined, [...report.inputs.unread.map(unreadResult), ...(byNamespace.get(undefined) ?? []).map(resultOf)]);
  for (const namespace of namespaces) yield* write(namespace, byNamespace.get(namespace)!.map(resultOf));
  yield '\n  ]\n}\n';
}

/** A name that a namespace cannot have would make the API server refuse the list. */
function namespaceOf(namespace: string | undefined): string | undefined {
  return namespace !== undefined && namespace.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(namespace) ? namespace : undefined;
}

function* objects(namespace: string | undefined, results: Iterable<Result>): Generator<string, void> {
  let number = 0;
  let part: Result[] = [];
  let size = 0;
  for (const result of results) {
    const bytes = Buffer.byteLength(result.text) + 1;
    if (size + bytes > largestObject && part.length > 0) {
      yield object(namespace, ++number, part);
      part = [];
      size = 0;
    }
    part.push(result);
    size += bytes;
  }
  // The one of the cluster is always there, so that the list is never empty and an earlier one is overwritten.
  if (part.length > 0 || (namespace === undefined && number === 0)) yield object(namespace, ++number, part);
}

function object(namespace: string | undefined, number: number, results: readonly Result[]): string {
  const summary: Record<Outcome, number> = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) summary[result]++;
  const metadata = {
    name: number === 1 ? 'plimsoll' : `plimsoll-${number}`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'app.kubernetes.io/managed-by': 'plimsoll' },
  };
  const kind = namespace === undefined ? 'ClusterPolicyReport' : 'PolicyReport';
  const head = stringified({ apiVersion: 'wgpolicyk8s.io/v1alpha2', kind, metadata, summary }).slice(0, -1);
  return `${head},"results":[${results.map(({ text }) => text).join(',')}]}`;
}

function findingResult(finding: Finding, title: string | undefined): Result {
  const { control, codes, severity, verdict, resource, message, container, path, file, line, fingerprint } = finding;
  const { apiVersion, kind, namespace, name } = resource;
  const result = outcomeOf(finding);
  const properties = {
    ...(codes.length === 0 ? {} : { codes: codes.join(' ') }),
    ...(container === undefined ? {} : { container: bounded(container) }),
    ...(path === '' ? {} : { path: bounded(path) }),
    place: bounded(`${file}:${line}`),
    fingerprint: bounded(fingerprint),
    ...(isWaived(finding)
      ? {
          waivedUntil: bounded(finding.waived.until),
          waivedBy: bounded(finding.waived.owner),
          waivedBecause: bounded(finding.waived.reason),
        }
      : {}),
  };
  const record = {
    source: 'plimsoll',
    policy: control,
    ...(title === undefined ? {} : { rule: title }),
    category: 'NSA/CISA Kubernetes Hardening Guidance',
    result,
    severity,
    scored: verdict === 'pass' || result === 'fail',
    message: bounded(verdict === 'unknown' ? `not known from this input: ${message}` : message),
    resources: [
      {
        apiVersion: bounded(apiVersion),
        kind: bounded(kind),
        ...(namespace === undefined ? {} : { namespace: bounded(namespace) }),
        name: bounded(name),
      },
    ],
    properties,
  };
  return { result, text: stringified(record) };
}

function outcomeOf(finding: Finding): Outcome {
  if (isWaived(finding)) return 'skip';
  return ({ pass: 'pass', fail: 'fail', unknown: 'warn', 'not-applicable': 'skip' } as const)[finding.verdict];
}

function unreadResult({ file, line, reason }: Unread): Result {
  const message = bounded(`could not be read: ${reason}`);
  const properties = { place: bounded(`${file}:${line}`) };
  return {
    result: 'error',
    text: stringified({ source: 'plimsoll', policy: 'plimsoll/unread', result: 'error', scored: false, message, properties }),
  };
}

function bounded(text: string): string {
  return plainText(text, longestMessage);
}
