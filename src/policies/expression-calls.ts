import { type Duration } from '@marcbachmann/cel-js/evaluator';
import {
  containsAny,
  COUNTED_BY,
  countMessages,
  DAY_MS,
  happenedWithin,
  HOUR_MS,
  roundHalfUp,
} from './expression-functions.js';
import { type EventRecord, type HistoryRecord } from './records.js';

/** A call's result when it would be an error: the interpreter says which. */
export const REFUSED: unique symbol = Symbol('refused');

/** The arguments, a method's receiver first. Whole numbers arrive as numbers. */
export type Call = (...values: never[]) => unknown;

const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

const SAID_TRUE: ReadonlySet<string> = new Set(['1', 't', 'true', 'TRUE', 'True']);
const SAID_FALSE: ReadonlySet<string> = new Set(['0', 'f', 'false', 'FALSE', 'False']);

function time(ms: number): Date | typeof REFUSED {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms) : REFUSED;
}

/** Unicode characters, not UTF-16 units. */
function characters(text: string): number {
  return Array.from(text).length;
}

/**
 * Calls that give a whole number no larger than 2^53, as a number. Named like `CALLS`.
 */
export const WHOLE_CALLS: Readonly<Record<string, Call>> = {
  'size(string)': characters,
  'size(list)': (list: readonly unknown[]) => list.length,
  '.size(string)': characters,
  '.size(list)': (list: readonly unknown[]) => list.length,
  '.indexOf(string,string)': (text: string, part: string) => text.indexOf(part),
  '.lastIndexOf(string,string)': (text: string, part: string) => text.lastIndexOf(part),
  '.getFullYear(time)': (at: Date) => at.getUTCFullYear(),
  '.getMonth(time)': (at: Date) => at.getUTCMonth(),
  '.getDate(time)': (at: Date) => at.getUTCDate(),
  '.getDayOfMonth(time)': (at: Date) => at.getUTCDate() - 1,
  '.getDayOfWeek(time)': (at: Date) => at.getUTCDay(),
  '.getHours(time)': (at: Date) => at.getUTCHours(),
  '.getMinutes(time)': (at: Date) => at.getUTCMinutes(),
  '.getSeconds(time)': (at: Date) => at.getUTCSeconds(),
  '.getMilliseconds(time)': (at: Date) => at.getUTCMilliseconds(),
};

/**
 * The functions and methods of the language by name and kinds of arguments, the receiver's first and a dot before a method's name. Each
 * gives what the interpreter gives.
 */
export const CALLS: Readonly<Record<string, Call>> = {
  'bool(string)': (text: string) => (SAID_TRUE.has(text) ? true : SAID_FALSE.has(text) ? false : REFUSED),
  'double(number)': (x: number) => x,
  'double(string)': (text: string) => {
    const value = text === '' || text !== text.trim() ? Number.NaN : Number(text);
    return Number.isNaN(value) ? REFUSED : value;
  },
  'int(double)': (x: number) => (Number.isFinite(x) ? BigInt(Math.trunc(x)) : REFUSED),
  'int(string)': (text: string) => (/^-?\d{1,15}$/.test(text) ? BigInt(text) : REFUSED),
  'string(bool)': (value: boolean) => String(value),
  'string(number)': (x: number) => (x === Infinity ? '+Inf' : x === -Infinity ? '-Inf' : String(x)),
  'timestamp(string)': (text: string) =>
    text.length < 20 || text.length > 30 ? REFUSED : time(new Date(text).getTime()),
  'timestamp(number)': (seconds: number) => time(seconds * 1_000),
  'lower(string)': (text: string) => text.toLowerCase(),
  'round(number)': roundHalfUp,
  'minorUnits(number)': (x: number) => roundHalfUp(x * 100),

  '.contains(string,string)': (text: string, part: string) => text.includes(part),
  '.containsAny(string,list<string>)': containsAny,
  '.startsWith(string,string)': (text: string, part: string) => text.startsWith(part),
  '.endsWith(string,string)': (text: string, part: string) => text.endsWith(part),
  '.trim(string)': (text: string) => text.trim(),
  '.lowerAscii(string)': (text: string) => text.toLowerCase(),
  '.upperAscii(string)': (text: string) => text.toUpperCase(),
  '.split(string,string)': (text: string, separator: string) => text.split(separator),
  '.join(list<string>)': (parts: readonly string[]) => parts.join(''),
  '.join(list<string>,string)': (parts: readonly string[], separator: string) => parts.join(separator),

  '.getHours(duration)': (span: Duration) => span.getHours(),
  '.getMinutes(duration)': (span: Duration) => span.getMinutes(),
  '.getSeconds(duration)': (span: Duration) => span.getSeconds(),
  '.getMilliseconds(duration)': (span: Duration) => span.getMilliseconds(),

  '.within(EventHistory,number)': (event: EventRecord, days: number) => happenedWithin(event, days * DAY_MS),
  '.withinHours(EventHistory,number)': (event: EventRecord, hours: number) =>
    happenedWithin(event, hours * HOUR_MS),
  '.count(History,number)': (history: HistoryRecord, days: number) => countMessages(history, days),
  ...Object.fromEntries(
    Object.entries(COUNTED_BY).map(([name, by]) => [
      `.${name}(History,string,number)`,
      (history: HistoryRecord, what: string, days: number) => countMessages(history, days, by, what),
    ]),
  ),
};
