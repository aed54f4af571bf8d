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

/** A draft that could have gone out automatically, judged or not. */
export interface AuditItem {
  /** Risk as it was when it was routed, 0 to 1. */
  readonly score: number;
  /** The probability with which a person was to look at it: 1 while everything is reviewed. */
  readonly share: number;
  /** Whether the reviewer rejected or materially changed it; null when nobody looked. */
  readonly wrong: boolean | null;
}

/** One planned look. */
export interface Look {
  readonly number: number;
  /** Audits it takes place at. */
  readonly audits: number;
  /** The part of the error probability that it spends. */
  readonly delta: number;
}

/** What a look found. `threshold`: drafts below it may go; null when nothing was shown. */
export interface LookResult {
  readonly look: number;
  readonly threshold: number | null;
  readonly audits: number;
  readonly misses: number;
  /** Of the hypothesis tested last. */
  readonly pValue: number;
}

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

const GRID = 100;

/** What lies below a threshold. */
interface Below {
  readonly count: number;
  readonly audits: number;
  readonly misses: number;
  /** Sum of the misses, each standing for as many drafts as its chance to be seen says. */
  readonly weighted: number;
  readonly lowestShare: number;
}

const NOTHING: Below = { count: 0, audits: 0, misses: 0, weighted: 0, lowestShare: 1 };

function including(below: Below, item: AuditItem): Below {
  const miss = item.wrong === true;
  return {
    count: below.count + 1,
    audits: below.audits + (item.wrong === null ? 0 : 1),
    misses: below.misses + (miss ? 1 : 0),
    weighted: below.weighted + (miss ? 1 / item.share : 0),
    lowestShare: Math.min(below.lowestShare, item.share),
  };
}

/** What lies below each threshold of the grid, in its order. */
function belowEach(items: readonly AuditItem[], thresholds: readonly number[]): Below[] {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  let below = NOTHING;
  let at = 0;
  return thresholds.map((threshold) => {
    for (let item = sorted[at]; item !== undefined && item.score < threshold; item = sorted[++at])
      below = including(below, item);
    return below;
  });
}

/**
 * The p-value of "more than the tolerated share is wrong". Drafts nobody saw count with loss 0, those seen stand for them by the inverse
 * of their chance; brought back between 0 and 1 by the lowest chance, the losses have a bound that is scaled alike.
 */
function pValueOf({ count, weighted, lowestShare }: Below, wrong: number): number {
  if (count === 0) return 1;
  return hoeffdingBentkus((weighted * lowestShare) / count, count, wrong * lowestShare);
}

/**
 * Learn then test (Angelopoulos et al. 2021): thresholds are tried from the lowest that enough audits lie below, upwards, until one is
 * not shown; the order depends on scores alone, never on verdicts, so the first failure may end it without paying for each test.
 * @param items what had been routed when the look fell due, no later ones.
 * @param ceiling the highest threshold that may be chosen; the playbook's own.
 */
export function look(
  items: readonly AuditItem[],
  plan: Look,
  tolerance: Pick<Tolerance, 'wrong'>,
  ceiling: number,
): LookResult {
  const thresholds = Array.from({ length: GRID }, (_, i) => (i + 1) / GRID).filter(
    (threshold) => threshold <= ceiling,
  );
  const each = belowEach(items, thresholds);
  let shown: LookResult | null = null;
  for (const [i, threshold] of thresholds.entries()) {
    const below = each[i] ?? NOTHING;
    if (below.audits < plan.audits) continue;
    const { audits, misses } = below;
    const result = { look: plan.number, threshold, audits, misses, pValue: pValueOf(below, tolerance.wrong) };
    if (result.pValue > plan.delta) return shown ?? { ...result, threshold: null };
    shown = result;
  }
  return shown ?? { look: plan.number, threshold: null, audits: 0, misses: 0, pValue: 1 };
}

/** How surprising the misses among audits of what went out automatically would be, were the promise kept: small closes the gate. */
export function brokenPromise(audits: number, misses: number, wrong: number): number {
  return misses === 0 ? 1 : 1 - binomialCdf(misses - 1, audits, wrong);
}

/**
 * How far the drafts of today are from those that were certified: the population stability index over ten equal parts of the earlier
 * scores. Above 0.25 is commonly taken for another population.
 */
export function drift(before: readonly number[], now: readonly number[]): number {
  if (before.length === 0 || now.length === 0) return 0;
  const sorted = [...before].sort((a, b) => a - b);
  const edges = [...new Set(Array.from({ length: 9 }, (_, i) => quantile(sorted, (i + 1) / 10)))];
  const shares = (scores: readonly number[]) => {
    const counts = new Array<number>(edges.length + 1).fill(0);
    for (const score of scores) {
      const part = edges.findIndex((edge) => score <= edge);
      const at = part < 0 ? edges.length : part;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // Half an observation in each part, so that an empty one is rare and not impossible.
    return counts.map((count) => (count + 0.5) / (scores.length + 0.5 * counts.length));
  };
  const earlier = shares(before);
  const later = shares(now);
  return earlier.reduce((sum, share, i) => {
    const today = later[i] ?? share;
    return sum + (today - share) * Math.log(today / share);
  }, 0);
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
