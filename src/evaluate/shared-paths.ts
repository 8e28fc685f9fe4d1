import type { Path } from '../core/index.ts';

interface PathNode {
  readonly next: Map<string | number, PathNode>;
  path: Path | undefined;
}

/** How many steps of paths are known before all are forgotten: hostile input must not fill the memory. */
const mostSteps = 10_000;

/** Answers equal paths with one and the same list. */
export function sharedPaths(): (path: Path) => Path {
  let root: PathNode = { next: new Map(), path: undefined };
  let steps = 0;
  return (path) => {
    if (steps > mostSteps) {
      root = { next: new Map(), path: undefined };
      steps = 0;
    }
    let node = root;
    for (const step of path) {
      let next = node.next.get(step);
      if (next === undefined) {
        node.next.set(step, (next = { next: new Map(), path: undefined }));
        steps++;
      }
      node = next;
    }
    return (node.path ??= path);
  };
}
