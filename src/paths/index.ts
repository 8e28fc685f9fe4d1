/** How somebody gets from where he is to where he must not be, and what stops him. */
export { buildAttackGraph, type AttackGraph, type AttackGraphOptions } from './attack-graph.ts';
export { pathKinds, startFacts, type Facts } from './facts.ts';
export { findPaths, placeOfState, type PlaceOf } from './find-paths.ts';
export { planChanges, type Risk } from './plan.ts';
export { entriesOf, goalOf, type Ends } from './query.ts';
export type { State } from './states.ts';
export { changeKinds, techniques, type ChangeKindId } from './techniques.ts';
