import { type DecisionResult } from '../decisions/decision.js';

/** Fewer effective decisions than this, and a figure would say more about luck than about the playbook. */
export const LEAST_EFFECTIVE = 100;
/** A playbook that mostly does what was never tried cannot be judged by what was. */
const LEAST_TRIED = 0.8;
/** The standard normal quantile of a two-sided interval of 95 percent. */
const Z95 = 1.959963984540054;

/** A decision whose outcome is known, and what another playbook would have done in its place. */
export interface Trial {
  readonly logged: DecisionResult;
  /** What it brought, less what the contact cost; minor units of the brand's currency. */
  readonly reward: number;
  readonly target: DecisionResult;
}

/** Sums over trials: all that an estimate needs, of the same size however many there were. */
export interface Sums {
  readonly trials: number;
  readonly weights: number;
  readonly weightsSquared: number;
  /** Share of the target's choices that the logged playbook might have made too, summed. */
  readonly tried: number;
  readonly rewards: number;
  readonly estimates: number;
  readonly gains: number;
  readonly gainsSquared: number;
  readonly estimatesSquared: number;
}

export const NO_TRIALS: Sums = {
  trials: 0,
  weights: 0,
  weightsSquared: 0,
  tried: 0,
  rewards: 0,
  estimates: 0,
  gains: 0,
  gainsSquared: 0,
  estimatesSquared: 0,
};

/** The sums over the trials of both. */
export function joinedSums(a: Sums, b: Sums): Sums {
  return {
    trials: a.trials + b.trials,
    weights: a.weights + b.weights,
    weightsSquared: a.weightsSquared + b.weightsSquared,
    tried: a.tried + b.tried,
    rewards: a.rewards + b.rewards,
    estimates: a.estimates + b.estimates,
    gains: a.gains + b.gains,
    gainsSquared: a.gainsSquared + b.gainsSquared,
    estimatesSquared: a.estimatesSquared + b.estimatesSquared,
  };
}

/** What may be chosen, as both results name it. */
const optionOf = (each: { readonly action: string; readonly channel: string | null }): string =>
  `${each.action} ${each.channel ?? ''}`;

interface Choice {
  readonly probability: number;
  /** The playbook's own expectation of it; nothing for doing nothing. */
  readonly expected: number;
}

function choicesOf(result: DecisionResult): ReadonlyMap<string, Choice> {
  if (result.outcome === 'handoff') return new Map([[optionOf(result), { probability: 1, expected: 0 }]]);
  return new Map(
    result.candidates.map((each) => [
      optionOf(each),
      { probability: each.probability, expected: each.score.total },
    ]),
  );
}

/**
 * Adds one trial by the doubly robust rule: what the target expects of its own choices, corrected by what was seen where the logged choice is
 * one the target might have made, weighted by how much likelier it makes it.
 */
export function withTrial(sums: Sums, { logged, reward, target }: Trial): Sums {
  const [before, after] = [choicesOf(logged), choicesOf(target)];
  const chosen = optionOf(logged);
  const weight = (after.get(chosen)?.probability ?? 0) / logged.probability;
  const seen = after.get(chosen)?.expected ?? before.get(chosen)?.expected ?? 0;
  let [expected, tried] = [0, 0];
  for (const [option, { probability, expected: worth }] of after) {
    expected += probability * worth;
    if ((before.get(option)?.probability ?? 0) > 0) tried += probability;
  }
  const estimate = expected + weight * (reward - seen);
  const gain = estimate - reward;
  return {
    trials: sums.trials + 1,
    weights: sums.weights + weight,
    weightsSquared: sums.weightsSquared + weight * weight,
    tried: sums.tried + tried,
    rewards: sums.rewards + reward,
    estimates: sums.estimates + estimate,
    gains: sums.gains + gain,
    gainsSquared: sums.gainsSquared + gain * gain,
    estimatesSquared: sums.estimatesSquared + estimate * estimate,
  };
}

/** Value per decision in minor units, with intervals of 95 percent; or why there is none. */
export type Estimate =
  | {
      readonly kind: 'estimate';
      readonly trials: number;
      /** How many decisions drawn by the target itself would be worth as much. */
      readonly effective: number;
      /** Share of the target's choices that the logged playbook might have made too. */
      readonly tried: number;
      /** What the logged decisions brought. */
      readonly before: number;
      readonly after: { readonly value: number; readonly low: number; readonly high: number };
      readonly difference: { readonly value: number; readonly low: number; readonly high: number };
    }
  | {
      readonly kind: 'refused';
      readonly trials: number;
      readonly effective: number;
      readonly tried: number;
      readonly why: string;
    };

export function estimateOf(sums: Sums): Estimate {
  const { trials, weights, weightsSquared } = sums;
  const effective = weightsSquared === 0 ? 0 : rounded((weights * weights) / weightsSquared);
  const tried = trials === 0 ? 0 : rounded(sums.tried / trials);
  const refuse = (why: string): Estimate => ({ kind: 'refused', trials, effective, tried, why });
  if (trials === 0) return refuse('No decision is old enough for its outcome to be known.');
  if (effective < LEAST_EFFECTIVE)
    return refuse(
      `Only ${Math.floor(effective)} of ${trials} decisions speak for what this playbook would do; below ${LEAST_EFFECTIVE} a figure would be luck.`,
    );
  if (tried < LEAST_TRIED)
    return refuse(
      `${Math.round((1 - tried) * 100)} % of what this playbook would do was never tried, so nothing that happened says what it is worth.`,
    );
  return {
    kind: 'estimate',
    trials,
    effective,
    tried,
    before: rounded(sums.rewards / trials),
    after: interval(sums.estimates, sums.estimatesSquared, trials),
    difference: interval(sums.gains, sums.gainsSquared, trials),
  };
}

function interval(sum: number, squares: number, n: number): { value: number; low: number; high: number } {
  const mean = sum / n;
  const variance = Math.max(0, squares - n * mean * mean) / Math.max(1, n - 1);
  const reach = Z95 * Math.sqrt(variance / n);
  return { value: rounded(mean), low: rounded(mean - reach), high: rounded(mean + reach) };
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
