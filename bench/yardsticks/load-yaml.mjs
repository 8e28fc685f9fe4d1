// What js-yaml needs merely to load a file: `node bench/yardsticks/load-yaml.mjs FILE`. No positions, no judgement.
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

let documents = 0;
loadAll(readFileSync(process.argv[2], 'utf8'), () => documents++);
process.stdout.write(`${documents}\n`);
