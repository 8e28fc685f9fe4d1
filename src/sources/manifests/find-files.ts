import { lstatSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Skipped, Unread } from '../../core/resource.ts';
import type { Overlay } from '../charts/overlay.ts';
import { ignoredBy, readIgnoreRules, type IgnoreRules, type NewIgnore } from './ignore-rules.ts';
import { reasonOf, specialFile } from './reasons.ts';

/** What the search ends with: files to read, in order, and an entry for everything else that it met. */
export type Found =
  | {
      readonly type: 'read';
      readonly path: string;
      readonly file: string;
      /** The file stands in the `templates` folder of a Helm chart. */
      readonly chartTemplate: boolean;
    }
  | { readonly type: 'stdin' }
  | FoundChart
  | FoundOverlay
  | ({ readonly type: 'skipped' } & Skipped)
  | ({ readonly type: 'unread' } & Unread);

/** Something to be rendered as a whole. */
export interface FoundChart {
  readonly type: 'chart';
  readonly path: string;
  readonly file: string;
  readonly isArchive: boolean;
  /** The user named it. */
  readonly isNamed: boolean;
  /** Real paths of the folders that its links may lead into: the one that was named, and the working directory. */
  readonly roots: readonly string[];
  /** The files that it is rendered from; read as they are where it is not rendered. */
  readonly inside: readonly Found[];
}

/** A kustomization to be built: that the user named, or that no other one builds upon. */
export interface FoundOverlay {
  readonly type: 'overlay';
  readonly path: string;
  readonly file: string;
  readonly overlay: Overlay;
  /** How reports name a file that it is built from. */
  readonly nameOf: (real: string) => string;
  readonly inside: readonly Found[];
}

const manifestName = /\.(?:ya?ml|json)$/;
const chartArchiveName: RegExp = /\.(?:tgz|tar\.gz)$/;
const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
export const neverEntered: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** The search for files while it runs. */
interface Search {
  readonly cwd: string;
  readonly found: Found[];
  /** Real paths of the files to read: a file is read once, by the first name that leads to it. */
  readonly taken: Set<string>;
  readonly chartFolders: Map<string, boolean>;
  readonly newIgnore: NewIgnore;
  readonly renders: boolean;
  /** Kustomizations that folders hold are built too, and not only those that were named. */
  readonly builds: boolean;
  /** The kustomizations that may be built, by the real paths of their folders. */
  readonly overlays: Map<string, NamedOverlay>;
}

interface NamedOverlay {
  readonly file: string;
  readonly overlay: Overlay;
  /** The user named its folder. */
  readonly isNamed: boolean;
}

/**
 * Finds the files to read, in the order of `paths` and, inside folders, in byte order of the path. Each thing met is
 * either a file to read or accounted for by an entry; a folder that is not entered counts as one. Where charts are to
 * be rendered (`renders`), each is one thing to read, and holds its files; so is a kustomization that was named, and with
 * `builds` every one that no other builds upon. Never rejects for what the file system holds.
 */
export async function findFiles(paths: readonly string[], cwd: string, renders = false, builds = false): Promise<readonly Found[]> {
  const { default: newIgnore } = await import('ignore');
  const search: Search = { cwd, found: [], taken: new Set(), chartFolders: new Map(), newIgnore, renders, builds, overlays: new Map() };
  if (renders) for (const path of paths) if (path !== '-') await findOverlays(search, path);
  let stdin = false;
  for (const path of paths) {
    if (path === '-') {
      if (!stdin) search.found.push({ type: 'stdin' });
      stdin = true;
    } else await findNamed(search, path);
  }
  return search.found;
}

/**
 * The same whatever order the paths have: where one of several must be named, or counts (two files with one object), names decide
 * and not who was read first. Standard input has no name, and comes last.
 */
export async function findInOrder(paths: readonly string[], cwd: string, renders?: boolean, builds?: boolean): Promise<readonly Found[]> {
  const found = await findFiles(paths, cwd, renders, builds);
  if (paths.length < 2) return found;
  const nameOf = (each: Found): string => (each.type === 'stdin' ? '\u{10ffff}' : each.file);
  return found.toSorted((a, b) => byteOrder(nameOf(a), nameOf(b)));
}

/** All of them first: a base is not built alone where an overlay of it is built too. */
async function findOverlays(search: Search, named: string): Promise<void> {
  const path = resolve(search.cwd, named);
  const file = reportedName(path, named, search.cwd);
  if (!search.builds) return findOverlay(search, path, file, true);
  const real = statOrNothing(path)?.isDirectory() === true ? realpathSync.native(path) : undefined;
  if (real === undefined) return;
  const met = newWalk({ named: file, path, real });
  enter(search, met, '', []);
  for (const below of met.kustomizations) await findOverlay(search, join(path, below), nameBelow(met.root, below), below === '');
}

async function findOverlay(search: Search, path: string, file: string, isNamed: boolean): Promise<void> {
  if (kustomizationNames.every((name) => statOrNothing(join(path, name))?.isFile() !== true)) return;
  const { readOverlay } = await import('../charts/overlay.ts');
  const overlay = readOverlay(path);
  if (overlay === undefined) return;
  const known = search.overlays.get(overlay.folder);
  search.overlays.set(overlay.folder, { file: known?.file ?? file, overlay, isNamed: isNamed || known?.isNamed === true });
}

async function findNamed(search: Search, named: string): Promise<void> {
  const path = resolve(search.cwd, named);
  const file = reportedName(path, named, search.cwd);
  try {
    if (named === '') throw Object.assign(new Error('empty path'), { code: 'ENOENT' });
    const stat = statSync(path);
    const real = realpathSync.native(path);
    if (stat.isDirectory()) walk(search, { named: file, path, real });
    else if (stat.isFile() && search.renders && chartArchiveName.test(path)) takeChart(search, { path, real, file, isArchive: true });
    else if (stat.isFile()) takeFile(search, path, real, file);
    else search.found.push({ type: 'unread', file, line: 1, reason: specialFile(stat) });
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && (await findGlob(search, named))) return;
    const dangling = code === 'ENOENT' && isLink(path);
    search.found.push({ type: 'unread', file, line: 1, reason: dangling ? 'a symbolic link to nothing' : reasonOf(error) });
  }
}

/** Expands a pattern as a shell would have done: what it matches is read whatever its ending. False if it is no pattern. */
async function findGlob(search: Search, named: string): Promise<boolean> {
  const { globSync, isDynamicPattern } = await import('tinyglobby');
  const pattern = sep === '\\' ? named.replaceAll('\\', '/') : named;
  if (pattern === '' || !isDynamicPattern(pattern)) return false;
  const matches = globSync(pattern, { cwd: search.cwd, expandDirectories: false, followSymbolicLinks: false });
  const left = new Map<string, number>();
  const paths: string[] = [];
  for (const match of matches) {
    const folder = /^(?:.*?\/)??(?:\.git|node_modules)(?=\/)/.exec(match)?.[0];
    if (folder === undefined) paths.push(match);
    else left.set(folder, (left.get(folder) ?? 0) + 1);
  }
  if (matches.length === 0) search.found.push({ type: 'unread', file: named, line: 1, reason: 'no file matches this pattern' });
  for (const path of paths.sort(byteOrder)) await findNamed(search, isAbsolute(named) ? resolve(search.cwd, path) : path);
  for (const [folder, count] of [...left].sort(([a], [b]) => byteOrder(a, b))) {
    const file = reportedName(resolve(search.cwd, folder), named, search.cwd);
    search.found.push({ type: 'skipped', file, line: 1, reason: `${basename(folder)} folders are not entered`, count });
  }
  return true;
}

function takeFile(search: Search, path: string, real: string, file: string): void {
  const found = fileToRead(search, path, real, file);
  if (found !== undefined) search.found.push(found);
}

function takeChart(search: Search, { real, ...archive }: { path: string; real: string; file: string; isArchive: true }): void {
  if (search.taken.has(real)) return;
  search.taken.add(real);
  search.found.push({ type: 'chart', ...archive, isNamed: true, roots: [], inside: [] });
}

/** The file as something to read, unless another name has led to it before. */
function fileToRead(search: Search, path: string, real: string, file: string): Found | undefined {
  if (search.taken.has(real)) return undefined;
  search.taken.add(real);
  return { type: 'read', path, file, chartTemplate: isChartTemplate(search, dirname(path)) };
}

/** A folder that the user named: how reports call it, where it was found and where it really is. */
interface Root {
  readonly named: string;
  readonly path: string;
  readonly real: string;
}

/** What a walk through one named folder has met, by path below it, to be reported in one piece and in order. */
interface Walk {
  readonly root: Root;
  readonly files: string[];
  readonly links: string[];
  readonly entries: { readonly below: string; readonly found: Found }[];
  readonly charts: ChartWalk[];
  /** Folders of kustomizations. */
  readonly kustomizations: string[];
  readonly ignored: Map<string, number>;
  otherNames: number;
}

/** A chart that a walk has met, and the files that it is rendered from, by their paths below the root. */
interface ChartWalk {
  readonly below: string;
  readonly files: string[];
}

function newWalk(root: Root): Walk {
  return { root, files: [], links: [], entries: [], charts: [], kustomizations: [], ignored: new Map(), otherNames: 0 };
}

function walk(search: Search, root: Root): void {
  const met = newWalk(root);
  enter(search, met, '', []);
  const overlays = met.kustomizations.flatMap((below) => {
    const overlay = search.overlays.get(join(root.real, below));
    return overlay === undefined ? [] : [{ ...overlay, below }];
  });
  // Their bases are read with those that build upon them; what cannot be built gets the files that no other one is built from.
  const rank = ({ overlay }: NamedOverlay): number =>
    overlay.refused !== undefined ? 2 : builtAbove(search, overlay) === undefined ? 0 : 1;
  for (const each of overlays.toSorted((a, b) => rank(a) - rank(b))) takeOverlay(search, met, each);
  for (const below of met.files) take(search, met, below, join(root.real, below));
  for (const chart of met.charts) takeFolderChart(search, met, chart);
  // Links come last, so that a file is read under its own name where both are in the folder.
  for (const below of met.links.sort(byteOrder)) followLink(search, met, below);
  for (const { found } of met.entries.sort((a, b) => byteOrder(a.below, b.below))) search.found.push(found);
  for (const [below, count] of [...met.ignored].sort(([a], [b]) => byteOrder(a, b))) {
    search.found.push({
      type: 'skipped',
      file: nameBelow(root, below),
      line: 1,
      reason: 'files and folders that this file leaves out',
      count,
    });
  }
  if (met.otherNames > 0) {
    const reason = 'files that do not end in .yaml, .yml or .json';
    search.found.push({ type: 'skipped', file: root.named, line: 1, reason, count: met.otherNames });
  }
}

function nameBelow(root: Root, below: string): string {
  if (below === '') return root.named;
  if (root.named === '.') return below;
  return root.named.endsWith('/') ? root.named + below : `${root.named}/${below}`;
}

function skip(met: Walk, below: string, reason: string): void {
  met.entries.push({ below, found: { type: 'skipped', file: nameBelow(met.root, below), line: 1, reason, count: 1 } });
}

function unread(met: Walk, below: string, reason: string): void {
  met.entries.push({ below, found: { type: 'unread', file: nameBelow(met.root, below), line: 1, reason } });
}

function take(search: Search, met: Walk, below: string, real: string): void {
  const found = fileToRead(search, join(met.root.path, below), real, nameBelow(met.root, below));
  if (found !== undefined) met.entries.push({ below, found });
}

/** A kustomization with the files below its folder that it is built from: they are not read by themselves. */
function takeOverlay(search: Search, met: Walk, { file, overlay, isNamed, below: place }: NamedOverlay & { readonly below: string }): void {
  const { root } = met;
  if (search.taken.has(overlay.folder)) return;
  const above = builtAbove(search, overlay);
  // Where nobody names a component, its files are read as they are.
  if (overlay.isComponent && !isNamed && above === undefined) return;
  search.taken.add(overlay.folder);
  const own = met.files.filter((below) => overlay.files.has(join(root.real, below)));
  const inside = own.flatMap((below) => fileToRead(search, join(root.path, below), join(root.real, below), nameBelow(root, below)) ?? []);
  if (above !== undefined) {
    const reason = `built as a part of ${above.file}${isNamed && above.isNamed ? ', which was named too' : ''}`;
    met.entries.push({ below: place, found: { type: 'skipped', file, line: 1, reason, count: Math.max(1, inside.length) } });
    return;
  }
  const nameOf = (real: string): string => {
    if (isBelow(real, root.real)) return nameBelow(root, toSlashes(relative(root.real, real)));
    return reportedName(real, root.named, search.cwd);
  };
  met.entries.push({ below: place, found: { type: 'overlay', path: join(root.path, place), file, overlay, nameOf, inside } });
}

/** One that is built and builds upon it. */
function builtAbove(search: Search, { folder }: Overlay): NamedOverlay | undefined {
  return [...search.overlays.values()].find(({ overlay }) => overlay.bases.has(folder) && overlay.refused === undefined);
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

function takeFolderChart(search: Search, met: Walk, { below, files }: ChartWalk): void {
  const { root } = met;
  const real = join(root.real, below);
  const inside = files.flatMap((file) => fileToRead(search, join(root.path, file), join(root.real, file), nameBelow(root, file)) ?? []);
  if (search.taken.has(real)) return;
  search.taken.add(real);
  const chart = {
    path: join(root.path, below),
    file: nameBelow(root, below),
    isArchive: false,
    isNamed: below === '',
    roots: [realpathSync.native(search.cwd), root.real],
  };
  met.entries.push({ below, found: { type: 'chart', ...chart, inside } });
}

/** Charts are rendered from these folders; what else lies beside them is not installed. */
const chartFolder = /^(?:templates|crds|charts)\//;

function isOfChart(path: string, chart: ChartWalk | undefined): chart is ChartWalk {
  return chart !== undefined && chartFolder.test(chart.below === '' ? path : path.slice(chart.below.length + 1));
}

function enter(search: Search, met: Walk, below: string, outer: readonly IgnoreRules[], around?: ChartWalk): void {
  const folder = join(met.root.path, below);
  let children: Dirent[];
  try {
    children = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    unread(met, below, reasonOf(error));
    return;
  }
  const prefix = below === '' ? '' : `${below}/`;
  const own = readIgnoreRules(folder, prefix.length, new Set(children.map((child) => child.name)), search.newIgnore);
  const levels = own === undefined ? outer : [...outer, own];
  let chart = around;
  if (search.renders && !isOfChart(prefix, around) && children.some((child) => child.name === 'Chart.yaml' && child.isFile()))
    met.charts.push((chart = { below, files: [] }));
  const mayBuild = search.renders && (below === '' || search.builds) && !isOfChart(prefix, chart);
  if (mayBuild && children.some((child) => kustomizationNames.includes(child.name))) met.kustomizations.push(below);
  for (const child of children) {
    const path = prefix + child.name;
    if (child.isDirectory()) {
      if (neverEntered.has(child.name)) skip(met, path, `${child.name} folders are not entered`);
      else if (!leftOut(met, levels, path, true)) enter(search, met, path, levels, chart);
    } else if (child.isSymbolicLink()) {
      // Also without a manifest's ending: a link to a folder has none, and a whole tree must not vanish behind it.
      if (!leftOut(met, levels, path, false)) met.links.push(path);
    } else if (!manifestName.test(child.name)) met.otherNames++;
    else if (leftOut(met, levels, path, false)) continue;
    else if (child.isFile()) (isOfChart(path, chart) ? chart.files : met.files).push(path);
    else unread(met, path, specialFile(child));
  }
}

function leftOut(met: Walk, levels: readonly IgnoreRules[], path: string, isFolder: boolean): boolean {
  const by = ignoredBy(levels, path, isFolder);
  if (by === undefined) return false;
  met.ignored.set(by, (met.ignored.get(by) ?? 0) + 1);
  return true;
}

/**
 * `kubectl apply -f FOLDER` reads a linked file and does not enter a linked folder. Links that lead out of the folder are
 * not followed: a repository that somebody else wrote must not choose which files of this machine are read and quoted.
 */
function followLink(search: Search, met: Walk, below: string): void {
  const path = join(met.root.path, below);
  const manifest = manifestName.test(below);
  try {
    const stat = statSync(path);
    const real = realpathSync.native(path);
    const inside = isBelow(real, met.root.real);
    if (stat.isDirectory()) {
      skip(
        met,
        below,
        inside ? 'a symbolic link to a folder that is read itself' : 'a symbolic link to another folder: name it to have it read',
      );
    } else if (!manifest) met.otherNames++;
    else if (!stat.isFile()) unread(met, below, specialFile(stat));
    else if (!inside) unread(met, below, 'a symbolic link out of the folder: name the file to have it read');
    else if (search.taken.has(real)) skip(met, below, 'a symbolic link to a file that is read itself');
    else take(search, met, below, real);
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (!manifest && code !== 'ELOOP') met.otherNames++;
    else unread(met, below, code === 'ENOENT' ? 'a symbolic link to nothing' : reasonOf(error));
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Every file that something to be rendered is made from, by its path. */
export function sourcesOf(found: FoundChart | FoundOverlay): readonly string[] {
  if (found.type === 'overlay') return [...found.overlay.files].sort();
  if (found.isArchive) return [found.path];
  const entries = readdirSync(found.path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function isChartTemplate(search: Search, folder: string): boolean {
  const known = search.chartFolders.get(folder);
  if (known !== undefined) return known;
  const parent = dirname(folder);
  const answer =
    parent !== folder &&
    ((basename(folder) === 'templates' && statOrNothing(join(parent, 'Chart.yaml')) !== undefined) || isChartTemplate(search, parent));
  search.chartFolders.set(folder, answer);
  return answer;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // What cannot be looked at is no link that could be named as the reason.
    return false;
  }
}

function statOrNothing(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // Whatever keeps it from being seen also keeps Helm from seeing a chart there.
    return undefined;
  }
}

/** Relative to `cwd` when below it; else as the user wrote it: relative or absolute. Always with `/`. */
function reportedName(path: string, named: string, cwd: string): string {
  const below = relative(cwd, path);
  const outside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  const name = outside && isAbsolute(named) ? path : below === '' ? '.' : below;
  return toSlashes(name);
}

/** Orders strings by the bytes of their UTF-8 form: the same on every machine and in every locale. */
export function byteOrder(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

/** Characters beyond U+FFFF, written as surrogates in UTF-16, come after all others in UTF-8. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
