// Run by the build: `node compile-ahead.cjs PLIMSOLL_CJS` runs commands on the examples in this process, and keeps
// the code that V8 made of the bundle meanwhile. What the examples do not need is compiled when it is needed. Of files
// that a scan loads, that is what scans need: code that is kept and not run costs each of them time, too.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const vm = require('node:vm');

const [, , start] = process.argv;

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
const kept = new Set();
function keep() {
  for (const [file, script] of scripts) if (!kept.has(file)) writeFileSync(`${file}.compiled`, script.createCachedData());
  for (const file of scripts.keys()) kept.add(file);
}
process.on('exit', () => {
  keep();
  process.exitCode = 0;
});

// What the commands have to say of the examples is nothing to the build, and more of them follow.
process.stderr.write = () => true;
process.exit = () => undefined;

function run(...args) {
  process.argv = [process.execPath, start, ...args];
  delete require.cache[require.resolve(start)];
  require(start);
}

/** One after the other, scans first. V8 knows the same text again: what one of them compiled stays compiled. */
const commands = [
  ['scan', 'examples', '-o', 'json', '-o', 'text=/dev/null'],
  ['fix', 'examples', '--review'],
  ['reach', 'examples'],
  ['can', 'sa:shop/web', 'get', 'secrets', '-n', 'shop', 'examples'],
  ['grants', '--dangerous', 'examples'],
  ['paths', 'examples'],
  ['generate', 'network-policies', 'examples'],
];

/** A cluster with two pods, for the code that asks one: reading the libraries of its client takes a tenth of a second each time. */
const pod = (name) => ({
  metadata: { name, namespace: 'shop', uid: name },
  spec: { containers: [{ name, image: 'registry.example.com/web:1' }] },
});
const answers = {
  '/version': { major: '1', minor: '36', gitVersion: 'v1.36.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list', 'watch'] }],
  },
  '/api/v1/pods': { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [pod('web'), pod('api')] },
};
const server = createServer(({ url }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(answers[url.split('?', 1)[0]] ?? { kind: 'APIGroupList', apiVersion: 'v1', groups: [] })}\n`);
});
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-build-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
server.listen(0, '127.0.0.1', () => {
  server.unref();
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { server: `http://127.0.0.1:${server.address().port}` };
  const config = { clusters: [{ name: 'shop', cluster }], contexts: [{ name: 'shop', context: { cluster: 'shop', user: 'shop' } }] };
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: 'shop', user: {} }], 'current-context': 'shop' }));
  commands.unshift(['scan', '--cluster', '--kubeconfig', kubeconfig, '-o', 'json']);
});
/** A command that waits for nothing leaves an idle loop, and `beforeExit` would not come again without something in it. */
const next = () => {
  const command = commands.shift();
  if (command === undefined) return;
  if (command[0] !== 'scan' && kept.size === 0) keep();
  setImmediate(run, ...command);
};
process.on('beforeExit', next);
