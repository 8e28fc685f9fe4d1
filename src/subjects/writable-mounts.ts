import { append, decline, type Declined, type Repair } from '../core/index.ts';
import { heldPrograms } from '../kube/program-folders.ts';
import { isPositiveQuantity } from '../kube/quantity.ts';
import type { Container } from '../kube/types.ts';
import { containersOf, type ContainerSubject } from './container.ts';

/** A folder that stays writable, and how much it may hold. */
interface WritableFolder {
  readonly path: string;
  readonly sizeLimit: string;
}

/**
 * Mounts an emptyDir of its own at each folder that a person names (`/tmp=64Mi,/var/run=1Mi`) and that this container has
 * no writable mount at. Volumes that several containers share would let them meet in their temporary files.
 */
export function writableMounts(
  { container, pod }: ContainerSubject,
  said: string,
  key: string,
): Pick<Repair, 'edits' | 'podEdits'> | Declined {
  const folders = foldersOf(said);
  if (typeof folders === 'string') return decline(folders, [key]);
  for (const { path } of folders) {
    const held = heldPrograms(container, path);
    if (held !== undefined) return decline(`"${path}" must not be writable: it is where ${held}`, [key]);
  }
  const all = [...containersOf(pod.spec)].map((each) => each.container);
  const taken = new Set((pod.spec.volumes ?? []).map(({ name }) => name));
  const volumes: { readonly owner: Container; readonly folder: WritableFolder; readonly name: string }[] = [];
  // Also for the others, so that what each of them gets does not depend on who comes first.
  for (const owner of all) {
    for (const folder of folders.filter(({ path }) => !isWritable(owner, path))) {
      const base = volumeName(all.length > 1 ? `${owner.name ?? ''}${folder.path}` : folder.path);
      let name = base;
      for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
      taken.add(name);
      volumes.push({ owner, folder, name });
    }
  }
  const own = volumes.filter(({ owner }) => owner === container);
  return {
    edits: own.map(({ folder, name }) => append(['volumeMounts'], { name, mountPath: folder.path })),
    podEdits: own.map(({ folder, name }) => append(['volumes'], { name, emptyDir: { sizeLimit: folder.sizeLimit } })),
  };
}

/** The folders, or what is wrong with them. */
function foldersOf(said: string): WritableFolder[] | string {
  const folders: WritableFolder[] = [];
  for (const part of said.split(',')) {
    const [, written = '', sizeLimit = ''] = /^\s*([^=]*)(?:=(.*?))?\s*$/.exec(part) ?? [];
    const path = written.length > 1 ? written.replace(/\/+$/, '') : written;
    // The API server refuses a colon in a mount path, and steps upwards say something else to everybody.
    if (!path.startsWith('/') || /[:\s]|\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return `"${written}" is no folder of a container, such as /tmp`;
    if (!isPositiveQuantity(sizeLimit)) return `"${path}" needs a size above zero, such as ${path}=64Mi`;
    if (folders.some((folder) => folder.path === path)) return `"${path}" is named twice`;
    folders.push({ path, sizeLimit });
  }
  return folders;
}

/** Whether the container mounts something here, or something writable above. */
function isWritable({ volumeMounts = [] }: Container, path: string): boolean {
  return volumeMounts.some(({ mountPath = '', readOnly }) => {
    const folder = mountPath.replace(/\/+$/, '');
    return folder === path || (path.startsWith(`${folder}/`) && readOnly !== true);
  });
}

/** A DNS label of at most 63 characters, with room for a number. */
function volumeName(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  return label === '' ? 'writable' : label;
}
