import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import process from 'node:process';

/** What a program printed, or why it is of no use. */
export type Printed = { readonly text: string } | { readonly refused: string };

export interface Bounds {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A chart that prints more or takes longer is no chart but an attack, or a mistake. */
const usual: Bounds = { bytes: 64 << 20, milliseconds: 60_000 };

/** As much of its complaint as a reason may quote. */
const mostComplaint = 16 << 10;

/** What programs may know of the environment: an overlay can copy any variable that it can name into a ConfigMap. */
const passedOn = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'LOCALAPPDATA', 'TMPDIR', 'TEMP', 'TMP', 'XDG_RUNTIME_DIR'];

/** Of the network nothing: proxies that nobody serves (port 9 discards), no protocol for git, no cluster, no plugins. */
const offline: Readonly<Record<string, string>> = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  ALL_PROXY: 'http://127.0.0.1:9',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  KUBECONFIG: devNull,
  HELM_NO_PLUGINS: '1',
  HELM_REPOSITORY_CONFIG: devNull,
  HELM_REGISTRY_CONFIG: devNull,
};

/**
 * The file of a program in the folders of PATH; undefined where none of them has it. Relative folders are passed over: in
 * them the repository that is scanned could put a program of its own.
 */
export function findProgram(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, file);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
      continue;
    }
  }
  return undefined;
}

/** Runs a program without a shell, and without the network, and answers with what it printed. */
export function run(program: string, args: readonly string[], { bytes, milliseconds }: Bounds = usual): Promise<Printed> {
  const env: Record<string, string> = { ...offline };
  for (const name of passedOn) if (process.env[name] !== undefined) env[name] = process.env[name];
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const printed: Buffer[] = [];
    let size = 0;
    let complaint = '';
    let stopped: string | undefined;
    const stop = (reason: string): void => {
      stopped ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`it takes longer than ${milliseconds / 1000} seconds`), milliseconds);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytes) stop(`it prints more than ${bytes >> 20} MB`);
      else printed.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < mostComplaint) complaint += text;
    });
    child.once('error', ({ message }) => (stopped ??= message));
    child.once('close', (code) => {
      clearTimeout(timer);
      if (stopped !== undefined) resolve({ refused: stopped });
      else if (code !== 0) resolve({ refused: complaintOf(complaint) });
      else resolve({ text: Buffer.concat(printed).toString('utf8') });
    });
  });
}

/** Helm and kustomize warn first, and end with what is wrong. */
function complaintOf(stderr: string): string {
  const text = stderr.replace(/\n\s*Use --debug flag[^\n]*/, '').trim();
  const at = text.search(/^Error: /m);
  return (at === -1 ? text : text.slice(at + 'Error: '.length)) || 'it says nothing of why';
}
