import { apiGroup, type LocalSubject, type LocalSubjectKind, type Path, type Resource } from '../core/index.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';

/** Something from outside that a controller fetches and applies: a chart, a repository, an artifact. */
export interface RemoteSource {
  /** For messages: `chart "ingress-nginx"`, `repository`. */
  readonly what: string;
  readonly from: string;
  /** Where it comes from stands there. */
  readonly fromAt: Path;
  readonly type: 'chart' | 'repository' | 'artifact';
  /** The version of a chart, the commit, tag or branch of a repository, the digest or tag of an artifact. */
  readonly revision: { readonly kind: 'version' | 'commit' | 'tag' | 'branch' | 'digest'; readonly text: string } | undefined;
  readonly revisionAt: Path;
}

type Value = Readonly<Record<string, unknown>>;

/** Kinds with how to read them; sources: argo-cd.readthedocs.io, fluxcd.io/flux/components, docs.k3s.io as of 2026. */
const readers: Readonly<Record<string, (spec: Value) => readonly RemoteSource[]>> = {
  'Application.argoproj.io': (spec) => ofArgo(spec, ['spec']),
  'ApplicationSet.argoproj.io': (spec) => ofArgo(recordOf(recordOf(spec['template'])['spec']), ['spec', 'template', 'spec']),
  'HelmRelease.helm.toolkit.fluxcd.io': (spec) => {
    const chart = recordOf(recordOf(spec['chart'])['spec']);
    const name = textOf(chart['chart']);
    // A chart in a repository of git has the revision of that.
    if (name === undefined || recordOf(chart['sourceRef'])['kind'] !== 'HelmRepository') return [];
    return [chartSource(name, '', ['spec', 'chart', 'spec', 'chart'], chart['version'], ['spec', 'chart', 'spec', 'version'])];
  },
  'HelmRepository.source.toolkit.fluxcd.io': (spec) => plainAddress(spec['url'], 'chart'),
  'HelmChart.helm.cattle.io': (spec) => {
    const name = textOf(spec['chart']);
    return name === undefined
      ? []
      : [chartSource(name, textOf(spec['repo']) ?? '', ['spec', 'repo'], spec['version'], ['spec', 'version'])];
  },
  'GitRepository.source.toolkit.fluxcd.io': (spec) => {
    const { commit, name, tag, semver, branch } = recordOf(spec['ref']);
    // In the order in which Flux takes them.
    const revisions = [
      ['commit', commit],
      [textOf(name)?.startsWith('refs/tags/') === true ? 'tag' : 'branch', name],
      ['branch', semver],
      ['tag', tag],
      ['branch', branch],
    ] as const;
    return ofFlux(spec, 'repository', revisions);
  },
  'OCIRepository.source.toolkit.fluxcd.io': (spec) => {
    const { digest, semver, tag } = recordOf(spec['ref']);
    const revisions = [
      ['digest', digest],
      ['branch', semver],
      ['tag', tag],
    ] as const;
    return ofFlux(spec, 'artifact', revisions);
  },
};

export const remoteSources: LocalSubjectKind<RemoteSource> = {
  scope: 'local',
  name: 'source that is fetched',
  reads: { podTemplates: false, kinds: Object.keys(readers) },
  example: 'objects',
  *subjects({ ref, object }: Resource): Generator<LocalSubject<RemoteSource>> {
    const kind = `${ref.kind}.${apiGroup(ref.apiVersion)}`;
    if (!Object.hasOwn(readers, kind)) return;
    for (const subject of readers[kind]?.(recordOf(object['spec'])) ?? []) yield { subject, path: [] };
  },
};

function ofArgo(spec: Value, path: Path): RemoteSource[] {
  const several = listOf(spec['sources']).map((source, index) => [recordOf(source), [...path, 'sources', index]] as const);
  const all = several.length > 0 ? several : [[recordOf(spec['source']), [...path, 'source']] as const];
  return all.flatMap(([source, at]): RemoteSource[] => {
    const [address, chart, revision] = [textOf(source['repoURL']), textOf(source['chart']), textOf(source['targetRevision'])];
    if (address === undefined) return [];
    const [fromAt, revisionAt] = [
      [...at, 'repoURL'],
      [...at, 'targetRevision'],
    ];
    if (chart !== undefined) return [chartSource(chart, address, fromAt, revision, revisionAt)];
    return [{ what: 'repository', from: address, fromAt, type: 'repository', revision: gitRevision(revision), revisionAt }];
  });
}

function gitRevision(text: string | undefined): RemoteSource['revision'] {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)) return { kind: 'commit', text };
  return { kind: /^(?:refs\/tags\/|v?\d+\.\d+)/.test(text) && isExact(text.replace('refs/tags/', '')) ? 'tag' : 'branch', text };
}

function chartSource(name: string, from: string, fromAt: Path, version: unknown, revisionAt: Path): RemoteSource {
  const text = textOf(version);
  const revision = text === undefined ? undefined : ({ kind: 'version', text } as const);
  return { what: `chart "${name.slice(0, 40)}"`, from, fromAt, type: 'chart', revision, revisionAt };
}

function ofFlux(
  spec: Value,
  type: 'repository' | 'artifact',
  revisions: readonly (readonly ['commit' | 'digest' | 'tag' | 'branch', unknown])[],
): RemoteSource[] {
  const from = textOf(spec['url']) ?? '';
  const found = revisions.find(([, text]) => textOf(text) !== undefined);
  const revision = found === undefined ? undefined : { kind: found[0], text: textOf(found[1]) ?? '' };
  return [{ what: type, from, fromAt: ['spec', 'url'], type, revision, revisionAt: ['spec', 'ref'] }];
}

function plainAddress(url: unknown, type: 'chart'): RemoteSource[] {
  const from = textOf(url) ?? '';
  // Which version is said where it is used: only how it is fetched is judged here.
  return [
    { what: 'repository of charts', from, fromAt: ['spec', 'url'], type, revision: { kind: 'digest', text: '' }, revisionAt: ['spec'] },
  ];
}

/** `1.2.3`, `v1.2.3-rc.1`: no range and no part left out. */
export function isExact(version: string): boolean {
  return /^v?\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,64})?$/.test(version) && !/\.[xX*]/.test(version);
}
