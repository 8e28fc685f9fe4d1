// The API server of the benchmark: `node bench/api-server.mjs FOLDER KUBECONFIG` serves the pages of a folder (cluster.ts) as they
// are, so that it takes little of the processors, writes a kubeconfig that leads to it, and says when it is ready.
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [, , folder, kubeconfig] = process.argv;
const kinds = JSON.parse(readFileSync(join(folder, 'kinds.json'), 'utf8'));

const discovery = (core) => {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => (group === '') === core);
  const items = groups.map((group) => ({
    metadata: { name: group },
    versions: [
      {
        version: 'v1',
        freshness: 'Current',
        resources: kinds
          .filter((kind) => kind.group === group)
          .map(({ kind, plural, cluster }) => ({
            resource: plural,
            responseKind: { group, version: 'v1', kind },
            scope: cluster ? 'Cluster' : 'Namespaced',
            verbs: ['get', 'list', 'watch'],
          })),
      },
    ],
  }));
  return JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items });
};

const known = { '/version': JSON.stringify({ gitVersion: 'v1.37.1' }), '/api': discovery(true), '/apis': discovery(false) };

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://server');
  response.setHeader('content-type', 'application/json');
  const plural = pathname.slice(pathname.lastIndexOf('/') + 1);
  const page = Number(searchParams.get('continue') ?? 0);
  try {
    const body = known[pathname] ?? (await readFile(join(folder, `${plural}-${page}.json`)));
    // There are no Secrets, and who asks for their metadata alone gets an empty list of that.
    response.end(plural === 'secrets' ? body.toString().replace('"SecretList"', '"PartialObjectMetadataList"') : body);
  } catch {
    response.statusCode = 404;
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'not found', code: 404 }));
  }
});

server.listen(0, '127.0.0.1', () => {
  const cluster = { server: `http://127.0.0.1:${server.address().port}`, 'insecure-skip-tls-verify': true };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster }],
    users: [{ name: 'bench', user: { token: 'bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  process.stdout.write('ready\n');
});
