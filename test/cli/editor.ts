import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  type ClientCapabilities,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';
import { node } from './run.ts';

/** An editor that speaks with the built command line over pipes. */
export interface Editor {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcessWithoutNullStreams;
  readonly answer: InitializeResult;
  open(path: string, text: string, languageId?: string): void;
  change(path: string, changes: readonly TextDocumentContentChangeEvent[]): number;
  close(path: string): void;
  /** What it shows of a document when `wanted` holds of it. */
  shown(path: string, wanted?: (params: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams>;
  stderr(): string;
  /** The exit code after `shutdown` and `exit`. */
  quit(): Promise<number | null>;
}

export interface EditorOptions {
  readonly folders?: readonly string[];
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
}

/** A path as documents are named; `untitled:` ones stay as they are. */
export function uriOf(path: string): string {
  return path.startsWith('untitled:') ? path : pathToFileURL(path).href;
}

export async function startEditor({ folders = [], capabilities = {}, initializationOptions }: EditorOptions): Promise<Editor> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(node, [inject('commandLine'), 'lsp'], { env: { PATH, HOME } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const connection = createProtocolConnection(child.stdout, child.stdin);
  const published = new Map<string, PublishDiagnosticsParams>();
  let told = (): void => undefined;
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    published.set(params.uri, params);
    told();
  });
  connection.listen();
  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities,
    initializationOptions,
    workspaceFolders: folders.map((folder) => ({ uri: uriOf(folder), name: folder })),
  });
  await connection.sendNotification(InitializedNotification.type, {});
  const versions = new Map<string, number>();
  return {
    connection,
    process: child,
    answer,
    open(path, text, languageId = 'yaml') {
      versions.set(path, 1);
      const textDocument = { uri: uriOf(path), languageId, version: 1, text };
      void connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    },
    change(path, contentChanges) {
      const version = (versions.get(path) ?? 0) + 1;
      versions.set(path, version);
      const textDocument = { uri: uriOf(path), version };
      void connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument, contentChanges: [...contentChanges] });
      return version;
    },
    close(path) {
      void connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri: uriOf(path) } });
    },
    async shown(path, wanted = () => true) {
      const uri = uriOf(path);
      const version = versions.get(path);
      const shown = new Promise<PublishDiagnosticsParams>((resolve) => {
        told = () => {
          const params = published.get(uri);
          if (params !== undefined && params.version === version && wanted(params)) resolve(params);
        };
        told();
      });
      const late = setTimeout(15_000, undefined, { ref: false }).then(() => {
        throw new Error(`it does not show what is wanted, but ${JSON.stringify(published.get(uri), undefined, 1)}\n${stderr}`);
      });
      return Promise.race([shown, late]);
    },
    stderr: () => stderr,
    async quit() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      return ended;
    },
  };
}
