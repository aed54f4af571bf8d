import { emailAddress, phoneNumber } from '../profiles/addresses.js';
import { type Consent, type ConsentState } from '../profiles/profile.js';
import { type Json } from '../shared/canonical-json.js';
import { countryCode, isZone } from '../shared/zones.js';
import { byColumn, type Columns, fits } from './columns.js';
import { type ImportKind } from './import.js';

const LONGEST_ID = 512;
const LONGEST_CELL = 4_000;
const LONGEST_SOURCE = 200;
/** How far a statement's time may lie ahead of our clock before it is an error and not a clock. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** What exports write when they meant to write nothing; taken at their word they would make strangers one person. */
const JUNK_IDS = new Set([
  'null',
  'undefined',
  'nan',
  'none',
  '[object object]',
  'true',
  'false',
  '#n/a',
  '#ref!',
]);

const CHANNEL = /^[\w.\- ]{1,64}$/;
const TOPIC = /^(\*|[\w.\- ]{1,64})$/;
/** No leading zeros, and no more digits than a number holds exactly: what is longer is an id. */
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/i;

const STATES: ReadonlySet<string> = new Set<ConsentState>(['granted', 'denied', 'unknown']);
/** What other tools call them. Everything else counts as `import`, which stops all messages to the address. */
const REASONS: Readonly<Record<string, SuppressionReason>> = {
  unsubscribe: 'unsubscribe',
  unsubscribed: 'unsubscribe',
  complaint: 'complaint',
  complained: 'complaint',
  spam: 'complaint',
  hard_bounce: 'hard_bounce',
  bounce: 'hard_bounce',
  bounced: 'hard_bounce',
  manual: 'manual',
  import: 'import',
};

/** `unsubscribe` and `complaint` stop marketing to an address, the others everything. */
type SuppressionReason = 'unsubscribe' | 'complaint' | 'hard_bounce' | 'manual' | 'import';

export interface ContactLine {
  readonly kind: 'contacts';
  readonly userId: string;
  /** E-mail, phone and the like are traits here too, as in a signal. */
  readonly traits: Readonly<Record<string, Json>>;
}

export interface ConsentLine {
  readonly kind: 'consent';
  readonly userId: string;
  readonly consent: Consent;
}

export interface SuppressionLine {
  readonly kind: 'suppressions';
  readonly userId: string | null;
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly reason: SuppressionReason;
  /** When it was said; ISO 8601. */
  readonly at: string | null;
}

type GoodLine = ContactLine | ConsentLine | SuppressionLine;

/** What is wrong with a cell, and in which column. */
interface Wrong {
  readonly path: string;
  readonly message: string;
}

export type ReadLine =
  { readonly ok: true; readonly line: GoodLine } | { readonly ok: false; readonly wrong: readonly Wrong[] };

export interface ReadingOptions {
  readonly kind: ImportKind;
  readonly columns: Columns;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where consent comes from that only takes something away and does not say. */
  readonly source: string;
}

/** Reads one line. Everything that is wrong with it is told at once. */
export function readLine(cells: readonly string[], options: ReadingOptions): ReadLine {
  const { kind, columns } = options;
  if (!fits(columns, cells))
    return bad([
      { path: '', message: `has ${cells.length} cells where the first line names ${columns.length}` },
    ]);
  const values = byColumn(columns, cells);
  const wrong: Wrong[] = [...values]
    .filter(([, value]) => value.length > LONGEST_CELL)
    .map(([path]) => ({ path, message: `is longer than ${LONGEST_CELL} characters` }));
  if (wrong.length > 0) return bad(wrong);
  const line = { contacts: contact, consent, suppressions: suppression }[kind](values, wrong, options);
  return wrong.length > 0 || line === null ? bad(wrong) : { ok: true, line };
}

type Read = (values: ReadonlyMap<string, string>, wrong: Wrong[], options: ReadingOptions) => GoodLine | null;

const contact: Read = (values, wrong) => {
  const userId = idOf(values, wrong, true);
  const country = checked(values, 'country', wrong, countryCode, 'is not a country');
  const traits: Record<string, Json> = {};
  for (const [name, value] of values) if (!OWN_CONTACT.has(name)) traits[name] = typed(value);
  const own = {
    email: checked(values, 'email', wrong, emailAddress, 'has not the form of an e-mail address'),
    phone: phoneOf(values, wrong, country),
    name: values.get('name') ?? null,
    locale: checked(values, 'locale', wrong, localeOf, 'is not a language such as "en-GB"'),
    timezone: checked(
      values,
      'timezone',
      wrong,
      (text) => (isZone(text) ? text : null),
      'is not a time zone such as "Europe/Berlin"',
    ),
    country,
  };
  for (const [name, value] of Object.entries(own)) if (value !== null) traits[name] = value;
  return userId === null ? null : { kind: 'contacts', userId, traits };
};
const OWN_CONTACT = new Set(['userId', 'email', 'phone', 'name', 'locale', 'timezone', 'country']);

const consent: Read = (values, wrong, { now, source }) => {
  const userId = idOf(values, wrong, true);
  const channel = checked(values, 'channel', wrong, matching(CHANNEL), 'is not the name of a channel', true);
  const topic = checked(
    values,
    'topic',
    wrong,
    matching(TOPIC),
    'is not the name of a topic, or "*" for all',
  );
  const state = checked(values, 'state', wrong, stateOf, 'should be granted, denied or unknown', true);
  const said = values.get('source');
  if (state === 'granted' && said === undefined)
    wrong.push({ path: 'source', message: 'is missing: a grant has to say where it comes from' });
  if (said !== undefined && said.length > LONGEST_SOURCE)
    wrong.push({ path: 'source', message: `is longer than ${LONGEST_SOURCE} characters` });
  const at = timeIn(values, wrong, now, true);
  if (userId === null || channel === null || state === null || at === null) return null;
  return {
    kind: 'consent',
    userId,
    consent: { channel, topic: topic ?? '*', state, source: said ?? source, at },
  };
};

const suppression: Read = (values, wrong, { now }) => {
  const userId = idOf(values, wrong, false);
  const email = checked(values, 'email', wrong, emailAddress, 'has not the form of an e-mail address');
  const phone = phoneOf(values, wrong, null);
  if (!['userId', 'email', 'phone'].some((name) => values.has(name)))
    wrong.push({ path: '', message: 'names neither userId nor email nor phone' });
  const at = timeIn(values, wrong, now, false);
  const said = (values.get('reason') ?? 'import').toLowerCase().replaceAll(/[\s-]/g, '_');
  const reason = Object.hasOwn(REASONS, said) ? (REASONS[said] ?? 'import') : 'import';
  return { kind: 'suppressions', userId, email, phone, reason, at };
};

function idOf(values: ReadonlyMap<string, string>, wrong: Wrong[], needed: boolean): string | null {
  const id = values.get('userId');
  const tell = (message: string): null => {
    wrong.push({ path: 'userId', message });
    return null;
  };
  if (id === undefined) return needed ? tell('is missing') : null;
  if (JUNK_IDS.has(id.toLowerCase())) return tell('is a word that stands for nothing, and no id');
  if (id.length > LONGEST_ID) return tell(`is longer than ${LONGEST_ID} characters`);
  return id.includes('�') ? tell('holds a character that cannot be part of an id') : id;
}

function phoneOf(values: ReadonlyMap<string, string>, wrong: Wrong[], country: string | null): string | null {
  const message = 'is not a phone number; write it as +442079460123, or name the country beside it';
  return checked(values, 'phone', wrong, (text) => phoneNumber(text, country), message);
}

function timeIn(
  values: ReadonlyMap<string, string>,
  wrong: Wrong[],
  now: number,
  needed: boolean,
): string | null {
  const at = checked(
    values,
    'at',
    wrong,
    timeOf,
    'should be a date, or a time with its zone, such as 2026-03-29T08:00:00Z',
    needed,
  );
  if (at === null) return null;
  if (at > now + CLOCK_TOLERANCE_MS) wrong.push({ path: 'at', message: 'lies in the future' });
  return new Date(Math.min(at, now)).toISOString();
}

/** A cell as what it should be; null, and told, when it is not that. */
function checked<Value>(
  values: ReadonlyMap<string, string>,
  path: string,
  wrong: Wrong[],
  read: (text: string) => Value | null,
  message: string,
  needed = false,
): Value | null {
  const text = values.get(path);
  if (text === undefined) {
    if (needed) wrong.push({ path, message: 'is missing' });
    return null;
  }
  const value = read(text);
  if (value === null) wrong.push({ path, message });
  return value;
}

/**
 * What a cell of any other column is: `true` and `false` are truth values, plain decimal numbers are numbers (`007`, `+49 30` and what has
 * more than fifteen digits stay text, as ids do), everything else is text; dates stay as they are written.
 */
export function typed(text: string): Json {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return NUMBER.test(text) ? Number(text) : text;
}

function matching(pattern: RegExp): (text: string) => string | null {
  return (text) => (pattern.test(text) ? text : null);
}

function stateOf(text: string): ConsentState | null {
  const state = text.toLowerCase();
  return STATES.has(state) ? (state as ConsentState) : null;
}

function localeOf(text: string): string | null {
  try {
    return text.length > 35 ? null : (Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0] ?? null);
  } catch {
    return null;
  }
}

/** A date is midnight in UTC. What names an hour and no zone could mean any: that is refused. */
function timeOf(text: string): number | null {
  if (!TIME.test(text)) return null;
  const ms = Date.parse(text.replace(' ', 'T'));
  // A day that the month has not rolls over where it is not looked at.
  const day = text.slice(0, 10);
  const start = Date.parse(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(start) && new Date(start).toISOString().startsWith(day);
  return Number.isNaN(ms) || ms < 0 || !isDay ? null : ms;
}

function bad(wrong: readonly Wrong[]): ReadLine {
  return { ok: false, wrong };
}
