import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

const watch = `
const vm = require('node:vm');
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    console.error(this.cachedDataRejected);
  }
};`;

test('a scan loads no module of Node that it does not need', () => {
  const program = `process.on('exit', () => require('fs').writeSync(2, process.moduleLoadList.join(' ')));
    require(process.argv[1])`;
  const { stderr } = spawnSync(process.execPath, ['-e', program, inject('commandLine'), 'scan', '-', '-o', 'json'], {
    input: '{}',
    env: {},
    encoding: 'utf8',
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const builtin = new Set(stderr.match(/NativeModule (\S+)/g)?.map((name) => name.slice(13)));
  expect(builtin).toContain('fs');
  expect(['child_process', 'crypto', 'http', 'readline', 'tty', 'worker_threads'].filter((name) => builtin.has(name))).toEqual([]);
});

test('V8 takes the code that the build compiled ahead of time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-start-'));
  writeFileSync(join(folder, 'watch.cjs'), watch);
  // By the Node of the build: the code is made for no other.
  const { stderr } = spawnSync(process.execPath, ['-r', join(folder, 'watch.cjs'), inject('commandLine'), 'scan', '-'], {
    input: '{}',
    env: {},
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const rejected = stderr.match(/^(true|false|undefined)$/gm);
  expect(new Set(rejected)).toEqual(new Set(['false']));
});
