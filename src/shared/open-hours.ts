import {
  DAY_MINUTES,
  DAY_MS,
  minuteOfWeek,
  MINUTE_MS,
  offsetsOfDay,
  offsetAt,
  OFFSETS_WORLDWIDE,
  WEEK_MINUTES,
  weekdayOf,
  type SendingHours,
  type WeeklyHours,
  type Zone,
} from './local-time.js';

/** What is remembered of hours and zones, in days of calendars: names and hours come from outside, so it is bounded. */
const MOST_DAYS = 20_000;
const MOST_OVERLAPS = 1_000;

/** Half-open spans of UTC time, ascending: start, end, start, end, in epoch milliseconds. */
type Spans = readonly number[];

/** When hours are open in all of some zones, by UTC day; worked out day by day as somebody asks. */
interface Calendar {
  readonly zones: readonly Zone[];
  readonly hours: readonly SendingHours[];
  readonly days: Map<number, Spans>;
}

/** By hours, then by zones. */
const calendars = new Map<string, Map<string, Calendar>>();
let rememberedDays = 0;

/**
 * The earliest moment in [`from`, `before`) that all hours allow in all zones; null when there is none. Exact to the millisecond, also where
 * clocks change within a window.
 */
export function nextAllowed(
  from: number,
  before: number,
  zones: readonly Zone[],
  hours: readonly SendingHours[],
): number | null {
  if (from >= before) return null;
  const restriction = restrictionOf(hours);
  if (restriction.hours.length === 0 || zones.length === 0) return from;
  const calendar = calendarOf(zones, restriction);
  for (let day = Math.floor(from / DAY_MS); day * DAY_MS < before; day++) {
    const spans = spansOf(calendar, day);
    for (let i = 0; i < spans.length; i += 2) {
      const start = spans[i] ?? 0;
      if ((spans[i + 1] ?? 0) <= from) continue;
      if (start >= before) return null;
      return Math.max(start, from);
    }
  }
  return null;
}

/** Whether the hours allow a moment in a zone. */
export function isAllowed(at: number, zone: Zone, { windows, closed }: SendingHours): boolean {
  const local = at + offsetAt(zone, at) * MINUTE_MS;
  if (closed.size > 0 && closed.has(Math.floor(local / DAY_MS))) return false;
  const minute = minuteOfWeek(local);
  return windows.some((window) => holds(window, minute));
}

const overlaps = new Map<string, boolean>();

/** Whether there is any local time of an ordinary week that all of these hours allow. */
export function overlap(hours: readonly SendingHours[]): boolean {
  const key = hours.map(({ windows }) => windows.map(windowKey).join(',')).join(' ');
  const known = overlaps.get(key);
  if (known !== undefined) return known;
  let found = false;
  for (let minute = 0; minute < WEEK_MINUTES && !found; minute++)
    found = hours.every(({ windows }) => windows.some((window) => holds(window, minute)));
  if (overlaps.size >= MOST_OVERLAPS) overlaps.clear();
  overlaps.set(key, found);
  return found;
}

function holds({ from, to, days }: WeeklyHours, minute: number): boolean {
  const day = Math.floor(minute / DAY_MINUTES) + 1;
  const time = minute % DAY_MINUTES;
  if (from < to) return days.includes(day) && time >= from && time < to;
  if (from === to) return false;
  const yesterday = day === 1 ? 7 : day - 1;
  return (days.includes(day) && time >= from) || (days.includes(yesterday) && time < to);
}

function isAlways({ windows, closed }: SendingHours): boolean {
  return (
    closed.size === 0 &&
    windows.some(({ from, to, days }) => from === 0 && to === DAY_MINUTES && new Set(days).size === 7)
  );
}

function windowKey({ from, to, days }: WeeklyHours): string {
  return `${from}-${to}@${days.join('')}`;
}

const keys = new WeakMap<SendingHours, string>();

function keyOf(hours: SendingHours): string {
  let key = keys.get(hours);
  if (key === undefined) {
    key = `${hours.windows.map(windowKey).join(',')}!${[...hours.closed].join(',')}`;
    keys.set(hours, key);
  }
  return key;
}

/** Of hours together those that are not always open, and their name. */
interface Restriction {
  readonly hours: readonly SendingHours[];
  readonly key: string;
}

const restrictions = new WeakMap<readonly SendingHours[], Restriction>();

function restrictionOf(hours: readonly SendingHours[]): Restriction {
  let known = restrictions.get(hours);
  if (known === undefined) {
    const restricting = hours.filter((each) => !isAlways(each));
    known = { hours: restricting, key: restricting.map(keyOf).join(' ') };
    restrictions.set(hours, known);
  }
  return known;
}

function calendarOf(zones: readonly Zone[], { hours, key }: Restriction): Calendar {
  let byZones = calendars.get(key);
  if (byZones === undefined) calendars.set(key, (byZones = new Map<string, Calendar>()));
  const where = zones === OFFSETS_WORLDWIDE ? 'worldwide' : zones.join('|');
  let calendar = byZones.get(where);
  if (calendar === undefined) byZones.set(where, (calendar = { zones, hours, days: new Map() }));
  return calendar;
}

function spansOf(calendar: Calendar, day: number): Spans {
  const known = calendar.days.get(day);
  if (known !== undefined) return known;
  if (rememberedDays >= MOST_DAYS) {
    calendars.clear();
    rememberedDays = 0;
  }
  rememberedDays += 1;
  const spans = openOn(calendar, day);
  calendar.days.set(day, spans);
  return spans;
}

function openOn({ zones, hours }: Calendar, day: number): Spans {
  let open: Spans = [day * DAY_MS, (day + 1) * DAY_MS];
  for (const zone of zones) {
    for (const each of hours) {
      open = intersection(open, openIn(zone, each, day));
      if (open.length === 0) return open;
    }
  }
  return open;
}

/** When hours are open in one zone during a UTC day. */
function openIn(zone: Zone, hours: SendingHours, day: number): Spans {
  const start = day * DAY_MS;
  const end = start + DAY_MS;
  const { before, change, after } = offsetsOfDay(zone, day);
  if (change >= end) return openWhile(before, hours, start, end);
  return [...openWhile(before, hours, start, change), ...openWhile(after, hours, change, end)];
}

/** When hours are open from `start` to `end` while local time is `offset` minutes ahead. */
function openWhile(offset: number, { windows, closed }: SendingHours, start: number, end: number): Spans {
  const ahead = Math.round(offset * MINUTE_MS);
  const open = windows
    .map((window) => windowWhile(ahead, window, start, end))
    .reduce((all, spans) => union(all, spans), []);
  if (closed.size === 0) return open;
  const days: number[] = [];
  for (let day = Math.floor((start + ahead) / DAY_MS); day * DAY_MS - ahead < end; day++)
    if (!closed.has(day)) days.push(day * DAY_MS - ahead, (day + 1) * DAY_MS - ahead);
  return intersection(open, days);
}

/** The spans of one window, for a clock on the wall that is so many milliseconds ahead. */
function windowWhile(
  ahead: number,
  { from, to, days }: WeeklyHours,
  start: number,
  end: number,
): readonly number[] {
  if (from === to) return [];
  const length = (from < to ? to - from : to - from + DAY_MINUTES) * MINUTE_MS;
  const spans: number[] = [];
  // A window that runs past midnight belongs to the day before.
  for (let day = Math.floor((start + ahead) / DAY_MS) - 1; day * DAY_MS - ahead < end; day++) {
    if (!days.includes(weekdayOf(day))) continue;
    const opens = day * DAY_MS + from * MINUTE_MS - ahead;
    const closes = Math.min(opens + length, end);
    if (closes > start && opens < end) spans.push(Math.max(opens, start), closes);
  }
  return spans;
}

function intersection(a: Spans, b: Spans): number[] {
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i] ?? 0, b[j] ?? 0);
    const aEnds = a[i + 1] ?? 0;
    const bEnds = b[j + 1] ?? 0;
    const end = Math.min(aEnds, bEnds);
    if (start < end) common.push(start, end);
    if (aEnds < bEnds) i += 2;
    else j += 2;
  }
  return common;
}

function union(a: Spans, b: Spans): Spans {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] ?? 0) <= (b[j] ?? 0));
    const [start, end] = fromA ? [a[i] ?? 0, a[i + 1] ?? 0] : [b[j] ?? 0, b[j + 1] ?? 0];
    if (fromA) i += 2;
    else j += 2;
    const last = merged.at(-1);
    if (last === undefined || start > last) merged.push(start, end);
    else merged[merged.length - 1] = Math.max(last, end);
  }
  return merged;
}
