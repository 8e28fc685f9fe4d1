import { OptionError } from '../options/option-error.ts';
import type { Refusal } from '../sources/cluster/index.ts';

/** @throws OptionError for a refusal. */
export function granted<T>(answer: T | Refusal): T {
  if (typeof answer === 'object' && answer !== null && 'refused' in answer) throw new OptionError(answer.refused);
  return answer;
}
