export { clusterRole } from './cluster-role.ts';
export { connect, type Connection, type ConnectionOptions, type Refusal } from './connect.ts';
export { readContexts, type Contexts } from './contexts.ts';
export { serverVersion } from './discover.ts';
export { observedServer } from './observe.ts';
export { readCluster } from './read-cluster.ts';
export { patienceOf, type Patience } from './patience.ts';
export { type Answer, type Cause } from './requests.ts';
