import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
} from 'vscode-languageserver-protocol/node';
import { manifests100 } from './generators.ts';
import { median } from './measure.ts';

const cli = resolve('dist/cli/plimsoll.cjs');
const strokes = 60;
const saves = 12;

/** The 100 manifests in a folder of their own, which may be written to. */
async function inCopy(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-typing-'));
  cpSync(manifests100(), folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...others } = process.env;
  return others;
}

/** Seconds from a keystroke in a file of 500 lines until its findings are there, in an editor over pipes; 100 manifests stand around it. */
export function keystroke(): Promise<number> {
  return inCopy(async (folder) => {
    const objects = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8').trimEnd());
    const text = objects.join('\n---\n').split('\n').slice(0, 500).join('\n');
    const file = join(folder, 'typed.yaml');
    writeFileSync(file, text);
    const child = spawn(process.execPath, [cli, 'lsp'], { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createProtocolConnection(child.stdout, child.stdin);
    const uri = pathToFileURL(file).href;
    const shown = new Map<number, () => void>();
    connection.onNotification(PublishDiagnosticsNotification.type, (params) => shown.get(params.version ?? 0)?.());
    connection.listen();
    const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: 'bench' }];
    await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders });
    await connection.sendNotification(InitializedNotification.type, {});
    const waitFor = (version: number): Promise<void> => new Promise((done) => void shown.set(version, done));
    const opened = waitFor(1);
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    await opened;
    const line = text.split('\n').findIndex((each) => each.includes('image: '));
    const times: number[] = [];
    for (let version = 2; version < strokes + 2; version++) {
      const judged = waitFor(version);
      const begun = performance.now();
      const [start, end] = [0, version % 2].map((more) => ({ line, character: text.split('\n')[line]!.length + more }));
      const contentChanges = [{ range: { start: start!, end: end! }, text: version % 2 === 0 ? 'x' : '' }];
      await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges });
      await judged;
      times.push((performance.now() - begun) / 1000);
      await setTimeout(20);
    }
    connection.dispose();
    child.kill();
    return median(times);
  });
}

/** Seconds from a save of one of 100 manifests until `scan --watch` has written what is new. */
export function save(): Promise<number> {
  return inCopy(async (folder) => {
    const file = join(
      folder,
      readdirSync(folder).find((name) => readFileSync(join(folder, name), 'utf8').includes('securityContext:'))!,
    );
    const text = readFileSync(file, 'utf8');
    const child = spawn(process.execPath, [cli, 'scan', folder, '--watch'], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let written = (): void => undefined;
    child.stdout.on('data', () => written());
    await new Promise<void>((done) => child.stderr.on('data', (data: Buffer) => data.includes('Ctrl+C') && done()));
    const times: number[] = [];
    for (let count = 0; count < saves; count++) {
      await setTimeout(1_500);
      const told = new Promise<void>((done) => (written = done));
      const begun = performance.now();
      writeFileSync(file, count % 2 === 0 ? text.replace('securityContext:', 'securityContext:\n            privileged: true') : text);
      await told;
      times.push((performance.now() - begun) / 1000);
    }
    child.kill();
    return median(times);
  });
}
