export { checkOut, type CheckedOut } from './check-out.ts';
export { findCommit, findMergeBase, findRepository, type PlaceInRepository, type Refusal } from './repository.ts';
