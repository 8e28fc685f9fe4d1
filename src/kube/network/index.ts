export * from './facts.ts';
export { buildNetwork, type Connection, type Network } from './network.ts';
export { profiles, type PluginProfile } from './profile.ts';
export { networkFact, networkKinds } from './project.ts';
export { diffNetworks } from './diff.ts';
