import {
  DAY_MS,
  isZone,
  MINUTE_MS,
  offsetAt,
  offsetsOfDay,
  weekdayOf,
  type Zone,
} from '../shared/local-time.js';
import { quantise } from './score.js';
import { type HourCount, type HourCounts } from './situation.js';

const HOUR_MS = 60 * MINUTE_MS;
const DAY_HOURS = 24;
/** The hours of a working day, then those of a Saturday or Sunday. */
export const SLOTS = 2 * DAY_HOURS;

/** How much better than at the person's usual hour a message is answered that leaves in a slot. */
interface HourRate {
  /** 1 is as usual. */
  readonly multiplier: number;
  /** Of the multiplier: its standard error, squared. */
  readonly variance: number;
}

/** Rates by slot. */
export type HourRates = readonly HourRate[];

/**
 * How far things are taken to lie apart before anything is counted, as a share of the mean: how readily some answer at all (`level`), and
 * how each hour differs from what holds one step further out (`hours`). docs/adr/0008 has the reasons.
 */
const SPREAD = {
  everyone: { level: 1, hours: 0.5 },
  segment: { level: 0.5, hours: 0.2 },
  own: { level: 1, hours: 0.5 },
} as const;
/** Share of messages that are answered, before anything was counted. */
const USUAL_RATE = 0.1;
/** No hour is taken to be surer of an answer than this, so that there is always something left to learn. */
const MOST_RATE = 0.95;
/** A message waits for a better hour when the gain outweighs the wait with at least this probability: 0.8, in standard deviations. */
const SURE_ENOUGH = 0.8416;

/** Counts of everyone and of segments are of so many months before this one, and of this one: what people did longer ago says little. */
const MONTHS = 6;
/** A person's own are of so long before now, and of the latest ones. */
export const OWN_MS = 183 * DAY_MS;
export const MOST_OWN = 200;

/** The first of the months that count at a moment: `2026-05-01`. */
export function firstMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS, 1)).toISOString().slice(0, 10);
}

/** An answer later than this is not put down to the hour in which the message left. */
export const ANSWERED_WITHIN_MS = 72 * HOUR_MS;

interface Level {
  /** Share of messages that are answered when the multiplier is 1. */
  readonly rate: number;
  readonly hours: HourRates;
}

/** In messages: a Beta distribution of this mean and this many pseudo-counts spreads by that share of its mean. */
function strengthOf(mean: number, spread: number): number {
  return Math.max(1, (1 - mean) / (mean * spread * spread));
}

const HOURS_UNKNOWN: Level = {
  rate: USUAL_RATE,
  hours: Array.from({ length: SLOTS }, () => ({ multiplier: 1, variance: SPREAD.everyone.hours ** 2 })),
};

/**
 * One step nearer to the person. The level first: messages answered against messages expected to be, given when they left, so that somebody
 * who was only ever written to at good hours is not taken for an eager reader. Then each hour: Beta, its prior the level times what the hour
 * is worth further out.
 */
function nearer(
  { rate, hours }: Level,
  counts: readonly HourCount[],
  spread: { readonly level: number; readonly hours: number },
): Level {
  if (counts.length === 0) return { rate, hours };
  const multiplierAt = (slot: number) => hours[slot]?.multiplier ?? 1;
  const answered = counts.reduce((sum, [, , each]) => sum + each, 0);
  const expected = counts.reduce((sum, [slot, left]) => sum + left * multiplierAt(slot), 0);
  const trust = strengthOf(rate, spread.level);
  const level = Math.min(MOST_RATE, (trust * rate + answered) / (trust + expected));
  const bySlot = new Map(counts.map((count) => [count[0], count]));
  return {
    rate: level,
    hours: hours.map((outer, slot) => {
      const [, left, got] = bySlot.get(slot) ?? [slot, 0, 0];
      const prior = Math.min(MOST_RATE, level * outer.multiplier);
      if (left === 0) return { multiplier: prior / level, variance: outer.variance };
      const strength = strengthOf(prior, spread.hours);
      const share = strength / (strength + left);
      const mean = share * prior + (1 - share) * (got / left);
      const sampling = (left * mean * (1 - mean)) / ((strength + left) * level) ** 2;
      return { multiplier: mean / level, variance: share * share * outer.variance + sampling };
    }),
  };
}

/** What each hour is worth for one person: their own counts, shrunk toward their segment's, those toward everyone's. */
export function hourRates({ everyone, segment, own }: HourCounts): HourRates {
  const all = nearer(HOURS_UNKNOWN, everyone, SPREAD.everyone);
  const likeThem = nearer(all, segment, SPREAD.segment);
  return nearer(likeThem, own, SPREAD.own).hours.map(({ multiplier, variance }) => ({
    multiplier: quantise(multiplier),
    variance: quantise(variance),
  }));
}

/** The slot of an hour of the clock on the wall, 0 to 23. */
export function slotOf(hour: number, isWeekend: boolean): number {
  return isWeekend ? DAY_HOURS + hour : hour;
}

export function hourOfSlot(slot: number): { readonly hour: number; readonly isWeekend: boolean } {
  return { hour: slot % DAY_HOURS, isWeekend: slot >= DAY_HOURS };
}

/** The slot that a moment (epoch milliseconds) falls in. */
export function slotAt(at: number, zone: Zone): number {
  const local = at + offsetAt(zone, at) * MINUTE_MS;
  const day = Math.floor(local / DAY_MS);
  const hour = Math.floor((local - day * DAY_MS) / HOUR_MS);
  return slotOf(hour, weekdayOf(day) >= 6);
}

/** Until when a moment's slot lasts at most: the next full hour on the clock on the wall, a clock change, or the end of the UTC day. */
function slotEnds(at: number, zone: Zone): number {
  const day = Math.floor(at / DAY_MS);
  const ahead = Math.round(offsetAt(zone, at) * MINUTE_MS);
  const hour = (Math.floor((at + ahead) / HOUR_MS) + 1) * HOUR_MS - ahead;
  const { change } = offsetsOfDay(zone, day);
  return Math.min(hour, (day + 1) * DAY_MS, change > at ? change : Number.POSITIVE_INFINITY);
}

/** Until when it is the same hour in every zone. */
function stretchEnds(at: number, zones: readonly Zone[]): number {
  return Math.min(...zones.map((zone) => slotEnds(at, zone)));
}

/** A message that left, as far as its hour is counted. */
interface LeftAt {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly answered: boolean;
}

/** One person's counts. Where several zones are possible nobody can tell the hour, so nothing is counted. */
export function countHours(left: readonly LeftAt[], zones: readonly string[]): HourCount[] {
  const [zone, other] = zones.filter(isZone);
  if (zone === undefined || other !== undefined) return [];
  const counts = new Map<number, { left: number; answered: number }>();
  for (const { at, answered } of left) {
    const slot = slotAt(at, zone);
    const count = counts.get(slot) ?? { left: 0, answered: 0 };
    count.left += 1;
    if (answered) count.answered += 1;
    counts.set(slot, count);
  }
  return [...counts].toSorted(([a], [b]) => a - b).map(([slot, count]) => [slot, count.left, count.answered]);
}

/** Whom somebody is counted with: people of their country at their stage. Each belongs to one. */
export function segmentOf(country: string | null, stage: string): string {
  return `${country ?? '-'} ${stage}`;
}

/** How many messages an estimate rests on. */
export interface HourEvidence {
  readonly everyone: number;
  readonly segment: number;
  readonly own: number;
}

export function evidenceOf({ everyone, segment, own }: HourCounts): HourEvidence {
  const leftIn = (counts: readonly HourCount[]) => counts.reduce((sum, [, left]) => sum + left, 0);
  return { everyone: leftIn(everyone), segment: leftIn(segment), own: leftIn(own) };
}

/** How a message values the hours. */
export interface HourChoice {
  readonly rates: HourRates;
  readonly evidence: HourEvidence;
  /** What a day of waiting costs, as a share of what the message is worth at the person's usual hour. */
  readonly lossPerDay: number;
}

/** What is gained by leaving at a moment instead of the earliest, as a share of what the message is worth at the usual hour. */
interface Gain {
  /** In the worst of the zones the person may be in, the cost of waiting taken off. */
  readonly net: number;
  /** Whether it is likely enough that there is a gain, in every zone. */
  readonly sure: boolean;
  /** How likely it is, in the zone where it is least so. 0 to 1. */
  readonly chance: number;
}

/** The share of a normal distribution below so many standard deviations; to some ten-millionths (Abramowitz and Stegun, 7.1.26). */
function normalShare(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return quantise(deviations < 0 ? tail : 1 - tail);
}

const NEUTRAL: HourRate = { multiplier: 1, variance: 0 };

function gainAt(
  at: number,
  earliest: number,
  zones: readonly Zone[],
  { rates, lossPerDay }: Pick<HourChoice, 'rates' | 'lossPerDay'>,
): Gain {
  const cost = (lossPerDay * (at - earliest)) / DAY_MS;
  let net = Number.POSITIVE_INFINITY;
  let sure = true;
  let chance = 1;
  for (const zone of zones) {
    const [then, now] = [slotAt(at, zone), slotAt(earliest, zone)];
    const [later, sooner] = [rates[then] ?? NEUTRAL, rates[now] ?? NEUTRAL];
    const gained = quantise(later.multiplier - sooner.multiplier - cost);
    const spread = then === now ? 0 : Math.sqrt(later.variance + sooner.variance);
    if (gained < net) net = gained;
    if (gained <= 0 || gained < quantise(SURE_ENOUGH * spread)) sure = false;
    if (spread > 0) chance = Math.min(chance, normalShare(gained / spread));
  }
  return { net, sure, chance };
}

interface BestMomentQuestion extends Pick<HourChoice, 'rates' | 'lossPerDay'> {
  /** Epoch milliseconds: the first permitted moment. */
  readonly earliest: number;
  readonly before: number;
  /** Every zone the person may be in; at least one. */
  readonly zones: readonly Zone[];
  /** The first permitted moment at or after this one and before the end. */
  readonly permittedFrom: (at: number) => number | null;
}

/** A moment, and what it gains over the earliest one; for the earliest one itself nothing, for certain. */
export type BestMoment = Omit<Gain, 'sure'> & { readonly at: number };

/**
 * The permitted moment with the highest expected value; the earliest of equals. Exact: while the hour stays the same in every zone waiting
 * only costs, so nothing but the first permitted moment of each such stretch can be best.
 */
export function bestMoment(question: BestMomentQuestion): BestMoment {
  const { earliest, before, zones, rates, lossPerDay, permittedFrom } = question;
  const highest = Math.max(...rates.map(({ multiplier }) => multiplier));
  const now = Math.max(...zones.map((zone) => (rates[slotAt(earliest, zone)] ?? NEUTRAL).multiplier));
  const mostAt = (at: number) => quantise(highest - now - (lossPerDay * (at - earliest)) / DAY_MS);
  let best: BestMoment = { at: earliest, net: 0, chance: 1 };
  for (let at = earliest; ;) {
    const next = stretchEnds(at, zones);
    if (next >= before || mostAt(next) <= best.net) return best;
    const permitted = permittedFrom(next);
    if (permitted === null) return best;
    at = permitted;
    const { net, sure, chance } = gainAt(at, earliest, zones, question);
    if (sure && net > best.net) best = { at, net, chance };
  }
}
