import { IANAZone } from 'luxon';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const DAY_MINUTES = 1_440;
export const WEEK_MINUTES = 7 * DAY_MINUTES;
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
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
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

const zonesByCountry = new Map<string, readonly string[]>();

/** Zones of a country (ISO 3166-1 alpha-2), sorted; none when the country is not known. */
export function zonesOfCountry(country: string): readonly string[] {
  if (!/^[A-Z]{2}$/.test(country)) return [];
  const known = zonesByCountry.get(country);
  if (known !== undefined) return known;
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    timeZones?: readonly string[];
    getTimeZones?: () => readonly string[] | undefined;
  };
  const zones = [...(locale.timeZones ?? locale.getTimeZones?.() ?? [])].sort();
  zonesByCountry.set(country, zones);
  return zones;
}

/** `08:30` as minutes of the day; `24:00` is the end of the day. */
export function minutesOf(hourMinute: string): number {
  const [hour = '0', minute = '0'] = hourMinute.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** What the offset (in minutes) does during one UTC day. No zone changes it twice in a day. */
export interface DayOffset {
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
  const found = days.get(day) ?? lookUpDay(IANAZone.create(zone), day * DAY_MS);
  days.set(day, found);
  return found;
}

function lookUpDay(zone: IANAZone, start: number): DayOffset {
  const before = zone.offset(start);
  let high = start + DAY_MS;
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

/** A zone's offsets during a UTC day (days since the epoch). */
export function offsetsOfDay(zone: Zone, day: number): DayOffset {
  return typeof zone === 'number'
    ? { before: zone, change: Number.POSITIVE_INFINITY, after: zone }
    : dayOffset(zone, day);
}

/** Minutes that local time is ahead of UTC at a moment (epoch milliseconds). */
export function offsetAt(zone: Zone, at: number): number {
  if (typeof zone === 'number') return zone;
  const { before, change, after } = dayOffset(zone, Math.floor(at / DAY_MS));
  return at < change ? before : after;
}

/** The local date in a zone at a moment (epoch milliseconds), such as `2026-03-31`. */
export function localDate(at: number, zone: Zone): string {
  return new Date(at + offsetAt(zone, at) * MINUTE_MS).toISOString().slice(0, 10);
}

let lastText = { at: Number.NaN, zone: '', text: '' };

/** The local time in a zone for people to read, such as `Tue 31 Mar 2026, 08:00 Europe/Berlin`. */
export function localTimeText(at: number, zone: string): string {
  // The candidates of one decision mostly wait for the same moment.
  if (lastText.at !== at || lastText.zone !== zone) lastText = { at, zone, text: textOf(at, zone) };
  return lastText.text;
}

function textOf(at: number, zone: string): string {
  const ahead = at + offsetAt(zone, at) * MINUTE_MS;
  const local = new Date(ahead);
  const weekday = WEEKDAYS[Math.floor(minuteOfWeek(ahead) / DAY_MINUTES)] ?? '';
  const date = `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()] ?? ''} ${local.getUTCFullYear()}`;
  return `${weekday} ${date}, ${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())} ${zone}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** 0 is Monday 00:00. The epoch was a Thursday. @param local epoch milliseconds of a clock on the wall. */
export function minuteOfWeek(local: number): number {
  const minutes = Math.floor(local / MINUTE_MS) + 3 * DAY_MINUTES;
  return ((minutes % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}

/** The weekday of a local day (days since the epoch): 1 = Monday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
