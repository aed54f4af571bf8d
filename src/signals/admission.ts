/**
 * Who sends signals is taken in by how long they would wait, not by how many wait: so long as it takes until what is ahead is written, at the
 * rate at which it was written lately. Work is counted in units of a signal, and one more for each of its kilobytes.
 */

/** Whoever would have to wait longer is told to come back. */
const LONGEST_WAIT_MS = 500;
/** Ten thousand signals of a kilobyte a second: until a rate was seen. */
export const SUPPOSED_PER_MS = 20;
/** What may always wait, however slow the writing: enough for a flush to show how fast it can be. */
export const ALWAYS = 1_000;
const REMEMBERED_MS = 1_000;
/** One flush that hung says little about the next. */
const MOST_LEARNED = 0.5;
const LONGEST_AWAY_S = 10;

/**
 * The rate of writing, after another flush.
 * @param perMs units a millisecond, as thought before.
 * @param flush `units` written, `ms` since the last one ended or this one could begin, `full` when more was waiting than it could take: only
 *   such a one shows that it goes no faster.
 */
export function learnedRate(
  perMs: number,
  flush: { readonly units: number; readonly ms: number; readonly full: boolean },
): number {
  const ms = Math.max(1, flush.ms);
  const seen = flush.units / ms;
  if (!flush.full && seen <= perMs) return perMs;
  const weight = Math.min(MOST_LEARNED, 1 - Math.exp(-ms / REMEMBERED_MS));
  return perMs + weight * (seen - perMs);
}

/** Whether a call is taken in that finds so many units ahead of it. */
export function isAdmitted(ahead: number, perMs: number): boolean {
  return ahead <= Math.max(ALWAYS, LONGEST_WAIT_MS * perMs);
}

/** Work that was told to come back, as far as its time has not come. */
export interface Promised {
  readonly units: number;
  /** Milliseconds on any steady clock. */
  readonly at: number;
}

export const NOTHING_PROMISED: Promised = { units: 0, at: 0 };

/**
 * When a refused call may come back: once what is ahead of it and what was refused before it can have been written, so that those who are
 * refused together come back one after another.
 * @returns whole seconds, at least one, and what is promised by now.
 */
export function comeBack(
  promised: Promised,
  refused: { readonly units: number; readonly ahead: number; readonly perMs: number; readonly now: number },
): { readonly afterSeconds: number; readonly promised: Promised } {
  const { units, ahead, perMs, now } = refused;
  const most = LONGEST_AWAY_S * 1_000 * perMs;
  const left = Math.max(0, promised.units - (now - promised.at) * perMs);
  const afterSeconds = Math.ceil((ahead + left) / perMs / 1_000);
  return {
    afterSeconds: Math.min(LONGEST_AWAY_S, Math.max(1, afterSeconds)),
    promised: { units: Math.min(most, left + units), at: now },
  };
}
