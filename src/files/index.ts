export { reasonOf } from './file-system.ts';
export { undoInterrupted, type Undone } from './journal.ts';
export { replaceFile, writePrivateFile } from './replace-file.ts';
export { writeFiles, type FileChange, type WriteResult } from './write-files.ts';
