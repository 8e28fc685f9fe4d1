import { renderChart, type Chart, type RenderOptions, type Rendered } from './helm.ts';

export type { Rendered, RenderOptions } from './helm.ts';

/** What files alone do not say: a program of the user has to make objects of it. */
export type Renderable = { readonly type: 'chart' } & Chart;

/** Makes documents of a chart. Never rejects for what it holds, and never downloads anything. */
export async function render(what: Renderable, options: RenderOptions): Promise<Rendered> {
  const known = options.memory?.get(what.path);
  if (known !== undefined) return known;
  const rendered = await renderChart(what, options);
  options.memory?.set(what.path, rendered);
  return rendered;
}
