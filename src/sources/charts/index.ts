import { renderChart, type Chart, type RenderOptions } from './helm.ts';
import { buildOverlay, type FoundOverlay } from './kustomize.ts';
import type { Rendered } from './rendered.ts';

export type { RenderOptions } from './helm.ts';
export type { Rendered } from './rendered.ts';

/** What files alone do not say: a program of the user has to make objects of it. */
export type Renderable = ({ readonly type: 'chart' } & Chart) | ({ readonly type: 'overlay' } & FoundOverlay);

/** Makes documents of a chart or an overlay. Never rejects for what it holds, and never downloads anything. */
export async function render(what: Renderable, options: RenderOptions): Promise<Rendered> {
  const known = options.memory?.get(what.path);
  if (known !== undefined) return known;
  const rendered = what.type === 'chart' ? await renderChart(what, options) : await buildOverlay(what);
  options.memory?.set(what.path, rendered);
  return rendered;
}
