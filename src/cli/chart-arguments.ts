import type { ChartOptions } from '../library/chart-options.ts';
import { OptionError } from '../options/option-error.ts';
import type { Arguments } from './arguments.ts';
import { ofCharts } from './commands/options.ts';

/**
 * What the command line says of charts; nothing with --no-render.
 * @throws OptionError where options exclude each other.
 */
export function chartOptions(given: Arguments): { readonly charts?: ChartOptions } {
  if (given.has('no-render')) {
    const stray = ofCharts.find(({ name }) => name !== 'no-render' && given.has(name));
    if (stray !== undefined)
      throw new OptionError([`--${stray.name} and --no-render exclude each other`, 'it says how a chart is rendered']);
    return {};
  }
  const releaseName = given.value('release-name');
  const apiVersions = given.values('api-versions').flatMap((value) => value.split(','));
  return {
    charts: {
      ...listed('values', given.values('values')),
      ...listed('set', given.values('set')),
      ...listed('setString', given.values('set-string')),
      ...listed('apiVersions', apiVersions),
      ...(given.has('build') ? { buildsAll: true } : {}),
      ...(releaseName === undefined ? {} : { releaseName }),
    },
  };
}

function listed(key: 'values' | 'set' | 'setString' | 'apiVersions', values: readonly string[]): ChartOptions {
  return values.length === 0 ? {} : { [key]: values };
}
