import { RE2JS } from 're2js';
import { MINUTE_MS, offsetAt } from '../shared/local-time.js';
import { isZone } from '../shared/zones.js';
import { writtenOutLength } from './pattern-length.js';
import { type CountedMessage, type EventRecord, type HistoryRecord } from './records.js';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** 27.505 × 100 is 2750.4999… in binary: a nudge far below a cent keeps halves going up. */
export function roundHalfUp(x: number): number {
  return Math.round(x + Math.sign(x) * 1e-7);
}

/** How long before `now` a moment lies, in units of so many milliseconds. */
export function elapsed(at: Date, now: Date, unit: number): number {
  return (now.getTime() - at.getTime()) / unit;
}

/** Whether an event happened within the last `span` milliseconds. */
export function happenedWithin(event: EventRecord, span: number): boolean {
  const last = event.get('lastAt');
  return last instanceof Date && event.now.getTime() - last.getTime() < span;
}

/** What a clock shows, by the method that asks for it: of a moment that was moved by the zone's offset. */
export const CLOCK_PARTS: Readonly<Record<string, (local: Date) => number>> = {
  getFullYear: (local) => local.getUTCFullYear(),
  getMonth: (local) => local.getUTCMonth(),
  getDate: (local) => local.getUTCDate(),
  getDayOfMonth: (local) => local.getUTCDate() - 1,
  getDayOfWeek: (local) => local.getUTCDay(),
  getDayOfYear: (local) => {
    const newYear = new Date(local);
    newYear.setUTCMonth(0, 1);
    return Math.round((local.getTime() - newYear.getTime()) / DAY_MS);
  },
  getHours: (local) => local.getUTCHours(),
  getMinutes: (local) => local.getUTCMinutes(),
  getSeconds: (local) => local.getUTCSeconds(),
  getMilliseconds: (local) => local.getUTCMilliseconds(),
};

/** What a clock in a zone shows at a moment; null for a zone that does not exist, or a moment beyond what dates can be. */
export function clockPart(method: string, at: Date, zone: string): number | null {
  const part = CLOCK_PARTS[method];
  if (part === undefined || Number.isNaN(at.getTime()) || !isZone(zone)) return null;
  // Before zones were agreed upon, offsets were no whole minutes.
  const local = new Date(at.getTime() + Math.round(offsetAt(zone, at.getTime()) * MINUTE_MS));
  return Number.isNaN(local.getTime()) ? null : part(local);
}

/** Counts of messages by one of their members. */
export const COUNTED_BY = {
  countAction: 'action',
  countChannel: 'channel',
  countTopic: 'topic',
  countTag: 'tag',
} as const;
export type CountedBy = (typeof COUNTED_BY)[keyof typeof COUNTED_BY];

function isCounted(message: CountedMessage, by: CountedBy, name: string): boolean {
  switch (by) {
    case 'action':
      return message.action === name;
    case 'channel':
      return message.channel === name;
    case 'topic':
      return message.topic === name;
    case 'tag':
      return message.tags.includes(name);
  }
}

/** Messages of the last `days`, of any kind or by one of their members; one that is still open counts, because it holds its place. */
export function countMessages(history: HistoryRecord, days: number, by?: CountedBy, name = ''): number {
  const since = history.now.getTime() - days * DAY_MS;
  let count = 0;
  for (const message of history.counted)
    if ((message.open || message.at > since) && (by === undefined || isCounted(message, by, name))) count++;
  return count;
}

export function containsAny(text: string, parts: readonly string[]): boolean {
  return parts.some((part) => text.includes(part));
}

const patterns = new Map<string, RE2JS>();
/** Time is linear in the text, but at each of its characters all that a counted repetition stands for may be looked at. */
const MOST_REPEATED = 500;

/** A pattern in RE2's syntax, as CEL has it: time linear in the text. @throws when it is not one, or counts too far. */
export function linearPattern(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const repeated = writtenOutLength(pattern) - pattern.length;
  if (repeated > MOST_REPEATED)
    throw new Error(
      `counted repetitions, written out, make the pattern ${repeated} characters longer, which could take very long; ${MOST_REPEATED} are the limit`,
    );
  const compiled = RE2JS.compile(pattern);
  // Patterns are literals of the playbook; the limit only bounds what hot reload leaves behind.
  if (patterns.size >= 1_000) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}
