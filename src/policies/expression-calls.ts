import { type Duration } from '@marcbachmann/cel-js/evaluator';
import { clockMethod } from './expression-engine.js';
import {
  CLOCK_PARTS,
  clockPart,
  containsAny,
  COUNTED_BY,
  countMessages,
  DAY_MS,
  happenedWithin,
  HOUR_MS,
  roundHalfUp,
} from './expression-functions.js';
import { type EventRecord, HistoryRecord } from './records.js';

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

/** Where a part of a text may be looked for from; an empty part is found at once. */
function lookFrom(text: string, part: string, from: number): number | typeof REFUSED | null {
  if (part === '') return Number.isSafeInteger(from) ? from : REFUSED;
  return from < 0 || from >= text.length ? REFUSED : null;
}

function limitedSplit(text: string, separator: string, limit: number): readonly string[] {
  if (limit === 0) return [];
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
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
  '.indexOf(string,string,number)': (text: string, part: string, from: number) =>
    lookFrom(text, part, from) ?? text.indexOf(part, from),
  '.lastIndexOf(string,string,number)': (text: string, part: string, from: number) =>
    lookFrom(text, part, from) ?? text.lastIndexOf(part, from),
  '.getFullYear(time)': (at: Date) => at.getUTCFullYear(),
  '.getMonth(time)': (at: Date) => at.getUTCMonth(),
  '.getDate(time)': (at: Date) => at.getUTCDate(),
  '.getDayOfMonth(time)': (at: Date) => at.getUTCDate() - 1,
  '.getDayOfWeek(time)': (at: Date) => at.getUTCDay(),
  '.getHours(time)': (at: Date) => at.getUTCHours(),
  '.getMinutes(time)': (at: Date) => at.getUTCMinutes(),
  '.getSeconds(time)': (at: Date) => at.getUTCSeconds(),
  '.getMilliseconds(time)': (at: Date) => at.getUTCMilliseconds(),
  [`.${clockMethod('getDayOfYear')}(time)`]: (at: Date) => clockPart('getDayOfYear', at, 'UTC') ?? REFUSED,
  ...Object.fromEntries(
    Object.keys(CLOCK_PARTS).map((method) => [
      `.${clockMethod(method)}(time,string)`,
      (at: Date, zone: string) => clockPart(method, at, zone) ?? REFUSED,
    ]),
  ),
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
  '.split(string,string,number)': limitedSplit,
  '.substring(string,number)': (text: string, from: number) =>
    from < 0 || from > text.length ? REFUSED : text.substring(from),
  '.substring(string,number,number)': (text: string, from: number, to: number) =>
    from < 0 || from > text.length || to < from || to > text.length ? REFUSED : text.substring(from, to),
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

/** How much text is read in the time of one step over a list, in powers of two. */
const READ_IN_A_STEP = 6;
const MADE_IN_A_STEP = 4;
const SEARCHED_IN_A_STEP = 10;
/** What a clock in a zone may take to tell, in steps. */
const CLOCK_STEPS = 50;

/** Steps over a list in whose time values are read. Whatever is neither a text, a list nor a history takes none. */
export function stepsToRead(...values: readonly unknown[]): number {
  let steps = 0;
  for (const value of values) {
    if (typeof value === 'string') steps += value.length >> READ_IN_A_STEP;
    else if (Array.isArray(value)) {
      steps += value.length;
      for (const item of value) if (typeof item === 'string') steps += item.length >> READ_IN_A_STEP;
    } else if (value instanceof HistoryRecord) steps += value.counted.length;
  }
  return steps;
}

/** Steps in whose time two texts or lists become one. */
export function stepsToMake(a: string | readonly unknown[], b: string | readonly unknown[]): number {
  const length = a.length + b.length;
  return typeof a === 'string' ? length >> MADE_IN_A_STEP : length;
}

/** Looking for a part that is nearly there everywhere compares it again and again. */
function stepsToSearch(text: string, part: string): number {
  const searched = part.length > text.length ? 0 : text.length * part.length;
  return (text.length >> READ_IN_A_STEP) + Math.floor(searched / 2 ** SEARCHED_IN_A_STEP);
}

function stepsToJoin(parts: readonly string[], separator = ''): number {
  let length = separator.length * parts.length;
  for (const part of parts) length += part.length;
  return parts.length + Math.floor(length / 2 ** MADE_IN_A_STEP);
}

/** The same as `stepsToRead` for calls that take longer than reading what they are given, or less. Named like `CALLS`. */
export const STEPS: Readonly<Record<string, (...values: never[]) => number>> = {
  'size(string)': (text: string) => text.length >> 3,
  '.size(string)': (text: string) => text.length >> 3,
  'size(list)': () => 0,
  '.size(list)': () => 0,
  '.contains(string,string)': stepsToSearch,
  '.indexOf(string,string)': stepsToSearch,
  '.indexOf(string,string,number)': stepsToSearch,
  '.lastIndexOf(string,string)': stepsToSearch,
  '.lastIndexOf(string,string,number)': stepsToSearch,
  '.split(string,string)': stepsToSearch,
  '.split(string,string,number)': stepsToSearch,
  '.containsAny(string,list<string>)': (text: string, parts: readonly string[]) =>
    parts.reduce((steps, part) => steps + 1 + stepsToSearch(text, part), 0),
  '.join(list<string>)': stepsToJoin,
  '.join(list<string>,string)': stepsToJoin,
  ...Object.fromEntries(
    Object.keys(CLOCK_PARTS).map((method) => [`.${clockMethod(method)}(time,string)`, () => CLOCK_STEPS]),
  ),
};

/** Methods that take many times as long as what they are given is long: each is a walk of its own. */
export const WALKS: ReadonlySet<string> = new Set(['containsAny', 'join']);
