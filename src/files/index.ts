export type { FileChange, WriteResult } from './write-files.ts';
export { writeFiles } from './write-files.ts';
export { replaceFile } from './replace-file.ts';
export { reasonOf } from './file-system.ts';
