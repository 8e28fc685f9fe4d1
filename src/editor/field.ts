import type { Path } from '../core/index.ts';

const containerLists: ReadonlySet<unknown> = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/**
 * How a field is called wherever it stands: `container/securityContext.privileged`, `pod/hostNetwork`, `Service/spec.type`. Undefined
 * for what is no field but a whole container, pod or object.
 */
export function fieldName(kind: string, path: Path): string | undefined {
  const container = path.findLastIndex((step, at) => containerLists.has(step) && typeof path[at + 1] === 'number');
  if (container >= 0) return named('container', path.slice(container + 2));
  const template = path.findLastIndex((step, at) => step === 'template' && path[at + 1] === 'spec');
  if (template >= 0) return named('pod', path.slice(template + 2));
  return kind === 'Pod' && path[0] === 'spec' ? named('pod', path.slice(1)) : named(kind, path);
}

function named(around: string, path: Path): string | undefined {
  const steps = path.filter((step) => typeof step === 'string');
  return steps.length === 0 ? undefined : `${around}/${steps.join('.')}`;
}

/** The steps of a path as `formatPath` writes it. */
export function readPath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[^.[\]]+/g)].map(([plain, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? plain : (JSON.parse(quoted) as string);
  });
}
