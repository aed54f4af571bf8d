/** ln Γ(x) for x > 0, to about 15 digits (Lanczos, g = 7, n = 9). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = terms.reduce((total, term, i) => total + term / (z + i + 1), 0.99999999999980993);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ln of "n over k". */
function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** How often something came of how many. */
export interface Share {
  readonly hits: number;
  readonly of: number;
}

/**
 * Fisher's exact test, one-sided: how likely at least so many of all hits would lie on the side of `recent` if both had the same rate.
 * Exact also where hits are few, and where the past has none.
 * @returns 1 where there is nothing to compare.
 */
export function chanceOfRise(recent: Share, past: Share): number {
  const hits = recent.hits + past.hits;
  if (recent.of === 0 || past.of === 0 || recent.hits === 0) return 1;
  const all = logChoose(recent.of + past.of, hits);
  const most = Math.min(recent.of, hits);
  let sum = 0;
  for (let k = Math.max(recent.hits, hits - past.of); k <= most; k++) {
    const term = Math.exp(logChoose(recent.of, k) + logChoose(past.of, hits - k) - all);
    sum += term;
    // Beyond the middle terms only get smaller; what is left cannot be seen any more.
    if (term < sum * 1e-16) break;
  }
  return Math.min(1, sum);
}

/** Days of silence after a past that was counted day by day. */
export interface Silence {
  /** Whole days without any, up to now. */
  readonly days: number;
  /** How many there were before, in eight weeks at most. */
  readonly before: number;
  /** How many were to be expected in them, from the days before. */
  readonly expected: number;
  /** The longest run of empty days there was before. */
  readonly longestBefore: number;
  /** How likely so long a silence is by chance. */
  readonly chance: number;
}

/** Fewer in the past, or on fewer days, say nothing of how often to expect it. */
const LEAST_BEFORE = 10;
const LEAST_DAYS_BEFORE = 3;
/** What lies further back says less of how it is now. */
const MOST_DAYS_BEFORE = 56;

/**
 * Looks at counts day by day, the oldest first, the last one being the last whole day. What came before the silence gives the rate per day; counts
 * that vary more than a Poisson process would (variance above mean) widen it, as in quasi-Poisson regression: the chance is
 * exp(−expected ÷ dispersion).
 * @returns null when the last day has one, or too few came before to tell.
 */
export function silenceOf(counts: readonly number[]): Silence | null {
  const last = counts.findLastIndex((count) => count > 0);
  const window = counts.slice(Math.max(0, last + 1 - MOST_DAYS_BEFORE), last + 1);
  const days = counts.length - 1 - last;
  if (last < 0 || days === 0) return null;
  const before = window.slice(window.findIndex((count) => count > 0));
  const total = before.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_BEFORE || before.filter((count) => count > 0).length < LEAST_DAYS_BEFORE) return null;
  const mean = total / before.length;
  const variance = before.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (before.length - 1);
  const expected = mean * days;
  return {
    days,
    before: total,
    expected,
    longestBefore: longestRun(before),
    chance: Math.exp(-expected / Math.max(1, variance / mean)),
  };
}

function longestRun(counts: readonly number[]): number {
  let [longest, run] = [0, 0];
  for (const count of counts) {
    run = count === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** So unlikely by chance that somebody should look. Dozens of things are looked at every day, so that it adds up over a year. */
const UNLIKELY = 0.0001;

/** Whether a silence is none of the usual ones: unlikely, and longer than any before, so that weekends and quiet weeks alarm nobody. */
export function isAlarming({ chance, days, longestBefore }: Silence): boolean {
  return chance < UNLIKELY && days > longestBefore;
}

/** Whether a share lies above a rate beyond chance: so many hits or more would be that unlikely if each of them came at this rate. */
export function exceeds({ hits, of }: Share, rate: number): boolean {
  let chance = 0;
  for (let k = hits; k <= of; k++) {
    const term = Math.exp(logChoose(of, k) + k * Math.log(rate) + (of - k) * Math.log1p(-rate));
    chance += term;
    if (k > of * rate && term < chance * 1e-16) break;
  }
  return hits > of * rate && chance < UNLIKELY;
}

/** From where on a rise counts. */
export interface RiseFloor {
  /** Share below which nobody minds, whatever it was before. */
  readonly share: number;
  readonly hits: number;
  readonly of: number;
  /** How much of a rise it must be at least, as a factor. */
  readonly factor: number;
}

/** Whether a share rose beyond chance, beyond the floor, and by enough to matter. */
export function hasRisen(recent: Share, past: Share, floor: RiseFloor): boolean {
  if (recent.hits < floor.hits || recent.of < floor.of || past.of < floor.of) return false;
  const share = recent.hits / recent.of;
  return (
    share >= floor.share &&
    share >= floor.factor * (past.hits / past.of) &&
    chanceOfRise(recent, past) < UNLIKELY
  );
}
