import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOracle, type Oracle } from './oracle.ts';

describe('the oracle', () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = startOracle();
  });
  afterAll(() => oracle.close());

  test('answers every input once and in order', async () => {
    const inputs = Array.from({ length: 5000 }, (_, index) => ({ value: `${index}m` }));
    const answers = await oracle.ask<{ milli: string }>('quantity', inputs);
    expect(answers.map((answer) => answer.milli)).toEqual(inputs.map((_, index) => `${index}`));
  });

  test('keeps batches that were asked at once apart', async () => {
    const [first, second] = await Promise.all([
      oracle.ask<{ canonical: string }>('quantity', [{ value: '1024Mi' }, { value: 0.5 }]),
      oracle.ask<{ matches: boolean }>('labelSelector', [{ selector: { matchLabels: { app: 'web' } }, labels: { app: 'web' } }]),
    ]);
    expect(first.map((answer) => answer.canonical)).toEqual(['1Gi', '500m']);
    expect(second.map((answer) => answer.matches)).toEqual([true]);
  });

  test('refuses what it does not understand, and lives on', async () => {
    const [unknown] = await oracle.ask('divination', [{}]);
    expect(unknown?.error).toBe('unknown operation "divination"');
    const [nonsense] = await oracle.ask('quantity', [{ value: '12 parsecs' }]);
    expect(nonsense?.error).toContain('quantities must match');
  });
});
