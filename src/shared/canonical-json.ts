/** What canonical JSON can hold: no undefined members inside arrays, no NaN, no bigint, no dates. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Canonical JSON: members sorted by code unit, no white space, numbers as ECMAScript prints them, members whose value is
 * `undefined` left out (RFC 8785 for the values used here). The same value always gives the same bytes, so it can be hashed,
 * signed and compared.
 * @throws TypeError for a value JSON cannot hold (NaN, infinities, bigint, functions), naming its path.
 */
export function canonicalJson(value: unknown): string {
  return write(value, null);
}

/** The JSON of what was kept; null until it is written for the first time. */
const kept = new WeakMap<object, string | null>();

/**
 * Says of an object that it never changes and turns up in many values: it is written once and its text used again. Freezes the object itself; what
 * it holds has to be left alone as well.
 */
export function keepText<T extends object>(value: T): T {
  kept.set(Object.freeze(value), null);
  return value;
}

/** Where a value stands, for the message of an error: put together only then. */
interface Place {
  readonly step: string | number;
  readonly of: Place | null;
}

function write(value: unknown, place: Place | null): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw refused(String(value), place);
      return value === 0 ? '0' : String(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, place);
    default:
      throw refused(`a ${typeof value}`, place);
  }
}

function writeObject(value: object, place: Place | null): string {
  const known = kept.get(value);
  if (typeof known === 'string') return known;
  if (value instanceof Date) throw refused('a Date', place, '; write it as ISO text');
  const json = Array.isArray(value)
    ? writeItems(value, place)
    : writeMembers(value as Readonly<Record<string, unknown>>, place);
  // In one piece: as the many pieces it was put together from, it would be joined again in every value it is used in.
  if (known === null) kept.set(value, Buffer.from(json).toString());
  return json;
}

function writeItems(items: readonly unknown[], place: Place | null): string {
  let json = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) json += ',';
    json += write(items[i], { step: i, of: place });
  }
  return `${json}]`;
}

function writeMembers(members: Readonly<Record<string, unknown>>, place: Place | null): string {
  let json = '{';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    json += `${json.length > 1 ? ',' : ''}${nameText(key)}${write(member, { step: key, of: place })}`;
  }
  return `${json}}`;
}

/** Names are few and come again in each value, so their text is remembered; what is given as a name by others may be many. */
const NAMES = new Map<string, string>();
const MOST_NAMES = 2_000;
const LONGEST_NAME = 40;

function nameText(name: string): string {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const written = `${text(name)}:`;
  if (NAMES.size < MOST_NAMES && name.length <= LONGEST_NAME) NAMES.set(name, written);
  return written;
}

function text(value: string): string {
  return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
}

function refused(what: string, place: Place | null, advice = ''): TypeError {
  let path = '';
  for (let at = place; at !== null; at = at.of)
    path = typeof at.step === 'number' ? `[${at.step}]${path}` : `.${at.step}${path}`;
  return new TypeError(`canonical JSON cannot hold ${what} at $${path}${advice}`);
}
