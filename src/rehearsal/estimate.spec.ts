import { type DecisionResult } from '../decisions/decision.js';
import { seededRandom } from '../shared/random.js';
import { estimateOf, joinedSums, LEAST_EFFECTIVE, NO_TRIALS, type Sums, withTrial } from './estimate.js';

/** Two actions and doing nothing, with the probability of each; `expected` is what the playbook thinks they are worth. */
function result(chosen: string, chances: Readonly<Record<string, number>>, expected = 0): DecisionResult {
  const probability = chances[chosen] ?? 0;
  return {
    outcome: chosen === 'hold' ? 'hold' : 'act',
    action: chosen,
    channel: chosen === 'hold' ? null : 'email',
    probability,
    // As `decide` logs it: doing nothing is never left to chance.
    candidates: Object.entries({ hold: 0, ...chances }).map(([action, chance]) => ({
      action,
      channel: action === 'hold' ? null : 'email',
      probability: chance,
      score: { propensity: 0, value: 0, cost: 0, total: action === 'hold' ? 0 : expected },
    })),
  } as unknown as DecisionResult;
}

/** What each action is truly worth. */
const WORTH: Readonly<Record<string, number>> = { offer: 30, letter: 10, hold: 0 };

/** Logs of a playbook that chooses by these chances, judged for one that would choose by those. */
function logged(
  n: number,
  seed: string,
  chances: Readonly<Record<string, number>>,
  target: Readonly<Record<string, number>>,
  expected: number,
): Sums {
  const random = seededRandom(seed);
  let sums = NO_TRIALS;
  for (let i = 0; i < n; i++) {
    let left = random();
    const chosen = Object.keys(chances).find((action) => (left -= chances[action] ?? 0) < 0) ?? 'hold';
    // A conversion now and then: worth 100, as often as it takes to be worth what it is worth.
    const reward = chosen === 'hold' ? 0 : random() < (WORTH[chosen] ?? 0) / 100 ? 100 : 0;
    sums = withTrial(sums, {
      logged: result(chosen, chances, expected),
      reward,
      target: result('hold' in target ? 'hold' : 'offer', target, expected),
    });
  }
  return sums;
}

const EVEN = { offer: 0.5, letter: 0.5 };
const MOSTLY_OFFERS = { offer: 0.9, letter: 0.1 };

describe('the value of a playbook that was never in force', () => {
  it('is what it would have been, whether the playbook’s own figures are right or not', () => {
    const truth = 0.9 * 30 + 0.1 * 10;
    for (const expected of [0, 20, 500]) {
      const estimate = estimateOf(logged(40_000, `wrong by ${expected}`, EVEN, MOSTLY_OFFERS, expected));
      if (estimate.kind === 'refused') throw new Error(estimate.why);
      expect(estimate.after.low).toBeLessThan(truth);
      expect(estimate.after.high).toBeGreaterThan(truth);
      expect(estimate.before).toBeCloseTo(20, 0);
      expect(estimate.difference.low).toBeGreaterThan(0);
      expect(estimate.tried).toBe(1);
    }
  });

  it('lies within its interval of 95 percent about as often as that says', () => {
    const truth = 0.9 * 30 + 0.1 * 10;
    const runs = Array.from({ length: 200 }, (_, i) =>
      estimateOf(logged(1_000, `run ${i}`, EVEN, MOSTLY_OFFERS, 20)),
    );
    const right = runs.filter(
      (run) => run.kind === 'estimate' && run.after.low <= truth && truth <= run.after.high,
    );
    // 200 draws of 95 %: below 181 or above 199 happens less than once in a thousand times.
    expect(right.length).toBeGreaterThanOrEqual(181);
    expect(right.length).toBeLessThanOrEqual(199);
  });

  it('of the playbook that was in force is what happened, to the cent', () => {
    const sums = logged(500, 'same', EVEN, EVEN, 20);
    const estimate = estimateOf(sums);
    if (estimate.kind === 'refused') throw new Error(estimate.why);
    expect(estimate.effective).toBe(500);
    expect(estimate.before).toBeCloseTo(sums.rewards / 500, 4);
    expect(estimate.after.value).toBe(estimate.before);
    expect(estimate.affected).toBe(0);
    expect(estimate.difference).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('is refused in words where nothing is old enough', () => {
    expect(estimateOf(NO_TRIALS)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/old enough/) as string,
    });
  });

  it('is refused where too few decisions speak for it', () => {
    const estimate = estimateOf(logged(LEAST_EFFECTIVE + 20, 'few', EVEN, { offer: 1, letter: 0 }, 20));
    expect(estimate).toMatchObject({ kind: 'refused', trials: LEAST_EFFECTIVE + 20 });
    expect(estimate.effective).toBeLessThan(LEAST_EFFECTIVE);
  });

  it('is judged by the decisions that it would make otherwise: many that stay as they are speak for nothing', () => {
    const same = logged(9_000, 'same', EVEN, EVEN, 20);
    const untried = joinedSums(same, logged(1_000, 'new', { letter: 1 }, { offer: 1, letter: 0 }, 20));
    expect(estimateOf(untried)).toMatchObject({ kind: 'refused', trials: 10_000, affected: 1_000, tried: 0 });
    const few = joinedSums(same, logged(60, 'few', EVEN, MOSTLY_OFFERS, 20));
    expect(estimateOf(few)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(
        /^Of the 60 decisions that it would make otherwise, only \d\d speak/,
      ) as string,
    });
    const tried = estimateOf(joinedSums(same, logged(1_000, 'tried', EVEN, MOSTLY_OFFERS, 20)));
    if (tried.kind === 'refused') throw new Error(tried.why);
    // A tenth of the decisions is worth 8 more each.
    expect(tried.difference.low).toBeLessThan(0.8);
    expect(tried.difference.high).toBeGreaterThan(0.8);
    expect(tried.effective).toBeLessThan(1_000);
  });

  it('counts what it would hold back as worth nothing, which no log has to show', () => {
    const held = logged(2_000, 'held', EVEN, { hold: 1 }, 20);
    const same = logged(2_000, 'same', EVEN, EVEN, 20);
    const half = estimateOf(joinedSums(held, same));
    if (half.kind === 'refused') throw new Error(half.why);
    expect(half).toMatchObject({ trials: 4_000, affected: 2_000, known: 2_000, effective: 4_000, tried: 1 });
    expect(half.after.value).toBeCloseTo(same.rewards / 4_000, 4);
    expect(half.difference.value).toBeCloseTo(-held.rewards / 4_000, 4);
    // Half of them is held back that is worth 20 each.
    expect(half.difference.low).toBeLessThan(-10);
    expect(half.difference.high).toBeGreaterThan(-10);

    const truth = (28 + 0) / 2;
    for (const expected of [0, 20, 500]) {
      const others = logged(2_000, `others, wrong by ${expected}`, EVEN, MOSTLY_OFFERS, expected);
      const both = estimateOf(joinedSums(held, others));
      if (both.kind === 'refused') throw new Error(both.why);
      expect(both.after.low).toBeLessThan(truth);
      expect(both.after.high).toBeGreaterThan(truth);
      expect(both.effective).toBe(estimateOf(others).effective);
    }
  });

  it('is refused where too few speak for what it would do besides holding back', () => {
    const held = logged(2_000, 'held', EVEN, { hold: 1 }, 20);
    expect(estimateOf(joinedSums(held, logged(60, 'few', EVEN, MOSTLY_OFFERS, 20)))).toMatchObject({
      kind: 'refused',
      known: 2_000,
      why: expect.stringMatching(
        /^Of the 60 decisions that it would make otherwise and not hold back, only \d\d speak/,
      ) as string,
    });
    expect(estimateOf(logged(LEAST_EFFECTIVE - 1, 'few', EVEN, { hold: 1 }, 20))).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^Only 99 decisions are old enough/) as string,
    });
  });

  it('is refused where it would mostly do what was never tried', () => {
    const estimate = estimateOf(logged(5_000, 'new', { letter: 1 }, { offer: 0.5, letter: 0.5 }, 20));
    expect(estimate).toMatchObject({
      kind: 'refused',
      tried: 0.5,
      why: '50 % of what this playbook would do otherwise was never tried, so nothing that happened says what it is worth.',
    });
  });
});
