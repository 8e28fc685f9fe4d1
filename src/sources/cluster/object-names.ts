import { apiGroup, kindName, type ResourceRef } from '../../core/index.ts';
import type { ServedKind } from './served-kinds.ts';

/** What an object is called where a file would have its path: `cluster/shop/Deployment.apps/web`. */
export function objectFile(kind: Pick<ServedKind, 'group' | 'kind'>, namespace: string | undefined, name: string): string {
  return ['cluster', ...(namespace === undefined ? [] : [segment(namespace)]), kindName(kind.group, kind.kind), segment(name)].join('/');
}

/** The same by what names an object in reports. */
export function fileOf({ apiVersion, kind, namespace, name }: ResourceRef): string {
  return objectFile({ group: apiGroup(apiVersion), kind }, namespace, name);
}

/** `deployments.apps`, as kubectl and permissions name it. */
export function resourceName({ group, plural }: Pick<ServedKind, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Where a file would have its path, of what is said of a kind as a whole. */
export function kindFile(kind: Pick<ServedKind, 'group' | 'plural'>): string {
  return `cluster/${resourceName(kind)}`;
}

/** As objects of the kind have it. */
export function apiVersionOf({ group, version }: Pick<ServedKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Names are what the server says: none of them may lead out of its folder. */
function segment(name: string): string {
  return /^\.+$/.test(name) ? name.replaceAll('.', '%2E') : name.replaceAll(/[%/\\]/g, encodeURIComponent);
}
