// `node bench/first-progress.mjs COMMAND…` runs a command on a terminal (script of util-linux) and ends as soon as it shows
// progress: the time that this takes is what a person waits for a sign of life. Exit code 2 where there is none.
import { spawn } from 'node:child_process';

const [, , ...command] = process.argv;
const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
const child = spawn('script', ['-qefc', `${quoted} >/dev/null`, '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
let shown = '';
child.stdout.on('data', (data) => {
  shown += data;
  if (!shown.includes('reading')) return;
  process.kill(-child.pid, 'SIGKILL');
  process.exit(0);
});
child.on('error', () => process.exit(2));
child.on('close', () => process.exit(2));
