import { auditsNeeded, binomialCdf, hoeffdingBentkus } from './bound.js';

/** What the strategist asks for: at most so large a share of wrong automatic approvals, shown with so much confidence. */
export interface Tolerance {
  /** Such as 0.01: one wrong approval in a hundred. */
  readonly wrong: number;
  /** Such as 0.95. */
  readonly confidence: number;
  /** When it is looked: after as many audits as so many misses would need, one look for each. Fixed before the first audit. */
  readonly misses: readonly number[];
}

/**
 * What became of a draft that could have gone out automatically. `wrong`: rejected, materially changed or handed over. `unanswered`: a
 * person was to look and the item ended without a verdict. `open`: that may still come. `unpicked`: chance let nobody look.
 */
export type Fate = 'right' | 'wrong' | 'unanswered' | 'open' | 'unpicked';

export interface AuditItem {
  /** Risk as it was when it was routed, 0 to 1. */
  readonly score: number;
  /** The probability with which a person was to look at it: 1 while everything is reviewed. */
  readonly share: number;
  readonly fate: Fate;
}

/** One planned look. */
export interface Look {
  readonly number: number;
  /** Audits it takes place at. */
  readonly audits: number;
  /** The part of the error probability that it spends. */
  readonly delta: number;
}

/** A look at the drafts below one threshold. */
interface Test {
  readonly look: number;
  /** The threshold: it is about drafts with a lower risk. */
  readonly below: number;
}

/** What a look found. */
export interface TestResult extends Test {
  /** Whether drafts below the threshold may go. */
  readonly shown: boolean;
  readonly audits: number;
  /** Drafts that count against it, those nobody answered among them. */
  readonly misses: number;
  readonly unanswered: number;
  readonly pValue: number;
}

/** What comes next on the way to a (higher) threshold. */
export type Step =
  | { readonly kind: 'due'; readonly result: TestResult }
  /** `audits` of `needed` were picked below the risk `counted`; `open` of what the test is about wait for their verdict, or for their deadline. */
  | {
      readonly kind: 'waiting';
      readonly test: Test;
      readonly counted: number;
      readonly audits: number;
      readonly needed: number;
      readonly open: number;
    }
  /** Nothing more can open: every threshold is shown, or every look at the next one failed. */
  | { readonly kind: 'done' };

/**
 * When to look: the error probability is shared equally among the looks, so that they are wrong together no more often than promised.
 * Looking whenever one likes, at the same bar, is wrong far more often.
 */
export function planLooks(tolerance: Tolerance): Look[] {
  const delta = (1 - tolerance.confidence) / tolerance.misses.length;
  return tolerance.misses.map((misses, i) => ({
    number: i + 1,
    audits: auditsNeeded(misses, tolerance.wrong, 1 - delta),
    delta,
  }));
}

/** The thresholds to try, safest first: those that were stated and lie no higher than the playbook's own. */
export function thresholdsUpTo(ceiling: number, stated: readonly number[]): number[] {
  const kept = stated.filter((threshold) => threshold <= ceiling);
  return kept.length === 0 ? [ceiling] : kept;
}

/** A threshold below which less than this part of the drafts below a higher one lie is not waited for. */
const WORTH_WAITING = 0.25;

const isPicked = ({ fate }: AuditItem): boolean => fate !== 'unpicked';

/** How many drafts had been routed when as many below a threshold had been picked as asked for; null while fewer were. */
function placeOf(items: readonly AuditItem[], below: number, audits: number): number | null {
  let picked = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item !== undefined && item.score < below && isPicked(item)) picked++;
    if (picked === audits) return i + 1;
  }
  return null;
}

function countPicked(items: readonly AuditItem[], below: number, upTo = items.length): number {
  let count = 0;
  for (let i = 0; i < upTo; i++) {
    const item = items[i];
    if (item !== undefined && item.score < below && isPicked(item)) count++;
  }
  return count;
}

/**
 * The threshold with which the sequence begins: the lowest, but one is passed over when some higher one has its audits together and too
 * few of those lie below. It depends on risks and picks alone, never on verdicts, and on nothing that comes after the first look.
 */
function safest(items: readonly AuditItem[], thresholds: readonly number[], audits: number): number | null {
  const places = thresholds.map((threshold) => placeOf(items, threshold, audits));
  const isPassedOver = (threshold: number, at: number) =>
    places.some(
      (place, higher) =>
        higher > at && place !== null && countPicked(items, threshold, place) < audits * WORTH_WAITING,
    );
  return thresholds.find((threshold, at) => !isPassedOver(threshold, at)) ?? null;
}

/**
 * The p-value of "more than the tolerated share is wrong". Where each draft had the same chance to be picked, those that were picked are a
 * sample. Otherwise each stands for as many drafts as its chance says and those nobody was to see count with loss 0; brought back between
 * 0 and 1 by the lowest chance, the losses have a bound that is scaled alike. What was picked and never answered counts as wrong: whether
 * somebody finds the time may well hang on what the draft is like.
 */
function pValueOf(window: readonly AuditItem[], wrong: number): number {
  const picked = window.filter(isPicked);
  const missed = picked.filter(({ fate }) => fate !== 'right');
  const lowest = Math.min(...window.map(({ share }) => share));
  if (window.every(({ share }) => share === lowest))
    return hoeffdingBentkus(missed.length / picked.length, picked.length, wrong);
  const weighted = missed.reduce((sum, { share }) => sum + 1 / share, 0);
  return hoeffdingBentkus((weighted * lowest) / window.length, window.length, wrong * lowest);
}

/**
 * Learn then test (Angelopoulos et al. 2021), by a fixed sequence. A look takes place when as many drafts below the safest threshold were
 * picked as it needs; thresholds are then tried from there upwards, each on the drafts below it, until one is not shown: that ends the
 * look, and the next one goes on from there. So the lowest threshold that does not keep the promise is tried once a look, and it alone
 * decides how often something false is shown: thresholds cost no confidence, looks share it. A look is held while any of its audits is
 * open, so that nothing hangs on who answers quickly.
 * @param items drafts that could have gone automatically, in the order they were routed.
 * @param made what the looks so far found, in their order.
 * @param plan fixed in advance, as `thresholds` are, ascending.
 */
export function nextStep(
  items: readonly AuditItem[],
  made: readonly Pick<TestResult, 'look' | 'below' | 'shown'>[],
  plan: readonly Look[],
  thresholds: readonly number[],
  { wrong }: Pick<Tolerance, 'wrong'>,
): Step {
  const counted = safest(items, thresholds, plan[0]?.audits ?? Infinity);
  const look = plan.find(({ number }) => !made.some((each) => each.look === number && !each.shown));
  if (counted === null || look === undefined) return { kind: 'done' };
  const shownUpTo = made.findLast(({ shown }) => shown)?.below ?? 0;
  const below = thresholds.find((threshold) => threshold >= counted && threshold > shownUpTo);
  if (below === undefined) return { kind: 'done' };

  const place = placeOf(items, counted, look.audits);
  const window = items.slice(0, place ?? items.length).filter(({ score }) => score < below);
  const count = (fate: Fate) => window.filter((each) => each.fate === fate).length;
  const test: Test = { look: look.number, below };
  const open = count('open');
  if (place === null || open > 0) {
    const audits = place === null ? countPicked(items, counted) : look.audits;
    return { kind: 'waiting', test, counted, audits, needed: look.audits, open };
  }
  const pValue = pValueOf(window, wrong);
  const unanswered = count('unanswered');
  return {
    kind: 'due',
    result: {
      ...test,
      shown: pValue <= look.delta,
      audits: window.filter(isPicked).length,
      misses: count('wrong') + unanswered,
      unanswered,
      pValue,
    },
  };
}

/** How surprising the misses among audits of what went out automatically would be, were the promise kept: small closes the gate. */
export function brokenPromise(audits: number, misses: number, wrong: number): number {
  return misses === 0 ? 1 : 1 - binomialCdf(misses - 1, audits, wrong);
}
