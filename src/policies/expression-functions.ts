import { RE2JS } from 're2js';
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

/** A pattern in RE2's syntax, as CEL has it: time linear in the text. @throws when it is not one. */
export function linearPattern(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const compiled = RE2JS.compile(pattern);
  // Patterns are literals of the playbook; the limit only bounds what hot reload leaves behind.
  if (patterns.size >= 1_000) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}
