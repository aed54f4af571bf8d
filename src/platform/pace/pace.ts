/** What was seen of those who wait for an answer, since the last look. */
export interface Seen {
  /** Whether anybody asked for anything. */
  readonly asked: boolean;
  /** How late the event loop came to what was due, on average, in milliseconds: whoever asks waits that long at each of several turns. */
  readonly delayMs: number;
  /** How long whoever waits longest for an acknowledgement has waited, in milliseconds. */
  readonly oldestMs: number;
}

/** Pieces of work under way at once when nobody waits: as many as there are connections, so that who comes next is chosen here. */
export const MOST = 10;
/** Never fewer, however many ask: what was taken in has to be worked off too, and while one waits for the database another can go on. */
export const LEAST = 4;
const DELAY_MS = 10;
const OLDEST_MS = 100;

/** Whether somebody waits longer than they should. */
export function isPressed({ asked, delayMs, oldestMs }: Seen): boolean {
  return asked && (delayMs > DELAY_MS || oldestMs > OLDEST_MS);
}

/** How many pieces may be under way from now on: half as many while somebody waits too long, one more at a time when nobody does. */
export function nextPermits(permits: number, seen: Seen): number {
  if (!seen.asked) return MOST;
  return isPressed(seen) ? Math.max(LEAST, Math.floor(permits / 2)) : Math.min(MOST, permits + 1);
}
