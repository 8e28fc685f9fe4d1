import type { Layout } from '../../src/kube/yaml/index.ts';

/** A layout with everything in it, to compare. */
export function unfolded(layout: Layout | undefined): unknown {
  return layout === undefined ? undefined : { ...layout, children: layout.children().map(unfolded) };
}
