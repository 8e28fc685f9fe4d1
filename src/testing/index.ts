/** Proofs for controls, the project's own and a company's private ones. */
export { controlProofs, complaintAbout, type Proof } from './control-proofs.ts';
export { exampleObjects, exampleYaml } from './example.ts';
export { fixExample } from './fix-example.ts';
export { hardenedObjects } from './hardened.ts';
