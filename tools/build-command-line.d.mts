/** How the bundle of the command line is made. */
export const bundleInput: { readonly input: Record<string, string>; readonly platform: 'node'; readonly logLevel: 'silent' };

/** Bundles the command line into a folder and answers the file to run. */
export function buildCommandLine(folder: string): Promise<string>;
