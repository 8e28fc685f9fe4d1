import type { PodTemplate } from '../core/index.ts';
import { isObject } from './shape-reader.ts';
import type { PodSpec } from './types.ts';

/** Kinds of apps/v1 in which `spec.selector` is required; nothing fills it in. */
const selecting: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * Whether an object only says what to change of another one, as the strategic merge patches of kustomize do. The API server
 * would refuse it: it carries the patch directive, or it has neither a selector nor an image for every container. A base
 * that gets its selector from kustomize has its images and is none.
 * Source: pkg/apis/apps/validation and pkg/apis/core/validation of Kubernetes 1.37 (both fields are required).
 */
export function isPatch(object: Readonly<Record<string, unknown>>, podTemplates: readonly PodTemplate[]): boolean {
  if (Object.hasOwn(object, '$patch')) return true;
  const { apiVersion, kind, spec } = object;
  if (apiVersion !== 'apps/v1' || typeof kind !== 'string' || !selecting.has(kind)) return false;
  if (isObject(spec) && spec['selector'] !== undefined) return false;
  return podTemplates.some((template) => {
    const { containers = [] }: PodSpec = template.spec;
    return containers.length === 0 || containers.some(({ image = '' }) => image === '');
  });
}
