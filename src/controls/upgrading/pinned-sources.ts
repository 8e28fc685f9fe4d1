import { defineControl, fail, notApplicable, pass, passSoFar, strings, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { isExact, remoteSources } from '../../subjects/remote-source.ts';

export const pinnedSources: AnyControl = defineControl({
  id: 'upgrading/pinned-sources',
  decides: ['GOV-03'],
  title: 'Charts and repositories that controllers apply are fetched securely and pinned',
  why: 'A controller applies whatever it fetches, mostly with rights over the whole cluster. Who gets hold of a branch, a range of versions or a plaintext connection runs his own manifests there, without anybody reviewing them.',
  severity: 'medium',
  also: { attack: ['T1195.002'] },
  subject: remoteSources,
  params: { own: strings('Beginnings of the addresses of repositories that are the user, whose branches may be followed', []) },

  evaluate({ what, from, fromAt, revision, revisionAt, type }, { params }) {
    const address = (most: number): string => (from === '' ? '' : ` of ${short(from, most)}`);
    if (/^(?:http|git):\/\//.test(from))
      return fail(
        fromAt,
        fitted((most) => `${what}${address(most)} is fetched in plaintext: anybody on the way can change it`),
      );
    if (from !== '' && params.own.some((own) => own !== '' && from.startsWith(own))) return notApplicable('a source of the user');
    if (revision === undefined) {
      const follows = type === 'repository' ? 'follows its default branch' : 'is taken in its newest version';
      return fail(
        revisionAt,
        fitted((most) => `${what}${address(most)} ${follows}: what is applied can change at any time`),
      );
    }
    const { kind, text } = revision;
    // Whether somebody has looked at it, and whether a version or a tag was moved.
    if (kind === 'commit' || kind === 'digest') return text === '' ? pass : passSoFar(['person']);
    if (kind === 'version' && isExact(text)) return passSoFar(['person']);
    if (kind === 'tag' && type === 'repository') return passSoFar(['person']);
    const as = kind === 'version' ? 'versions' : kind === 'tag' ? 'tag' : 'branch or range';
    const severity = type === 'repository' ? 'low' : 'medium';
    return fail(
      revisionAt,
      fitted((most) => `${what}${address(most)} follows ${as} "${short(text, most)}": what is applied can change`),
      severity,
    );
  },

  remedy:
    'Name the exact version of a chart, the commit or a signed tag of a repository and the digest of an artifact, fetch them over https or ssh, and let a bot propose the next version for review.',

  examples: () => ({
    params: { own: ['https://git.example.com/platform/'] },
    pass: {
      'a chart in one version': application('{ repoURL: https://charts.example.com, chart: cache, targetRevision: 1.4.2 }'),
      'a commit': application(
        '{ repoURL: https://github.com/example/cache, path: deploy, targetRevision: 4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e }',
      ),
      'a tag by its whole name': flux(
        'source.toolkit.fluxcd.io/v1',
        'GitRepository',
        '{ url: https://github.com/example/cache, ref: { name: refs/tags/v1.4.2 } }',
      ),
      'charts over https': flux('source.toolkit.fluxcd.io/v1', 'HelmRepository', '{ url: https://charts.example.com }'),
    },
    fail: {
      'a chart in any version': application('{ repoURL: https://charts.example.com, chart: cache, targetRevision: "*" }'),
      'a branch': application('{ repoURL: https://github.com/example/cache, path: deploy, targetRevision: main }'),
      'the default branch': application('{ repoURL: https://github.com/example/cache, path: deploy }'),
      'charts in plaintext': flux('source.toolkit.fluxcd.io/v1', 'HelmRepository', '{ url: http://charts.example.com }'),
      'a release of any version': flux(
        'helm.toolkit.fluxcd.io/v2',
        'HelmRelease',
        '{ chart: { spec: { chart: cache, sourceRef: { kind: HelmRepository, name: charts } } } }',
      ),
      'a branch that Flux follows': flux(
        'source.toolkit.fluxcd.io/v1',
        'GitRepository',
        '{ url: https://github.com/example/cache, ref: { branch: main } }',
      ),
      'a branch by its whole name': flux(
        'source.toolkit.fluxcd.io/v1',
        'GitRepository',
        '{ url: https://github.com/example/cache, ref: { name: refs/heads/main, tag: v1.4.2 } }',
      ),
      'a tag of an artifact': flux(
        'source.toolkit.fluxcd.io/v1',
        'OCIRepository',
        '{ url: oci://ghcr.io/example/cache, ref: { tag: latest } }',
      ),
    },
    notApplicable: {
      'a repository of the user': application('{ repoURL: https://git.example.com/platform/apps, path: shop, targetRevision: main }'),
    },
  }),
});

function application(source: string): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: cache, namespace: shop }
spec: { project: default, destination: { namespace: shop }, source: ${source} }
`;
}

function flux(apiVersion: string, kind: string, spec: string): string {
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: cache, namespace: shop }
spec: ${spec}
`;
}
