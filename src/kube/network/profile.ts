/** Where Kubernetes leaves it to the plugin: what a plugin does, or that nobody knows. */
export type Does = 'yes' | 'no' | 'unknown';

/** How a network plugin decides what the definition of NetworkPolicy leaves open. */
export interface PluginProfile {
  readonly name: string;
  /** Without it policies are accepted and do nothing. */
  readonly enforces: boolean;
  /** Whether an ipBlock is also about the addresses of pods. */
  readonly blocksMatchPods: Does;
  /** Whether a policy that selects a pod with `hostNetwork` has an effect on it. */
  readonly governsHostPods: Does;
  /** Whether selectors of peers find pods with `hostNetwork`. */
  readonly selectsHostPods: Does;
  /** Whether policies govern what a pod sends to its own node; the other way they never do. */
  readonly governsOwnNode: Does;
}

const base: Omit<PluginProfile, 'name'> = {
  enforces: true,
  blocksMatchPods: 'unknown',
  governsHostPods: 'unknown',
  selectsHostPods: 'unknown',
  governsOwnNode: 'unknown',
};

/** A plugin that says nothing of itself: every question that Kubernetes leaves open stays open. */
export const genericProfile: PluginProfile = { name: 'generic', ...base };

/** By the name that `--plugin` takes. */
export const profiles: readonly PluginProfile[] = [
  genericProfile,
  // A pod of the host network is no workload endpoint; blocks are matched by address alone.
  { name: 'calico', ...base, blocksMatchPods: 'yes', governsHostPods: 'no', selectsHostPods: 'no', governsOwnNode: 'yes' },
  // An address that belongs to an endpoint has an identity, which blocks do not match (cilium/cilium#9209).
  { name: 'cilium', ...base, blocksMatchPods: 'no', governsHostPods: 'no', selectsHostPods: 'no', governsOwnNode: 'yes' },
  // Alone it routes and enforces nothing.
  { name: 'flannel', ...base, enforces: false },
];
