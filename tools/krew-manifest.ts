import { stringify } from 'yaml';

export interface Published {
  /** `0.1.0` */
  readonly version: string;
  readonly uri: string;
  readonly homepage: string;
  /** Of the archive, in hexadecimal. */
  readonly sha256: string;
}

/**
 * A plugin manifest of krew (v1alpha2). The plugin is JavaScript: one archive for all systems, wherever Node is; on Windows,
 * which starts no scripts by their first line, npm installs it.
 */
export function krewManifest({ version, uri, homepage, sha256 }: Published): string {
  return stringify(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'plimsoll' },
      spec: {
        version: `v${version}`,
        homepage,
        // krew takes 50 characters at most, without a full stop.
        shortDescription: 'Judge a cluster by the NSA/CISA Hardening Guide',
        description:
          'Judges a cluster, or manifests, by the NSA/CISA Kubernetes Hardening Guidance: every recommendation has a verdict,\nor the evidence that would decide it. It only reads.\n',
        caveats: 'It needs Node 20.19, 22.12 or later in the PATH.\n',
        platforms: [
          {
            selector: { matchExpressions: [{ key: 'os', operator: 'In', values: ['darwin', 'linux'] }] },
            uri,
            sha256,
            files: [
              { from: 'package/dist/cli/*', to: '.' },
              { from: 'package/LICENSE', to: '.' },
              { from: 'package/THIRD-PARTY.md', to: '.' },
            ],
            bin: 'kubectl-plimsoll.cjs',
          },
        ],
      },
    },
    { lineWidth: 0 },
  );
}
