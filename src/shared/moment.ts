import { DateTime } from 'luxon';
import { DURATION_PATTERN, durationMs } from './clock.js';
import { isZone } from './zones.js';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?) ([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*)$/;

/** How a moment may be written, for messages. */
export const MOMENT_FORMS =
  '"2026-11-18T09:00:00Z", "2026-11-18 09:00 Europe/Berlin", "now", "3d ago" or "in 2h"';

/**
 * A moment as people write it: an instant (`2026-11-18T09:00:00Z`), a local time with its zone (`2026-11-18 09:00 Europe/Berlin`), or
 * relative to `now`: `now`, `3d ago`, `in 2h`. A local time that the clocks skip, or an unknown zone, is none.
 * @param now epoch milliseconds; null where nothing relative makes sense.
 * @returns epoch milliseconds, or null when the text is no moment.
 */
export function parseMoment(text: string, now: number | null): number | null {
  if (INSTANT.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }
  const [, date, time, zone] = LOCAL.exec(text) ?? [];
  if (date !== undefined && time !== undefined && zone !== undefined) return localMoment(date, time, zone);
  return now === null ? null : relativeMoment(text, now);
}

/** The zone that a local time names and that does not exist; null when there is none such in the text. */
export function unknownZoneIn(text: string): string | null {
  const zone = LOCAL.exec(text)?.[3];
  return zone === undefined || zone === 'UTC' || isZone(zone) ? null : zone;
}

function localMoment(date: string, time: string, zone: string): number | null {
  if (zone !== 'UTC' && !isZone(zone)) return null;
  const local = DateTime.fromISO(`${date}T${time}`, { zone });
  // Clocks that go forward skip an hour: luxon would quietly take the next one.
  if (!local.isValid || local.toFormat('HH:mm') !== time.slice(0, 5)) return null;
  return local.toMillis();
}

function relativeMoment(text: string, now: number): number | null {
  if (text === 'now') return now;
  const ago = /^(\S+) ago$/.exec(text)?.[1];
  if (ago !== undefined && DURATION_PATTERN.test(ago)) return now - durationMs(ago);
  const ahead = /^in (\S+)$/.exec(text)?.[1];
  if (ahead !== undefined && DURATION_PATTERN.test(ahead)) return now + durationMs(ahead);
  return null;
}
