import { combine } from '../risk/assess.js';
import { calibrate, type RiskModel } from '../risk/calibration.js';
import { standsFor } from './reliability.js';

/** A judged draft as it is learned from. */
export interface Example {
  /** What the checks found, weights as set by hand. */
  readonly signs: readonly { readonly code: string; readonly weight: number }[];
  /** Rejected, or changed in more than its looks. */
  readonly wrong: boolean;
  /** The chance with which it was picked to be read, above 0. */
  readonly share: number;
}

/** How strongly a strength is held at 1 while little is known: as if by so many examples. */
const HELD = 4;
const MAX_EVIDENCE = 7; // −ln(1 − 0.999): a sign is never taken as proof.
const ROUNDS = 200;
const SMALL = 1e-9;

function evidence(weight: number): number {
  return Math.min(MAX_EVIDENCE, -Math.log1p(-Math.min(weight, 0.999_999)));
}

/** One example as rows: evidence by code, several signs of one code together. */
function columns(examples: readonly Example[]): { codes: string[]; rows: Map<number, number>[] } {
  const codes = [...new Set(examples.flatMap(({ signs }) => signs.map(({ code }) => code)))].sort();
  const index = new Map(codes.map((code, i) => [code, i]));
  const rows = examples.map(({ signs }) => {
    const row = new Map<number, number>();
    for (const { code, weight } of signs) {
      const at = index.get(code) ?? -1;
      row.set(at, (row.get(at) ?? 0) + evidence(weight));
    }
    return row;
  });
  return { codes, rows };
}

/** The share of wrong ones among examples that say nothing, the rule of Laplace: where the base begins. */
function firstBase(examples: readonly Example[]): number {
  const silent = examples.filter(({ signs }) => signs.length === 0);
  const wrong = silent.filter((each) => each.wrong).length;
  return -Math.log1p(-(wrong + 1) / (silent.length + 2) / 2);
}

/**
 * Fits P(wrong) = 1 − exp(−(base + Σ strength·evidence)): the combination that `combine` makes, with the weights learned. Every strength
 * is at least 0, so another sign never lowers the risk, and each sign's share stays readable. Maximum likelihood, each example counted for
 * the drafts it stands for, with strengths held at 1 by a quadratic penalty; the objective is convex, coordinate by coordinate Newton steps in a fixed order find its minimum, so the same
 * verdicts give the same model.
 */
export function fitStrengths(examples: readonly Example[], version: string): RiskModel {
  return drained(fitting(examples, version));
}

/** The same round by round: thousands of verdicts take seconds, and whoever drives it can let others have their turn between rounds. */
export function* fitting(examples: readonly Example[], version: string): Generator<void, RiskModel> {
  const { codes, rows } = columns(examples);
  const weights = standsFor(examples);
  const strengths = codes.map(() => 1);
  let base = firstBase(examples);
  const totals = rows.map((row) => totalOf(row, strengths) + base);
  const step = (
    column: (i: number) => number,
    value: number,
    pull: (value: number) => [number, number],
  ): number => {
    let [gradient, curvature] = pull(value);
    examples.forEach(({ wrong }, i) => {
      const x = column(i);
      if (x === 0) return;
      const weight = weights[i] ?? 1;
      const total = Math.max(totals[i] ?? 0, SMALL);
      if (!wrong) {
        gradient += weight * x;
        return;
      }
      const odds = 1 / Math.expm1(total);
      gradient -= weight * x * odds;
      curvature += weight * x * x * odds * (1 + odds);
    });
    if (curvature < SMALL) return value;
    // Half steps at most downwards: the likelihood is steep where the total comes near 0.
    const next = Math.max(value / 4, value - gradient / curvature);
    return next < 1e-6 ? 0 : next;
  };
  const move = (column: (i: number) => number, by: number): void => {
    if (by === 0) return;
    totals.forEach((total, i) => {
      totals[i] = total + column(i) * by;
    });
  };
  for (let round = 0; round < ROUNDS; round++) {
    let largest = 0;
    const nextBase = Math.max(
      1e-6,
      step(
        () => 1,
        base,
        () => [0, SMALL],
      ),
    );
    move(() => 1, nextBase - base);
    largest = Math.abs(nextBase - base);
    base = nextBase;
    for (let k = 0; k < codes.length; k++) {
      const column = (i: number) => rows[i]?.get(k) ?? 0;
      const before = strengths[k] ?? 1;
      const after = step(column, before, (value) => [HELD * (value - 1), HELD]);
      move(column, after - before);
      strengths[k] = after;
      largest = Math.max(largest, Math.abs(after - before));
    }
    if (largest < 1e-7) break;
    yield;
  }
  return {
    version,
    base: quantised(Math.min(0.99, -Math.expm1(-base))),
    strengths: Object.fromEntries(codes.map((code, k) => [code, quantised(strengths[k] ?? 1)])),
  };
}

function drained<Result>(rounds: Generator<void, Result>): Result {
  for (;;) {
    const round = rounds.next();
    if (round.done === true) return round.value;
  }
}

function totalOf(row: ReadonlyMap<number, number>, strengths: readonly number[]): number {
  let total = 0;
  for (const [k, x] of row) total += x * (strengths[k] ?? 1);
  return total;
}

function quantised(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/**
 * The risk that a draft of these signs is said to have under a model, as `assess` makes it.
 * @param mustSee see `calibrate`.
 */
export function predict(model: RiskModel, { signs }: Pick<Example, 'signs'>, mustSee: number): number {
  const found = signs.map(({ code, weight }) => ({ code, weight, text: '', spans: [] }));
  return combine(calibrate(found, model, mustSee));
}

/** The same for each example by a model that never saw it: five parts in turn, by place. */
export function crossPredict(examples: readonly Example[], mustSee: number): number[] {
  return drained(crossPredicting(examples, mustSee));
}

/** The same round by round. */
export function* crossPredicting(
  examples: readonly Example[],
  mustSee: number,
  parts = 5,
): Generator<void, number[]> {
  const predictions = new Array<number>(examples.length).fill(0);
  for (let part = 0; part < parts; part++) {
    const model = yield* fitting(
      examples.filter((_, i) => i % parts !== part),
      'cross',
    );
    examples.forEach((example, i) => {
      if (i % parts === part) predictions[i] = predict(model, example, mustSee);
    });
  }
  return predictions;
}
