// Run by the build: `node compile-ahead.cjs PLIMSOLL_CJS` scans the examples in this process and keeps the code that V8 made
// of the bundle meanwhile. What the examples do not need is compiled when it is needed.
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

process.argv = [process.execPath, start, 'scan', 'examples', '-o', 'json', '-o', 'text=/dev/null'];
require(start);
