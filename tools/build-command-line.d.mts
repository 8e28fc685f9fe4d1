/** How a bundle is made of one file. */
export function bundleInput(file: string): { readonly input: string; readonly platform: 'node'; readonly logLevel: 'silent' };

/** Bundles the command line into a folder and answers the file to run. */
export function buildCommandLine(folder: string): Promise<string>;
