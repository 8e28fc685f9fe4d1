import { apiGroup, type ResourceRef } from '../core/index.ts';
import type { Labels } from './label-selector.ts';

/**
 * Labels that a controller gives the pods of an object besides those of its template: pods of Knative bear the name of the
 * Service, or of the Configuration, that they are made from (knative.dev, serving: `serving.knative.dev/service`).
 */
export function controllerLabels({ apiVersion, kind, name }: ResourceRef): Labels {
  if (apiGroup(apiVersion) !== 'serving.knative.dev' || (kind !== 'Service' && kind !== 'Configuration')) return {};
  return { [`serving.knative.dev/${kind.toLowerCase()}`]: name };
}
