export * from './facts.ts';
export { buildNetwork, type Connection, type Network } from './network.ts';
export { genericProfile, profiles, type Does, type PluginProfile } from './profile.ts';
export { networkFact, networkKinds } from './project.ts';
export type { ExposedBy, Route } from './exposure.ts';
export type { RefusedPolicy } from './rules.ts';
