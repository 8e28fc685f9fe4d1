import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  CancellationTokenSource,
  CodeActionKind,
  CodeActionRequest,
  CodeActionResolveRequest,
  DiagnosticSeverity,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  ExitNotification,
  HoverRequest,
  LSPErrorCodes,
  MarkupKind,
  ShowMessageNotification,
  ShutdownRequest,
  type ClientCapabilities,
  type CodeAction,
  type Diagnostic,
  type PublishDiagnosticsParams,
  type TextDocumentEdit,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';
import { fix } from '../../src/index.ts';
import { startEditor, startEditorOfProcess, uriOf, type Editor, type EditorOptions } from './editor.ts';

let folder: string;
let editor: Editor | undefined;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'plimsoll-lsp-'))));
afterEach(() => {
  editor?.leave();
  editor = undefined;
  rmSync(folder, { recursive: true });
});

async function start(options: EditorOptions = {}): Promise<Editor> {
  editor = await startEditor({ folders: [folder], ...options });
  return editor;
}

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: registry.example/web:1.0
      securityContext:
        privileged: true
`;

const isolated = 'network-separation/default-deny-ingress';

const deny = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;

const related: ClientCapabilities = { textDocument: { publishDiagnostics: { relatedInformation: true } } };

function controlOf({ data }: Diagnostic): string {
  return (data as { control?: string } | undefined)?.control ?? '';
}

function controlsOf({ diagnostics }: PublishDiagnosticsParams): string[] {
  return diagnostics.map(controlOf);
}

function severityOf({ diagnostics }: PublishDiagnosticsParams, control: string): unknown {
  return diagnostics.find((each) => controlOf(each) === control)?.severity;
}

function codes({ diagnostics }: PublishDiagnosticsParams): unknown[] {
  return diagnostics.map(({ code }) => code);
}

describe('what is typed', () => {
  test('is judged at once and in its place, by a process that writes nothing but the protocol and ends as that says', async () => {
    const running = await startEditorOfProcess({ folders: [folder] });
    editor = running;
    const { open, change, shown, connection } = running;
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    open(file, pod);
    const { diagnostics } = await shown(file);
    const privileged = diagnostics.find((each) => controlOf(each) === 'pod-security/privileged');
    expect(privileged).toMatchObject({
      source: 'plimsoll',
      severity: DiagnosticSeverity.Error,
      code: 'POD-06',
      range: { start: { line: 10, character: 8 }, end: { line: 10, character: 24 } },
    });
    expect(privileged).not.toHaveProperty('codeDescription');
    change(file, [{ range: { start: { line: 10, character: 20 }, end: { line: 10, character: 24 } }, text: 'false' }]);
    expect(codes(await shown(file))).not.toContain('POD-06');
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    expect([await running.ended, running.stderr()]).toEqual([0, '']);
  });

  test('ends with its input, which is a failure without a shutdown before', async () => {
    const running = await startEditorOfProcess({});
    editor = running;
    running.input.end();
    expect(await running.ended).toBe(1);
  });

  test('is judged with the folder around it, saved or not, and by the severities of an editor', async () => {
    const { open, change, close, shown } = await start({ capabilities: related });
    const [web, policy] = [join(folder, 'web.yaml'), join(folder, 'policy.yaml')];
    writeFileSync(web, pod);
    writeFileSync(policy, '');
    open(web, pod);
    open(policy, '');
    expect(controlsOf(await shown(web))).toContain(isolated);
    change(policy, [{ text: deny }]);
    await shown(web, (params) => !controlsOf(params).includes(isolated));
    close(policy);
    await shown(web, (params) => controlsOf(params).includes(isolated));
    const { diagnostics } = await shown(web);
    expect(new Set(diagnostics.map(({ severity }) => severity))).toEqual(new Set([1, 2, 3, 4]));
    const broad = diagnostics.filter(({ range }) => range.start.line !== range.end.line);
    expect(broad).toEqual([]);
  });

  test('shows other places of the same fault where the editor can', async () => {
    const { open, shown } = await start({ capabilities: related });
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    open(file, pod.replace('privileged: true', 'capabilities: { add: [NET_ADMIN, SYS_ADMIN] }'));
    const { diagnostics } = await shown(file);
    const added = diagnostics.filter((each) => controlOf(each) === 'pod-security/added-capabilities');
    expect(added).toHaveLength(2);
    expect(added[0]?.relatedInformation).toEqual([{ location: { uri: uriOf(file), range: added[1]?.range }, message: added[1]?.message }]);
  });

  test('never ends the server, however little of it is YAML', async () => {
    const { open, change, shown } = await start();
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    open(file, pod);
    for (let length = 0; length < pod.length; length += 40) change(file, [{ text: `${pod.slice(0, length)}\t{[` }]);
    change(file, [{ text: 'apiVersion: v1\nkind: [Pod\n' }]);
    const { diagnostics } = await shown(file);
    expect(diagnostics).toEqual([expect.objectContaining({ code: 'unread', severity: DiagnosticSeverity.Error })]);
    change(file, [{ text: '['.repeat(100_000) }]);
    await shown(file);
    change(file, [{ text: pod }]);
    expect(codes(await shown(file))).toContain('POD-06');
  });

  test('is left alone where it is nothing of Kubernetes', async () => {
    const { open, shown } = await start();
    for (const [name, text] of [
      ['compose.yaml', 'services: { web: { image: nginx } }\n'],
      ['package.json', '{ "name": "web" }'],
      ['notes.yaml', 'a: [b'],
    ]) {
      const file = join(folder, name!);
      writeFileSync(file, text!);
      open(file, text!);
      expect((await shown(file)).diagnostics).toEqual([]);
    }
  });

  test('is judged in a document that is nowhere yet, as a part of something', async () => {
    const { open, shown } = await start({ folders: [] });
    open('untitled:Untitled-1', pod);
    const found = await shown('untitled:Untitled-1');
    expect(controlsOf(found)).toContain('pod-security/privileged');
    expect(severityOf(found, isolated)).toBe(DiagnosticSeverity.Hint);
  });
});

describe('help', () => {
  const at = (line: number, character: number): { line: number; character: number } => ({ line, character });
  const markdown = { textDocument: { hover: { contentFormat: [MarkupKind.Markdown] } } };

  async function hover(text: string, position: { line: number; character: number }, capabilities = {}): Promise<string> {
    const { open, connection } = await start({ capabilities });
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    open(file, text);
    const answer = await connection.sendRequest(HoverRequest.type, { textDocument: { uri: uriOf(file) }, position });
    return (answer?.contents as { value: string } | undefined)?.value ?? '';
  }

  test('tells of a finding what the guide says, why, and what to do', async () => {
    const text = await hover(pod, at(10, 10), markdown);
    expect(text).toMatch(/^\*\*POD-06/);
    for (const part of ['**The guide (POD-06)**: ', '**Why**: ', '**How to fix**: ', '`plimsoll explain pod-security/privileged`'])
      expect(text).toContain(part);
  });

  test('tells of a field that is right which control judges it, without markup where the editor shows none', async () => {
    const text = await hover(pod.replace('true', 'false'), at(10, 20));
    expect(text).toMatch(/^POD-06/);
    expect(text).not.toContain('**');
  });

  test('names in a file are no markup', async () => {
    const text = await hover(pod.replace('name: web\n      image', 'name: "[x](command:y)"\n      image'), at(10, 10), markdown);
    expect(text).toContain('\\[x\\]\\(command:y\\)');
  });

  test('is silent elsewhere', async () => {
    expect(await hover(pod, at(0, 2))).toBe('');
  });
});

describe('code actions', () => {
  const unmasked = pod.replace('privileged: true', 'procMount: Unmasked');
  const all = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const able: ClientCapabilities = {
    textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } },
    workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
  };

  async function actions(text: string, capabilities: ClientCapabilities = {}, only?: string[]): Promise<CodeAction[]> {
    const { open, connection } = await start({ capabilities });
    const file = join(folder, 'web.yaml');
    // What is typed stands over what is on disk.
    writeFileSync(file, 'kind: other\n');
    open(file, text);
    const context = { diagnostics: [], ...(only === undefined ? {} : { only }) };
    return (await connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: uriOf(file) },
      range: all,
      context,
    })) as CodeAction[];
  }

  /** The text with the edits of an answer. */
  function edited(text: string, { edit }: CodeAction): string {
    const document = TextDocument.create('file:///web.yaml', 'yaml', 1, text);
    return TextDocument.applyEdits(document, edit?.changes?.[uriOf(join(folder, 'web.yaml'))] ?? []);
  }

  test('safe ones are preferred, others name their risk, and each edits as the fix does, byte by byte', async () => {
    const text = unmasked.replace('Unmasked', 'Unmasked # ?').replace('image:', '"Image" :').replaceAll('\n', '\r\n');
    const found = await actions(text, {}, [CodeActionKind.QuickFix]);
    expect(found.length).toBeGreaterThan(3);
    expect(found.map(({ title }) => title).join('\n')).toContain('Rename Image to image (UPG-09); may break: ');
    for (const { title, isPreferred } of found) expect(title.includes('; may break: ')).toBe(isPreferred !== true);
    for (const action of found.filter(({ edit }) => edit !== undefined)) {
      const control = controlOf(action.diagnostics![0]!);
      writeFileSync(join(folder, 'web.yaml'), text);
      const { files } = await fix({
        cwd: folder,
        paths: ['web.yaml'],
        review: true,
        only: [control],
        decide: (each) => each.control === control,
      });
      expect({ control, text: edited(text, action) }).toEqual({ control, text: files[0]?.after });
    }
  });

  test('all safe ones of a file at once, worked out when somebody asks', async () => {
    const found = await actions(unmasked, able);
    const whole = found.find(({ kind }) => kind === 'source.fixAll.plimsoll');
    expect(whole).not.toHaveProperty('edit');
    const { edit } = await editor!.connection.sendRequest(CodeActionResolveRequest.type, whole!);
    const [change] = edit!.documentChanges as TextDocumentEdit[];
    expect(change?.textDocument).toEqual({ uri: uriOf(join(folder, 'web.yaml')), version: 1 });
    const after = TextDocument.applyEdits(TextDocument.create('file:///web.yaml', 'yaml', 1, unmasked), change!.edits as TextEdit[]);
    writeFileSync(join(folder, 'web.yaml'), unmasked);
    expect(after).toBe((await fix({ cwd: folder })).files[0]?.after);
  });

  test('all at once for an editor that cannot ask later', async () => {
    const [whole, ...others] = await actions(unmasked, {}, ['source.fixAll']);
    expect(others).toEqual([]);
    expect(edited(unmasked, whole!)).not.toContain('procMount');
  });

  test('of a generated file there are none', async () => {
    expect(await actions(`# Code generated by a tool; do not edit\n${pod}`, {}, [CodeActionKind.QuickFix])).toEqual([]);
  });
});

describe('what an editor says besides', () => {
  test('settings of the folder hold, are read again when they change, and the editor stands over them', async () => {
    const { open, shown, connection } = await start({
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
    });
    const file = join(folder, 'web.yaml');
    writeFileSync(file, pod);
    open(file, pod);
    const images = 'pod-security/trusted-registries';
    expect(severityOf(await shown(file), images)).toBe(DiagnosticSeverity.Hint);
    const settings = join(folder, 'plimsoll.yaml');
    writeFileSync(settings, 'params: { pod-security/trusted-registries: { allowed: [other.example] } }\n');
    const changes = [{ uri: uriOf(settings), type: 1 as const }];
    void connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
    await shown(file, (params) => severityOf(params, images) === DiagnosticSeverity.Warning);
    const warned = new Promise<string>((resolve) => {
      connection.onNotification(ShowMessageNotification.type, ({ message }) => resolve(message));
    });
    writeFileSync(settings, 'parms: {}\n');
    void connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
    expect(await warned).toContain('did you mean params?');
    void connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { plimsoll: { only: ['pod-security/privileged'] } },
    });
    writeFileSync(settings, '');
    void connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
    await shown(file, (params) => new Set(controlsOf(params)).size === 1);
  });

  test('the settings file is found above the folder too, and holds with its paths, waivers and parameters', async () => {
    mkdirSync(join(folder, '.git'));
    const below = join(folder, 'deploy');
    for (const each of ['deploy', 'deploy/web', 'deploy/db']) mkdirSync(join(folder, each));
    const images = 'pod-security/trusted-registries';
    const settings = `params: { ${images}: { allowed: [other.example] } }
severities: { ${images}: low }
paths: [{ files: deploy/db/**, severities: { pod-security/privileged: medium } }]
waivers: [{ control: POD-06, path: 'deploy/web/*', reason: it must, owner: ann, until: 2099-01-31 }]
`;
    writeFileSync(join(folder, 'plimsoll.yaml'), settings);
    const [web, db] = [join(below, 'web/a.yaml'), join(below, 'db/b.yaml')];
    const privileged = 'pod-security/privileged';
    const { open, shown } = await start({
      folders: [below],
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
      initializationOptions: { params: { 'network-separation/default-deny-ingress': { system: ['else'] } } },
    });
    for (const each of [web, db]) {
      writeFileSync(each, pod);
      open(each, pod);
    }
    const waived = (await shown(web)).diagnostics.find((each) => controlOf(each) === privileged);
    expect(waived).toMatchObject({
      severity: DiagnosticSeverity.Hint,
      message: expect.stringContaining('(waived by ann until 2099-01-31: it must)'),
    });
    expect(severityOf(await shown(db), privileged)).toBe(DiagnosticSeverity.Warning);
    expect(severityOf(await shown(db), images)).toBe(DiagnosticSeverity.Information);
    writeFileSync(join(folder, 'plimsoll.yaml'), settings.replace('POD-06', 'POD-07'));
    await shown(web, (params) => severityOf(params, privileged) === DiagnosticSeverity.Error);
  });

  test('comments and annotations waive as in a scan, and what is wrong with a waiver of the file is told in its line', async () => {
    const { open, shown } = await start();
    const [web, settings] = [join(folder, 'web.yaml'), join(folder, 'plimsoll.yaml')];
    const text = pod.replace('privileged: true', 'privileged: true # plimsoll: waive POD-06 until 2099-01-31, it must (ann)');
    const faulty = 'waivers:\n  - { control: POD-06, reason: it must, until: 2099-01-31 }\n';
    for (const [file, content] of [
      [web, text],
      [settings, faulty],
    ] as const) {
      writeFileSync(file, content);
      open(file, content);
    }
    expect(severityOf(await shown(web), 'pod-security/privileged')).toBe(DiagnosticSeverity.Hint);
    expect((await shown(settings)).diagnostics).toEqual([
      expect.objectContaining({ range: expect.objectContaining({ start: { line: 1, character: 0 } }) }),
    ]);
  });

  test('a wrong setting is told with what it should be', async () => {
    const running = await start({ initializationOptions: { profil: 'baseline' } });
    const warned = new Promise<string>((resolve) => {
      running.connection.onNotification(ShowMessageNotification.type, ({ message }) => resolve(message));
    });
    writeFileSync(join(folder, 'web.yaml'), pod);
    running.open(join(folder, 'web.yaml'), pod);
    expect(await warned).toContain('did you mean profile?');
    expect(codes(await running.shown(join(folder, 'web.yaml')))).toContain('POD-06');
  });

  test('files that change on disk are read again without the help of an editor', async () => {
    const { open, shown } = await start();
    const file = join(folder, 'web.yaml');
    writeFileSync(file, pod);
    open(file, pod);
    await shown(file, (params) => controlsOf(params).includes(isolated));
    writeFileSync(join(folder, 'policy.yaml'), deny);
    expect(controlsOf(await shown(file, (params) => !controlsOf(params).includes(isolated)))).not.toContain(isolated);
  });

  test('each folder is judged for itself, and folders come and go', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    for (const each of [one, two]) mkdirSync(each);
    writeFileSync(join(one, 'policy.yaml'), deny);
    const { open, shown, connection } = await start({ folders: [one, two], capabilities: { workspace: { workspaceFolders: true } } });
    for (const each of [one, two]) {
      writeFileSync(join(each, 'web.yaml'), pod);
      open(join(each, 'web.yaml'), pod);
    }
    expect(controlsOf(await shown(join(one, 'web.yaml')))).not.toContain(isolated);
    expect(controlsOf(await shown(join(two, 'web.yaml')))).toContain(isolated);
    const removed = [{ uri: uriOf(two), name: 'two' }];
    void connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event: { added: [], removed } });
    await shown(join(two, 'web.yaml'), (params) => severityOf(params, isolated) === DiagnosticSeverity.Hint);
  });

  test('a request that is cancelled is answered as such', async () => {
    const { open, connection } = await start();
    const file = join(folder, 'web.yaml');
    open(file, pod);
    const source = new CancellationTokenSource();
    const answer = connection.sendRequest(
      HoverRequest.type,
      { textDocument: { uri: uriOf(file) }, position: { line: 10, character: 10 } },
      source.token,
    );
    source.cancel();
    await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });
});
