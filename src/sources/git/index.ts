export { checkOut, type CheckedOut } from './check-out.ts';
export { findCommit, findMergeBase, findRepository, type PlaceInRepository } from './repository.ts';
