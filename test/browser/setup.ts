import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The browser to look with; undefined where there is none. */
    chromium: string | undefined;
  }
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Finds the browser: the one that PLIMSOLL_CHROMIUM names, else one in the PATH. */
export default function setup({ provide }: TestProject): void {
  const { PLIMSOLL_CHROMIUM: named, PATH = '' } = process.env;
  if (named !== undefined && !runs(named)) throw new Error(`PLIMSOLL_CHROMIUM names ${named}, which cannot be run`);
  const found =
    named ??
    PATH.split(delimiter)
      .flatMap((folder) => names.map((name) => join(folder, name)))
      .find(runs);
  provide('chromium', found);
  if (found === undefined)
    process.stderr.write(
      'The tests in a browser are skipped: there is no Chromium. Install one (apt-get install chromium), or name one in PLIMSOLL_CHROMIUM.\n',
    );
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
