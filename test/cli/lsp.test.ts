import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiagnosticSeverity, type PublishDiagnosticsParams } from 'vscode-languageserver-protocol/node';
import { startEditor, type Editor, type EditorOptions } from './editor.ts';

let folder: string;
let editor: Editor | undefined;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'plimsoll-lsp-'))));
afterEach(() => {
  editor?.process.kill();
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

function codes({ diagnostics }: PublishDiagnosticsParams): unknown[] {
  return diagnostics.map(({ code }) => code);
}

describe('what is typed', () => {
  test('is judged at once, in its place, and the protocol alone stands on standard output', async () => {
    const { open, change, shown, quit, stderr } = await start();
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    open(file, pod);
    const { diagnostics } = await shown(file);
    const privileged = diagnostics.find(({ data }) => (data as { control: string }).control === 'pod-security/privileged');
    expect(privileged).toMatchObject({
      source: 'plimsoll',
      severity: DiagnosticSeverity.Error,
      range: { start: { line: 10, character: 8 }, end: { line: 10, character: 24 } },
    });
    expect(privileged).not.toHaveProperty('codeDescription');
    change(file, [{ range: { start: { line: 10, character: 20 }, end: { line: 10, character: 24 } }, text: 'false' }]);
    expect(codes(await shown(file))).not.toContain(privileged?.code);
    expect(stderr()).toBe('');
    expect(await quit()).toBe(0);
  });
});
