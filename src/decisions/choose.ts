import { seededRandom } from '../shared/random.js';
import { quantise } from './score.js';

/** One of several that may be chosen, with its probability. */
export interface Chance<T> {
  readonly option: T;
  readonly probability: number;
}

/**
 * Epsilon-greedy: a share `exploration` of choices is spread evenly over all options, the rest goes to the best (the first of equals).
 * Probabilities are quantised and sum to 1.
 * @param options at least one.
 */
export function chances<T>(
  options: readonly T[],
  total: (option: T) => number,
  exploration: number,
): Chance<T>[] {
  const best = options.reduce<number>(
    (winner, option, i) => (total(option) > total(options[winner] ?? option) ? i : winner),
    0,
  );
  const share = quantise(exploration / options.length);
  return options.map((option, i) => ({
    option,
    probability: i === best ? quantise(1 - share * (options.length - 1)) : share,
  }));
}

/** Draws one by its probability; the same seed draws the same. @param options at least one. */
export function draw<T>(options: readonly Chance<T>[], seed: string): Chance<T> | undefined {
  let left = seededRandom(`choice:${seed}`)();
  for (const chance of options) {
    left -= chance.probability;
    if (left < 0) return chance;
  }
  return options.findLast((chance) => chance.probability > 0);
}
