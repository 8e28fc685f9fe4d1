// Run by the build: `node compile-ahead.cjs PLIMSOLL_CJS` runs commands on the examples in this process, and keeps
// the code that V8 made of the bundle meanwhile. What the examples do not need is compiled when it is needed.
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');

const [, , start] = process.argv;

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
process.on('exit', () => {
  for (const [file, script] of scripts) writeFileSync(`${file}.compiled`, script.createCachedData());
  process.exitCode = 0;
});

function run(...args) {
  process.argv = [process.execPath, start, ...args];
  delete require.cache[require.resolve(start)];
  require(start);
}

/** One after the other. V8 knows the same text again: what one of them compiled stays compiled. */
const commands = [
  ['scan', 'examples', '-o', 'json', '-o', 'text=/dev/null'],
  ['fix', 'examples', '--review'],
  ['reach', 'examples'],
  ['can', 'sa:shop/web', 'get', 'secrets', '-n', 'shop', 'examples'],
  ['grants', '--dangerous', 'examples'],
  ['paths', 'examples'],
  ['generate', 'network-policies', 'examples'],
];
const next = () => {
  const command = commands.shift();
  if (command !== undefined) run(...command);
};
process.on('beforeExit', next);
next();
