import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  type ClientCapabilities,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';
import { serverOptions } from '../../src/cli/lsp.ts';
import { serve } from '../../src/editor/server.ts';
import { node, patience } from './run.ts';

/** An editor that speaks with a server. */
export interface Editor {
  readonly connection: ProtocolConnection;
  readonly answer: InitializeResult;
  open(path: string, text: string, languageId?: string): void;
  change(path: string, changes: readonly TextDocumentContentChangeEvent[]): number;
  close(path: string): void;
  /** What it shows of a document when `wanted` holds of it. */
  shown(path: string, wanted?: (params: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams>;
  /** Lets go of the server. */
  leave(): void;
}

/** An editor that speaks with the built command line over pipes. */
export interface EditorOfProcess extends Editor {
  stderr(): string;
  /** The exit code after `exit`, or when its input has ended. */
  readonly ended: Promise<number | null>;
  readonly input: NodeJS.WritableStream;
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

/** With a server in this process: starting one costs as much as all that a test asks of it. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
  const stop = serve(connection, serverOptions);
  const editor = await connected(createProtocolConnection(back, there), null, options);
  return {
    ...editor,
    leave() {
      stop();
      editor.leave();
      connection.dispose();
    },
  };
}

export async function startEditorOfProcess(options: EditorOptions): Promise<EditorOfProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(node, [inject('commandLine'), 'lsp', '--stdio'], { env: { PATH, HOME } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const editor = await connected(createProtocolConnection(child.stdout, child.stdin), process.pid, options);
  return { ...editor, stderr: () => stderr, ended, input: child.stdin, leave: () => void child.kill() };
}

async function connected(
  connection: ProtocolConnection,
  processId: number | null,
  { folders = [], capabilities = {}, initializationOptions }: EditorOptions,
): Promise<Editor> {
  const published = new Map<string, PublishDiagnosticsParams>();
  let told = (): void => undefined;
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    published.set(params.uri, params);
    told();
  });
  connection.listen();
  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId,
    rootUri: null,
    capabilities,
    initializationOptions,
    workspaceFolders: folders.map((folder) => ({ uri: uriOf(folder), name: folder })),
  });
  await connection.sendNotification(InitializedNotification.type, {});
  const versions = new Map<string, number>();
  return {
    connection,
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
      const late = setTimeout(patience, undefined, { ref: false }).then(() => {
        throw new Error(`it does not show what is wanted, but ${JSON.stringify(published.get(uri), undefined, 1)}`);
      });
      return Promise.race([shown, late]);
    },
    leave: () => connection.dispose(),
  };
}
