export { DamagedSnapshot, isSnapshot, linesOf, openSnapshot, snapshotBytes, type OpenSnapshot } from './file.ts';
export { snapshotFormat, type Manifest } from './manifest.ts';
export { startRecording, type Keep, type Recorded, type Recording } from './record.ts';
export { replay } from './replay.ts';
export { openSpool, type Spool } from './spool.ts';
