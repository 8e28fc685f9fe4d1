import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that only this user can enter, for who asked to remove; or why there is none (a container may have no /tmp). */
export function temporaryFolder(): string | { readonly refused: string } {
  const parent = tmpdir();
  try {
    return mkdtempSync(join(realpathSync.native(parent), 'plimsoll-'));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { refused: `no temporary folder can be made in ${parent} (${code}): name another with TMPDIR` };
  }
}
