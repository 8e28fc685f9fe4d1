import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CodeActionKind,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  LSPErrorCodes,
  MarkupKind,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  TextDocuments,
  TextDocumentSyncKind,
  type CancellationToken,
  type ClientCapabilities,
  type CodeAction,
  type Connection,
  type Position,
  type Range,
  type WorkspaceFolder,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { AnyControl } from '../core/index.ts';
import { version } from '../core/version.ts';
import type { ScanOptions } from '../library/scan.ts';
import { printable } from '../report/printable.ts';
import { watchPaths } from '../sources/manifests/watch-paths.ts';
import { diagnosticsOf, shownFindings, type Shown } from './diagnostics.ts';
import { controlsAt } from './fields.ts';
import { allSafeFixes, fixAllKind, proposalOf, quickFixes, type Abilities } from './fixes.ts';
import { isBelow, lonePlace, openFolder, type Folder, type FolderOptions, type Judged } from './folder.ts';
import { hoverText, type Topic } from './hover.ts';
import { editorSettings, mergedParams } from './settings.ts';

export interface ServerOptions {
  readonly controls: readonly AnyControl[];
  /** What the settings file that holds for a folder says, and where that may stand. Throws OptionError where it is wrong. */
  readonly settingsOf: (folder: string) => Promise<ScanOptions>;
  readonly settingsPlaces: (folder: string) => readonly string[];
  readonly settingsFile: string;
}

/** A folder of the editor, or a file that stands in none. */
interface Place {
  readonly folder: Folder;
  /** The documents of the editor that are shown by it, by file. */
  readonly documents: Map<string, TextDocument>;
  readonly isLone: boolean;
  readonly stopWatching: () => void;
}

/** More would fill the screen. */
const mostTopics = 6;

/**
 * Speaks the Language Server Protocol over a connection. Judges what is open with all that stands around it, until what it answers
 * with is called.
 */
export function serve(connection: Connection, { controls, settingsOf, settingsPlaces, settingsFile }: ServerOptions): () => void {
  const documents = new TextDocuments(TextDocument);
  /** By the path of the folder, or the URI of a lone document. */
  const places = new Map<string, Place>();
  /** By the URI of the document. */
  const placeOf = new Map<string, { readonly place: Place; readonly file: string }>();
  const told = new Set<string>();
  let client: ClientCapabilities = {};
  let given: unknown;
  let canWatch = false;

  function tell(lines: readonly string[]): void {
    const text = printable(lines.join('; '));
    if (told.has(text)) return;
    told.add(text);
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message: `plimsoll: ${text}` });
  }

  function newPlace(root: string, paths: readonly string[], isLone: boolean): Place {
    const settings = async (): Promise<ScanOptions> => {
      const [ofFile, ofEditor] = [await settingsOf(root), editorSettings(given)];
      return { ...(isLone ? { partial: true } : {}), ...ofFile, ...ofEditor, params: mergedParams(ofFile.params, ofEditor.params) };
    };
    const options: FolderOptions = { root, paths, controls, settings, judged: (judged) => show(place, judged), failed: tell };
    const folder = openFolder(options);
    const changed = (): void => folder.changed('settings');
    // What stands above a folder an editor tells nothing of.
    const watched = [...settingsPlaces(root), ...(canWatch || isLone ? [] : paths)];
    const stopWatching = watchPaths(watched, root, { changed, lost: () => undefined });
    const place: Place = { folder, documents: new Map(), isLone, stopWatching };
    return place;
  }

  function close(key: string, { folder, stopWatching }: Place): void {
    places.delete(key);
    stopWatching();
    folder.close();
  }

  function shown({ folder }: Place, judged: Judged, file: string, document: TextDocument): Shown {
    const hasRelated = client.textDocument?.publishDiagnostics?.relatedInformation === true;
    return { judged, file, document, root: folder.root, hasRelated };
  }

  function show(place: Place, judged: Judged): void {
    for (const [file, document] of place.documents) {
      // What is judged by an older text would stand in the wrong lines; the next judgement is on its way.
      if (judged.versions.get(file) !== document.version) continue;
      const diagnostics = diagnosticsOf(shown(place, judged, file, document));
      void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
    }
  }

  /** The nearest folder around a document; its own place where there is none. */
  function assign(document: TextDocument): void {
    const path = pathOf(document.uri);
    const around = [...places.values()].filter(({ folder, isLone }) => !isLone && path !== undefined && isBelow(path, folder.root));
    let place = around.toSorted((a, b) => b.folder.root.length - a.folder.root.length)[0];
    if (place === undefined) {
      if (!isManifest(document)) return;
      const { root, paths } = path === undefined ? { root: process.cwd(), paths: [] } : lonePlace(path);
      place = newPlace(root, paths, true);
      places.set(document.uri, place);
    }
    const file = path === undefined ? document.uri : place.folder.fileOf(path);
    placeOf.set(document.uri, { place, file });
    place.documents.set(file, document);
    place.folder.setText(file, document);
  }

  function forget(uri: string): void {
    const known = placeOf.get(uri);
    if (known === undefined) return;
    const { place, file } = known;
    placeOf.delete(uri);
    place.documents.delete(file);
    if (place.isLone) close(uri, place);
    else place.folder.removeText(file);
  }

  function addFolder({ uri }: WorkspaceFolder): void {
    const root = pathOf(uri);
    if (root !== undefined && !places.has(root)) places.set(root, newPlace(root, ['.'], false));
  }

  function reassign(): void {
    for (const document of documents.all()) {
      forget(document.uri);
      assign(document);
    }
  }

  /** What is shown of a document, when all that was typed until now has been judged. */
  async function now(uri: string, cancelled: CancellationToken): Promise<Shown | undefined> {
    const known = placeOf.get(uri);
    const judged = await known?.place.folder.current();
    const document = documents.get(uri);
    if (cancelled.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (known === undefined || judged === undefined || document === undefined) return undefined;
    return judged.versions.get(known.file) === document.version ? shown(known.place, judged, known.file, document) : undefined;
  }

  function abilities(): Abilities {
    const { documentChanges, resourceOperations = [] } = client.workspace?.workspaceEdit ?? {};
    return { versions: documentChanges === true, newFiles: documentChanges === true && resourceOperations.includes('create') };
  }

  connection.onHover(async ({ textDocument, position }, cancelled) => {
    const known = await now(textDocument.uri, cancelled);
    if (known === undefined) return null;
    const found = shownFindings(known).filter(([, { range }]) => isIn(range, position));
    const topics = found.flatMap(([finding]): Topic[] => {
      const control = controls.find(({ id }) => id === finding.control);
      const proposal = proposalOf(known, finding);
      return control === undefined ? [] : [{ control, finding, ...(proposal === undefined ? {} : { proposal }) }];
    });
    const others = controlsAt(known.document.getText(), known.document.offsetAt(position), controls).filter(
      (control) => !topics.some((topic) => topic.control === control),
    );
    const all = [...topics, ...others.map((control): Topic => ({ control }))].slice(0, mostTopics);
    if (all.length === 0) return null;
    const isMarkdown = client.textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) === true;
    return {
      contents: { kind: isMarkdown ? MarkupKind.Markdown : MarkupKind.PlainText, value: hoverText(all, isMarkdown) },
      ...(found.length === 1 ? { range: found[0]![1].range } : {}),
    };
  });

  connection.onCodeAction(async ({ textDocument, range, context: { only } }, cancelled) => {
    const known = await now(textDocument.uri, cancelled);
    if (known === undefined) return null;
    const wants = (kind: string): boolean => only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
    const found = shownFindings(known).filter(([, diagnostic]) => isTouching(diagnostic.range, range));
    const actions = wants(CodeActionKind.QuickFix) ? quickFixes(known, found, abilities()) : [];
    const isSafe = (judged: Shown): boolean =>
      judged.judged
        .proposals()
        .get(judged.file)
        ?.some(({ declined, safety }) => declined === undefined && safety === 'safe') === true;
    if (wants(fixAllKind) && isSafe(known)) {
      const all: CodeAction = { title: 'Fix all that is safe to fix (plimsoll)', kind: fixAllKind, data: textDocument.uri };
      // The edit is much work, and most of the time nobody wants it: only an editor that cannot ask for it gets it at once.
      const canAsk = client.textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true;
      const whole = canAsk ? all : await resolved(all, cancelled);
      if (canAsk || whole.edit !== undefined) actions.push(whole);
    }
    return actions;
  });

  async function resolved(action: CodeAction, cancelled: CancellationToken): Promise<CodeAction> {
    const uri: unknown = action.data;
    const known = typeof uri === 'string' ? await now(uri, cancelled) : undefined;
    const edit = known === undefined ? undefined : await allSafeFixes(known, controls, abilities());
    return edit === undefined ? action : { ...action, edit };
  }

  connection.onCodeActionResolve(resolved);

  connection.onInitialize(({ capabilities, workspaceFolders, rootUri, initializationOptions }) => {
    client = capabilities;
    given = initializationOptions as unknown;
    canWatch = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    const folders = workspaceFolders ?? (typeof rootUri === 'string' ? [{ uri: rootUri, name: '' }] : []);
    for (const folder of folders) addFolder(folder);
    return {
      serverInfo: { name: 'plimsoll', version },
      capabilities: {
        positionEncoding: 'utf-16',
        hoverProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind], resolveProvider: true },
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(async () => {
    if (canWatch) {
      const watchers = ['**/*.{yaml,yml,json}', '**/{.gitignore,.plimsollignore}'].map((globPattern) => ({ globPattern }));
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (client.workspace?.didChangeConfiguration?.dynamicRegistration === true)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'plimsoll' });
    if (client.workspace?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) {
          const root = pathOf(uri);
          const place = root === undefined ? undefined : places.get(root);
          if (root !== undefined && place !== undefined) close(root, place);
        }
        for (const folder of added) addFolder(folder);
        reassign();
      });
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    const section: unknown = (settings as { readonly plimsoll?: unknown } | null)?.plimsoll;
    if (section !== undefined) given = section;
    for (const { folder } of places.values()) folder.changed('settings');
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const isSettings = changes.some(({ uri }) => basename(uri) === settingsFile);
    for (const { folder } of places.values()) folder.changed(isSettings ? 'settings' : 'disk');
  });

  documents.onDidOpen(({ document }) => assign(document));
  documents.onDidChangeContent(({ document }) => {
    const known = placeOf.get(document.uri);
    known?.place.folder.setText(known.file, document);
  });
  documents.onDidClose(({ document: { uri } }) => {
    forget(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  documents.listen(connection);
  connection.listen();

  const closeAll = (): void => {
    for (const [key, place] of places) close(key, place);
  };
  connection.onShutdown(closeAll);
  return closeAll;
}

function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    // An address of another machine, or none at all.
    return undefined;
  }
}

/** Whether a document that stands alone may hold manifests. */
function isManifest({ uri, languageId }: TextDocument): boolean {
  return /\.(?:ya?ml|json)$/.test(uri) || languageId === 'yaml' || languageId === 'json';
}

function isIn({ start, end }: Range, { line, character }: Position): boolean {
  return line === start.line && character >= start.character && character <= end.character;
}

/** Diagnostics stand on one line each. */
function isTouching({ start, end }: Range, range: Range): boolean {
  if (start.line < range.start.line || start.line > range.end.line) return false;
  return (
    !(start.line === range.end.line && start.character > range.end.character) &&
    !(start.line === range.start.line && end.character < range.start.character)
  );
}
