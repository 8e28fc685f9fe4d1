import { vi } from 'vitest';

/** Asks until it is so: controllers take the time that they need, on a busy machine many times what they take on an idle one. */
export async function until(isSo: () => boolean | Promise<boolean>, orElse: () => string | Promise<string>): Promise<void> {
  try {
    await vi.waitUntil(isSo, { timeout: 120_000, interval: 100 });
  } catch (error) {
    throw new Error(await orElse(), { cause: error });
  }
}
