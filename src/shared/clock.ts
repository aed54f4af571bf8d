/** Where the time comes from. Core never reads it: shells pass `now` in. */
export abstract class Clock {
  /** The present moment. */
  abstract now(): Date;
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A playbook holds a few dozen durations, and asks for them with every signal. */
const knownDurations = new Map<string, number>();
const MOST_DURATIONS = 1_000;

/** Matches durations such as `90s`, `15m`, `1h`, `30d`, `2w`. */
export const DURATION_PATTERN = /^(\d{1,6})(s|m|h|d|w)$/;

/**
 * Milliseconds in a duration such as `15m`, `1h` or `30d`. A day is 24 hours: windows are rolling, never calendar days.
 * @throws RangeError when the text is not a duration.
 */
export function durationMs(text: string): number {
  const known = knownDurations.get(text);
  if (known !== undefined) return known;
  const ms = parseDuration(text);
  if (knownDurations.size < MOST_DURATIONS) knownDurations.set(text, ms);
  return ms;
}

function parseDuration(text: string): number {
  const match = DURATION_PATTERN.exec(text);
  if (!match)
    throw new RangeError(`"${text}" is not a duration; write a number and s, m, h, d or w, such as "30d"`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
