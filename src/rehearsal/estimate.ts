import { type DecisionResult } from '../decisions/decision.js';

/** Fewer effective decisions than this, and a figure would say more about luck than about the playbook. */
export const LEAST_EFFECTIVE = 100;
/** What was never tried is priced by the playbook's own guess, which an interval knows nothing of: there may be hardly any of it. */
const LEAST_TRIED = 0.95;
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
  /** Trials in which the target would choose otherwise, or by other chances; absent in sums of an earlier version, which weighed all alike. */
  readonly affected?: number;
  /** Of those: trials in which the target would do nothing, or hand over. What that is worth is known: nothing. Absent in earlier versions. */
  readonly known?: number;
  /** Of those that are affected and not known. */
  readonly weights: number;
  readonly weightsSquared: number;
  /** Share of the target's choices that are known or that the logged playbook might have made too, summed over those affected. */
  readonly tried: number;
  readonly rewards: number;
  readonly estimates: number;
  readonly gains: number;
  readonly gainsSquared: number;
  readonly estimatesSquared: number;
}

export const NO_TRIALS: Sums = {
  trials: 0,
  affected: 0,
  known: 0,
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
    affected: (a.affected ?? a.trials) + (b.affected ?? b.trials),
    known: (a.known ?? 0) + (b.known ?? 0),
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

/** Whether both choose by the same chances: then what happened is what would have happened. */
function isSame(a: ReadonlyMap<string, Choice>, b: ReadonlyMap<string, Choice>): boolean {
  const chance = (choices: ReadonlyMap<string, Choice>, option: string): number =>
    choices.get(option)?.probability ?? 0;
  return [...new Set([...a.keys(), ...b.keys()])].every((option) => chance(a, option) === chance(b, option));
}

/**
 * Adds one trial. Where the target would choose by the same chances it is worth what it brought, and where it would do nothing or hand over, nothing;
 * elsewhere by the doubly robust rule: what the target expects of its own choices, corrected by what was seen where the logged choice is one the
 * target might have made, weighted by how much likelier it makes it.
 */
export function withTrial(sums: Sums, { logged, reward, target }: Trial): Sums {
  const [before, after] = [choicesOf(logged), choicesOf(target)];
  if (isSame(before, after)) return joinedSums(sums, sumsOfOne(reward, reward, NOT_AFFECTED));
  if (target.outcome !== 'act') return joinedSums(sums, sumsOfOne(reward, 0, KNOWN));
  const chosen = optionOf(logged);
  const weight = (after.get(chosen)?.probability ?? 0) / logged.probability;
  const seen = after.get(chosen)?.expected ?? before.get(chosen)?.expected ?? 0;
  let [expected, tried] = [0, 0];
  for (const [option, { probability, expected: worth }] of after) {
    expected += probability * worth;
    if ((before.get(option)?.probability ?? 0) > 0) tried += probability;
  }
  const estimate = expected + weight * (reward - seen);
  return joinedSums(sums, sumsOfOne(reward, estimate, { affected: 1, known: 0, weight, tried }));
}

const NOT_AFFECTED = { affected: 0, known: 0, weight: 0, tried: 0 };
const KNOWN = { affected: 1, known: 1, weight: 0, tried: 1 };

function sumsOfOne(
  reward: number,
  estimate: number,
  { affected, known, weight, tried }: Readonly<Record<'affected' | 'known' | 'weight' | 'tried', number>>,
): Sums {
  const gain = estimate - reward;
  return {
    trials: 1,
    affected,
    known,
    weights: weight,
    weightsSquared: weight * weight,
    tried,
    rewards: reward,
    estimates: estimate,
    gains: gain,
    gainsSquared: gain * gain,
    estimatesSquared: estimate * estimate,
  };
}

/** Value per decision in minor units, with intervals of 95 percent; or why there is none. */
export type Estimate =
  | {
      readonly kind: 'estimate';
      readonly trials: number;
      /** Trials in which the target would choose otherwise, or by other chances. */
      readonly affected: number;
      /** Of those: trials in which it would do nothing, or hand over, which is worth nothing. */
      readonly known: number;
      /** How many decisions drawn by the target itself would be worth as much as the others of those; all trials where there is none. */
      readonly effective: number;
      /** Share of the target's choices among those affected that are known or that the logged playbook might have made too. */
      readonly tried: number;
      /** What the logged decisions brought. */
      readonly before: number;
      readonly after: { readonly value: number; readonly low: number; readonly high: number };
      readonly difference: { readonly value: number; readonly low: number; readonly high: number };
    }
  | {
      readonly kind: 'refused';
      readonly trials: number;
      readonly affected: number;
      readonly known: number;
      readonly effective: number;
      readonly tried: number;
      readonly why: string;
    };

export function estimateOf(sums: Sums): Estimate {
  const { trials, weights, weightsSquared } = sums;
  const { affected = trials, known = 0 } = sums;
  const estimated = affected - known;
  const squared = weightsSquared === 0 ? 0 : (weights * weights) / weightsSquared;
  const effective = estimated === 0 ? trials : rounded(squared);
  const tried = affected === 0 ? 1 : rounded(sums.tried / affected);
  const counts = { trials, affected, known, effective, tried };
  const refuse = (why: string): Estimate => ({ kind: 'refused', ...counts, why });
  if (trials === 0) return refuse('No decision is old enough for its outcome to be known.');
  if (effective < LEAST_EFFECTIVE)
    return refuse(
      estimated === 0
        ? `Only ${trials} decisions are old enough for their outcome to be known; below ${LEAST_EFFECTIVE} a figure would be luck.`
        : `Of the ${estimated} decisions that it would make otherwise${known === 0 ? '' : ' and not hold back'}, only ${Math.floor(effective)} speak for what it would do; below ${LEAST_EFFECTIVE} a figure would be luck.`,
    );
  if (tried < LEAST_TRIED)
    return refuse(
      `${Math.round((1 - tried) * 100)} % of what this playbook would do otherwise was never tried, so nothing that happened says what it is worth.`,
    );
  return {
    kind: 'estimate',
    ...counts,
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
