import { apiGroup } from '../core/index.ts';
import { lifecycles } from './removed-apis.generated.ts';

/** A version of an API that Kubernetes no longer serves, or will stop to serve. */
export interface RemovedApi {
  /** Since when something else is better: 19 for Kubernetes 1.19. */
  readonly deprecatedIn: number;
  /** The first minor without it. */
  readonly removedIn: number;
  /** The version to write instead; absent where nothing took its place. */
  readonly replacement?: string;
  /** The minor that brought the replacement. */
  readonly replacedSince: number;
}

/**
 * Custom resource definitions are left out: to look at their versions, every one of these very large objects would have to be
 * read. The types of this alpha say nothing of themselves; it was on in clusters of managed services.
 */
const rows: typeof lifecycles = [...lifecycles, ['batch/v2alpha1', 21, 21, 'batch/v1', 21, ['CronJob']]];

/** By `apiVersion kind`. */
export const removedApis: ReadonlyMap<string, RemovedApi> = new Map(
  rows.flatMap(([apiVersion, deprecatedIn, removedIn, replacement, replacedSince, kinds]) => {
    const facts = { deprecatedIn, removedIn, replacedSince };
    return kinds.map((kind) => [`${apiVersion} ${kind}`, replacement === undefined ? facts : { ...facts, replacement }] as const);
  }),
);

/** The kinds of the table in every version, as subjects name what they read: `Ingress.networking.k8s.io`. */
export const kindsWithRemovedApis: readonly string[] = [
  ...new Set(
    rows.flatMap(([apiVersion, , , replacement, , kinds]) =>
      kinds.flatMap((kind) => [apiVersion, replacement ?? apiVersion].map((version) => `${kind}.${apiGroup(version)}`)),
    ),
  ),
];

export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return removedApis.get(`${apiVersion} ${kind}`);
}
