import type { TestProject } from 'vitest/node';
import { startControlPlane, type Address } from './control-plane.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The control plane that all tests of a run share; each works in a namespace of its own. */
    address: Address;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { address, stop } = await startControlPlane();
  project.provide('address', address);
  return stop;
}
