import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a file as editors do, in one step: whoever follows the folder never sees half of it. */
export function writeAtOnce(folder: string, file: string, text: string): void {
  const whole = `${folder}.new`;
  writeFileSync(whole, text);
  renameSync(whole, join(folder, file));
}
