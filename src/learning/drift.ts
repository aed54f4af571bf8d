/** What a draft is compared by with those that a gate was certified on. */
export interface Drifting {
  readonly score: number;
  /** Codes; null where none was kept. */
  readonly channel: string | null;
  readonly locale: string | null;
  readonly stage: string | null;
  /** Codes of the signs that checks found. */
  readonly signs: readonly string[];
}

/** What moved, and how far. */
export interface Drift {
  readonly what: string;
  /** Population stability index. */
  readonly index: number;
}

/** The index from which drafts are commonly taken for another population. */
export const DRIFTED = 0.25;
/** The quantile of the normal distribution at 1 − 1/10,000: how surprising a drift must be besides, since small numbers move by chance. */
const SURPRISING_Z = 3.719;
/** What occurs more rarely than this counts together. */
const RARE = 0.05;

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

/** Ten equal parts of the earlier scores; fewer where many are alike. */
function parts(before: readonly number[]): (score: number) => string {
  const sorted = [...before].sort((a, b) => a - b);
  const edges = [...new Set(Array.from({ length: 9 }, (_, i) => quantile(sorted, (i + 1) / 10)))];
  return (score) => String(edges.findIndex((edge) => score <= edge));
}

function counts(values: readonly string[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const value of values) all.set(value, (all.get(value) ?? 0) + 1);
  return all;
}

/** The values, with what is rare in both times together taken as one. */
function pooled(before: readonly string[], now: readonly string[]): [string[], string[]] {
  const all = counts([...before, ...now]);
  const least = RARE * (before.length + now.length);
  const common = (value: string): string => ((all.get(value) ?? 0) < least ? 'other' : value);
  return [before.map(common), now.map(common)];
}

/** The chi-squared value that so many degrees of freedom exceed once in 10,000 (Wilson and Hilferty). */
function surprisingFrom(degrees: number): number {
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + SURPRISING_Z * Math.sqrt(part)) ** 3;
}

/**
 * The population stability index of values of today against earlier ones, half an observation added to each part, so that an empty one is
 * rare and not impossible; null where it may well be chance: n·m/(n + m) times the index is about chi-squared when nothing moved.
 */
function stabilityIndex(before: readonly string[], now: readonly string[]): number | null {
  const [earlier, later] = [counts(before), counts(now)];
  const values = [...new Set([...earlier.keys(), ...later.keys()])];
  if (values.length < 2) return null;
  const share = (of: ReadonlyMap<string, number>, value: string, total: number) =>
    ((of.get(value) ?? 0) + 0.5) / (total + 0.5 * values.length);
  const index = values.reduce((sum, value) => {
    const was = share(earlier, value, before.length);
    const is = share(later, value, now.length);
    return sum + (is - was) * Math.log(is / was);
  }, 0);
  const statistic = (index * before.length * now.length) / (before.length + now.length);
  return statistic > surprisingFrom(values.length - 1) ? index : null;
}

/**
 * How far the drafts of today are from those that were certified, by what moved furthest: their risk, where and for whom they are
 * written, and how often each sign is found. Null while nothing moved further than is commonly accepted, and than chance explains.
 */
export function driftOf(before: readonly Drifting[], now: readonly Drifting[]): Drift | null {
  if (before.length === 0 || now.length === 0) return null;
  const part = parts(before.map(({ score }) => score));
  const signs = new Set([...before, ...now].flatMap((each) => each.signs));
  const looks: readonly (readonly [string, (each: Drifting) => string])[] = [
    ['risk', ({ score }) => part(score)],
    ['channel', ({ channel }) => channel ?? ''],
    ['language', ({ locale }) => locale ?? ''],
    ['stage', ({ stage }) => stage ?? ''],
    ...[...signs]
      .sort()
      .map((code) => [`sign ${code}`, (each: Drifting) => String(each.signs.includes(code))] as const),
  ];
  let furthest: Drift | null = null;
  for (const [what, valueOf] of looks) {
    const index = stabilityIndex(...pooled(before.map(valueOf), now.map(valueOf)));
    if (index !== null && index > Math.max(DRIFTED, furthest?.index ?? 0)) furthest = { what, index };
  }
  return furthest;
}
