import { apiGroup, type Resource } from '../core/index.ts';
import type { NamedResource } from './rbac/index.ts';
import { listOf, recordOf } from './untyped.ts';

/** The kind whose objects add resources to the API, as inventories name it. */
export const definitionKind = 'CustomResourceDefinition.apiextensions.k8s.io';

/** The resource that a definition brings; nothing where the object is none. The types of its fields have not been checked. */
export function definedResources({ ref, object }: Resource): NamedResource[] {
  if (ref.kind !== 'CustomResourceDefinition' || apiGroup(ref.apiVersion) !== 'apiextensions.k8s.io') return [];
  const spec = recordOf(object['spec']);
  const names = recordOf(spec['names']);
  const { group, scope } = spec;
  const { plural: name, kind = name, shortNames } = names;
  if (typeof group !== 'string' || typeof name !== 'string' || typeof kind !== 'string') return [];
  // The versions of v1, the one of v1beta1.
  const versions = [spec, ...listOf(spec['versions']).map(recordOf)];
  const subresources = new Set(versions.flatMap((version) => Object.keys(recordOf(version['subresources']))));
  const short = listOf(shortNames).filter((word) => typeof word === 'string');
  return [
    {
      group,
      name,
      singular: kind.toLowerCase(),
      shortNames: short,
      namespaced: scope !== 'Cluster',
      subresources: [...subresources],
      virtual: false,
    },
  ];
}
