import { apiGroup, type FixReport, type ObjectRepair } from '../core/index.ts';
import type { PlainObject } from './companions.ts';
import { newObjects, patchOf } from './object-patches.ts';
import { blockValue, type BlockStyle } from './yaml-write.ts';

/** A file below the folder that the user named; its path has `/` between folders. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

const style: BlockStyle = { step: 2, listStep: 2, gap: 1, keyQuote: '' };

const about = `# Hardens objects whose files belong to somebody else. Name this folder in the kustomization.yaml that names their files:
#
#   components:
#     - path/to/this/folder
#
# It is a component because kustomize, and so kubectl, loads no single file from outside the folder of a kustomization.
# Patches name containers by their places and test that the names there are the same: a build fails where they are not.
# What has no patch here because its object is gone from the input is silently left out; plimsoll scan of the build tells.
`;

/**
 * The fixes of a report as a kustomize component (kustomize.config.k8s.io/v1alpha1), for files that are not to be changed:
 * a JSON Patch for each object that changes, a file for each object that is new, and the kustomization.yaml.
 */
export function kustomizeComponent(report: FixReport): NewFile[] {
  const fileName = uniqueNames();
  const patches: { readonly entry: PlainObject; readonly file: NewFile }[] = [];
  const seen = new Map<string, string>();
  const leftOut: string[] = [];
  for (const [number, object] of report.objects.entries()) {
    const target = targetOf(object);
    const place = `${object.file}:${object.line}`;
    const other = target === undefined ? 'it has no name' : seen.get(JSON.stringify(target));
    if (target === undefined || other !== undefined) {
      leftOut.push(`# Left out: ${JSON.stringify(place)}, because ${target === undefined ? other : `its name is that of ${other}`}\n`);
      continue;
    }
    seen.set(JSON.stringify(target), JSON.stringify(place));
    const path = `patches/${fileName(nameParts(object.before))}`;
    const text = `# ${JSON.stringify(place)}\n${yaml(patchOf(report, number))}`;
    patches.push({ entry: { path, target }, file: { path, text } });
  }
  const resources = newObjects(report).map((object): NewFile => ({ path: `resources/${fileName(nameParts(object))}`, text: yaml(object) }));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...(resources.length === 0 ? {} : { resources: resources.map(({ path }) => path) }),
    ...(patches.length === 0 ? {} : { patches: patches.map(({ entry }) => entry) }),
  };
  return [
    { path: 'kustomization.yaml', text: `${about}${leftOut.join('')}${yaml(kustomization)}` },
    ...patches.map(({ file }) => file),
    ...resources,
  ];
}

function yaml(value: object): string {
  return `${blockValue(value, 0, style).join('\n')}\n`;
}

/**
 * Selects one object. Kustomize reads each part as a regular expression and an absent one as any. An object without a
 * namespace is in `default` for it, and one of a kind outside namespaces in a namespace of this odd name.
 */
function targetOf({ before }: ObjectRepair): PlainObject | undefined {
  const { namespace, name } = metadataOf(before);
  if (typeof name !== 'string' || name === '') return undefined;
  const apiVersion = String(before['apiVersion']);
  const group = apiGroup(apiVersion);
  const spoken = typeof namespace === 'string' && namespace !== '' ? namespace : 'default';
  return {
    group: group === '' ? '^$' : literal(group),
    version: literal(apiVersion.slice(apiVersion.indexOf('/') + 1)),
    kind: literal(String(before['kind'])),
    name: literal(name),
    namespace: `${literal(spoken)}|_non_namespaceable_`,
  };
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function metadataOf(object: PlainObject): { readonly namespace?: unknown; readonly name?: unknown } {
  return object['metadata'] ?? {};
}

function nameParts(object: PlainObject): readonly unknown[] {
  const { namespace, name } = metadataOf(object);
  return [namespace, object['kind'], name];
}

/** Names of files that every file system takes, however the objects are called; equal ones are numbered. */
function uniqueNames(): (parts: readonly unknown[]) => string {
  const taken = new Set<string>();
  return (parts) => {
    const said = parts.filter((part) => typeof part === 'string' && part !== '').join('-');
    const words = said.toLowerCase().split(/[^a-z0-9]+/);
    const plain =
      words
        .filter((word) => word !== '')
        .join('-')
        .slice(0, 120) || 'object';
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`;
    taken.add(name);
    return `${name}.yaml`;
  };
}
