// Run by the build: `node compile-ahead.cjs PLIMSOLL_CJS` scans the examples in this process and keeps the code that V8 made
// of the bundle meanwhile. What the examples do not need is compiled when it is needed.
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');

const [, , start] = process.argv;

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    process.on('exit', () => writeFileSync(`${options.filename}.compiled`, this.createCachedData()));
  }
};
process.on('exit', () => (process.exitCode = 0));
// One for each file of the bundle.
process.setMaxListeners(100);

process.argv = [process.execPath, start, 'scan', 'examples', '-o', 'json', '-o', 'text=/dev/null'];
require(start);
