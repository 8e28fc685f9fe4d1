import { nearest } from '../core/index.ts';
import { OptionError } from './option-error.ts';

export { nearest };

/** A word of a closed list. @throws OptionError with the nearest spelling. */
export function oneOf(what: string, word: string, choices: readonly string[]): string {
  if (choices.includes(word)) return word;
  throw new OptionError([`unknown ${what} "${word}"`, advice(nearest(word, choices), `it is one of ${choices.join(', ')}`)]);
}

/** The second line of an error about a misspelt word. */
export function advice(meant: string | undefined, otherwise: string): string {
  return meant === undefined ? otherwise : `did you mean ${meant}?`;
}
