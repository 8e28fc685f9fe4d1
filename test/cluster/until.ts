import { setTimeout } from 'node:timers/promises';

/** For what a busy machine does in many times the time of an idle one, in milliseconds. */
const patience = 120_000;

/** Asks until it is so: servers and controllers take the time that they need. */
export async function until(isSo: () => boolean | Promise<boolean>, orElse: () => string | Promise<string>): Promise<void> {
  for (const end = Date.now() + patience; !(await isSo()); await setTimeout(100)) if (Date.now() > end) throw new Error(await orElse());
}
