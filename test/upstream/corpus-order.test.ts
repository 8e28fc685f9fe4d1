import { describe, expect, test } from 'vitest';
import { scan } from '../../src/library/scan.ts';
import { corpora, corporaFolder } from './corpora.ts';
import { findInOrder } from '../../src/sources/manifests/index.ts';

describe.runIf(corpora.length > 0)('the order in which files are named', () => {
  test('changes nothing of what is said about all corpora together', async () => {
    const found = await findInOrder(corpora, corporaFolder);
    const files = found.flatMap((each) => (each.type === 'read' ? [each.file] : []));
    expect(files.length).toBeGreaterThan(1000);
    const report = await scan({ cwd: corporaFolder, paths: files });
    expect(await scan({ cwd: corporaFolder, paths: files.toReversed() })).toEqual(report);
  }, 120_000);
});
