/** The version of the tool, which is the version of its rules. A test holds it equal to package.json. */
export const version: string = '0.1.0';
