import { IANAZone } from 'luxon';

const MINUTE = 60_000;
const DAY = 86_400_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Enough for ten years of every day somebody asks about in one zone. */
const MOST_DAYS = 3_660;
const MOST_NAMES = 2_000;

/** Local hours on some weekdays, in minutes of the local day: from `from` up to but not at `to`. A window that ends before it starts runs past midnight and belongs to the day it starts on. */
export interface WeeklyHours {
  readonly from: number;
  readonly to: number;
  /** 1 = Monday. */
  readonly days: readonly number[];
}

/** When sending is allowed: in any of the windows, on no day that is closed. */
export interface SendingHours {
  readonly windows: readonly WeeklyHours[];
  /** Local dates, as days since 1970-01-01. */
  readonly closed: ReadonlySet<number>;
}

/** Every minute of every day. */
export const ALWAYS: WeeklyHours = { from: 0, to: DAY_MINUTES, days: [1, 2, 3, 4, 5, 6, 7] };

/** A local date such as `2026-12-25` as days since 1970-01-01. */
export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

/** What tells the local time: an IANA zone, or a fixed offset from UTC in minutes. */
export type Zone = string | number;

/** Every offset that is in use somewhere, in minutes: stands in for a person of whom no zone is known. */
export const OFFSETS_WORLDWIDE: readonly number[] = Array.from(
  { length: (14 + 12) * 4 + 1 },
  (_, i) => -12 * 60 + i * 15,
);

const zoneNames = new Map<string, boolean>();

/** Whether this is a time zone the zone data knows. */
export function isZone(name: string): boolean {
  const known = zoneNames.get(name);
  if (known !== undefined) return known;
  const valid = IANAZone.isValidZone(name);
  if (zoneNames.size >= MOST_NAMES) zoneNames.clear(); // Names come from outside: what is remembered of them is bounded.
  zoneNames.set(name, valid);
  return valid;
}

/** Zones of a country (ISO 3166-1 alpha-2), sorted; none when the country is not known. */
export function zonesOfCountry(country: string): readonly string[] {
  if (!/^[A-Z]{2}$/.test(country)) return [];
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    timeZones?: readonly string[];
    getTimeZones?: () => readonly string[] | undefined;
  };
  return [...(locale.timeZones ?? locale.getTimeZones?.() ?? [])].sort();
}

/** `08:30` as minutes of the day; `24:00` is the end of the day. */
export function minutesOf(hourMinute: string): number {
  const [hour = '0', minute = '0'] = hourMinute.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** What the offset (in minutes) does during one UTC day. No zone changes it twice in a day. */
interface DayOffset {
  readonly before: number;
  /** Epoch milliseconds from which it is `after`; infinite on nearly every day. */
  readonly change: number;
  readonly after: number;
}

const dayOffsets = new Map<string, Map<number, DayOffset>>();

/** Asking the zone data costs ten times what remembering does, and the same days are asked about again and again. */
function dayOffset(zone: string, day: number): DayOffset {
  const known = dayOffsets.get(zone);
  const days = known === undefined || known.size >= MOST_DAYS ? new Map<number, DayOffset>() : known;
  if (days !== known) dayOffsets.set(zone, days);
  const found = days.get(day) ?? lookUpDay(IANAZone.create(zone), day * DAY);
  days.set(day, found);
  return found;
}

function lookUpDay(zone: IANAZone, start: number): DayOffset {
  const before = zone.offset(start);
  let high = start + DAY;
  const after = zone.offset(high);
  if (before === after) return { before, change: Number.POSITIVE_INFINITY, after };
  let low = start;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offset(middle) === before) low = middle;
    else high = middle;
  }
  return { before, change: high, after };
}

/** Minutes that local time is ahead of UTC at a moment (epoch milliseconds). */
function offsetAt(zone: Zone, at: number): number {
  if (typeof zone === 'number') return zone;
  const { before, change, after } = dayOffset(zone, Math.floor(at / DAY));
  return at < change ? before : after;
}

/** The local time in a zone for people to read, such as `Tue 31 Mar 2026, 08:00 Europe/Berlin`. */
export function localTimeText(at: number, zone: string): string {
  const local = at + offsetAt(zone, at) * MINUTE;
  const weekday = WEEKDAYS[Math.floor(minuteOfWeek(local) / DAY_MINUTES)] ?? '';
  const [date = '', time = ''] = new Date(local).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${weekday} ${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}, ${time.slice(0, 5)} ${zone}`;
}

/** Whether the hours allow a moment in a zone. */
export function isAllowed(at: number, zone: Zone, hours: SendingHours): boolean {
  return allows(hours, at + offsetAt(zone, at) * MINUTE);
}

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
  const restricting = hours.filter((each) => !isAlways(each));
  let at = from;
  for (;;) {
    if (at >= before) return null;
    let later = at;
    for (const zone of zones) {
      for (const each of restricting) {
        const next = nextAllowedIn(later, before, zone, each);
        if (next === null) return null;
        later = next;
      }
    }
    if (later === at) return at;
    at = later;
  }
}

/** Whether there is any local time of an ordinary week that all of these hours allow. */
export function overlap(hours: readonly SendingHours[]): boolean {
  for (let minute = 0; minute < WEEK_MINUTES; minute++) {
    if (hours.every(({ windows }) => windows.some((window) => holds(window, minute)))) return true;
  }
  return false;
}

function isAlways({ windows, closed }: SendingHours): boolean {
  return (
    closed.size === 0 &&
    windows.some(({ from, to, days }) => from === 0 && to === DAY_MINUTES && new Set(days).size === 7)
  );
}

/** 0 is Monday 00:00. The epoch was a Thursday. */
function minuteOfWeek(local: number): number {
  const minutes = Math.floor(local / MINUTE) + 3 * DAY_MINUTES;
  return ((minutes % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}

function allows({ windows, closed }: SendingHours, local: number): boolean {
  if (closed.size > 0 && closed.has(Math.floor(local / DAY))) return false;
  const minute = minuteOfWeek(local);
  return windows.some((window) => holds(window, minute));
}

function holds({ from, to, days }: WeeklyHours, minute: number): boolean {
  const day = Math.floor(minute / DAY_MINUTES) + 1;
  const time = minute % DAY_MINUTES;
  if (from < to) return days.includes(day) && time >= from && time < to;
  if (from === to) return false;
  const yesterday = day === 1 ? 7 : day - 1;
  return (days.includes(day) && time >= from) || (days.includes(yesterday) && time < to);
}

function nextAllowedIn(from: number, before: number, zone: Zone, hours: SendingHours): number | null {
  let at = from;
  while (at < before) {
    const offset = offsetAt(zone, at) * MINUTE;
    const local = at + offset;
    if (allows(hours, local)) return at;
    // While the offset stays as it is, the next allowed moment is the next opening.
    const opening = nextOpening(local, hours);
    if (opening === null) return null;
    const next = opening - offset;
    const change = firstChange(zone, at, Math.min(next, before));
    if (change === null) return next < before ? next : null;
    at = change;
  }
  return null;
}

/**
 * The next local moment after `local`, which is not allowed, that is; null when there is none. A window opens where it starts, and one that
 * runs past midnight also at the midnight after a closed day.
 */
function nextOpening(local: number, hours: SendingHours): number | null {
  const { windows, closed } = hours;
  const starts = [0, ...windows.map(({ from }) => from * MINUTE).filter((start) => start < DAY)];
  starts.sort((a, b) => a - b);
  const midnight = Math.floor(local / DAY) * DAY;
  for (let day = 0; day <= 7 + closed.size; day++) {
    for (const start of starts) {
      const opening = midnight + day * DAY + start;
      if (opening > local && allows(hours, opening)) return opening;
    }
  }
  return null;
}

/** The first moment in (`from`, `to`] from which the zone's offset is another one. */
function firstChange(zone: Zone, from: number, to: number): number | null {
  if (typeof zone === 'number') return null;
  for (let day = Math.floor(from / DAY); day * DAY <= to; day++) {
    const { change } = dayOffset(zone, day);
    if (change > from && change <= to) return change;
  }
  return null;
}
