/** Settings from files that are followed too, while something is judged again and again. */
export interface FollowedSettings<Options> {
  /** Files that are watched, whether they are there yet or not. */
  readonly files: readonly string[];
  /** Asked before each judgement but the first: what holds from now on, or undefined where that is what held before. */
  readonly changed: () => Promise<Options | undefined>;
}
