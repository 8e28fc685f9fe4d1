export { DamagedSnapshot, linesOf, openSnapshot, packManifest, type OpenSnapshot } from './file.ts';
export { kindsOf, snapshotFormat, type Manifest } from './manifest.ts';
export { startRecording } from './record.ts';
export { replay } from './replay.ts';
export { openSpool } from './spool.ts';
