import { type ImportKind } from './import.js';

const MOST_COLUMNS = 200;
const LONGEST_NAME = 100;

/** Columns that mean something here, by what other tools call them: in small letters, without anything between the words. */
const NAMES: Readonly<Record<ImportKind, Readonly<Record<string, string>>>> = {
  contacts: {
    userid: 'userId',
    email: 'email',
    emailaddress: 'email',
    phone: 'phone',
    phonenumber: 'phone',
    name: 'name',
    fullname: 'name',
    locale: 'locale',
    language: 'locale',
    timezone: 'timezone',
    country: 'country',
    countrycode: 'country',
  },
  consent: {
    userid: 'userId',
    channel: 'channel',
    topic: 'topic',
    state: 'state',
    source: 'source',
    at: 'at',
  },
  suppressions: {
    userid: 'userId',
    email: 'email',
    emailaddress: 'email',
    phone: 'phone',
    phonenumber: 'phone',
    reason: 'reason',
    at: 'at',
  },
};

const NEEDED: Readonly<Record<ImportKind, readonly string[]>> = {
  contacts: ['userId'],
  consent: ['userId', 'channel', 'state', 'at'],
  suppressions: [],
};
const ADDRESSES = ['userId', 'email', 'phone'];

/** What each column of a file is, in their order; null for one that is not read. */
export type Columns = readonly (string | null)[];

export type Heading =
  | { readonly ok: true; readonly columns: Columns; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly path: string; readonly message: string };

/**
 * Understands the first line. In a file of contacts a column that means nothing here is a trait by that name; elsewhere it is left out, with
 * a warning. What it refuses it does not repeat: a file without a first line of names begins with somebody's data.
 */
export function headingOf(kind: ImportKind, cells: readonly string[]): Heading {
  if (cells.length > MOST_COLUMNS) return refused('', `has more than ${MOST_COLUMNS} columns`);
  const known = cells.map((cell) => knownAs(kind, cell));
  const missing = NEEDED[kind].filter((name) => !known.includes(name));
  if (missing.length > 0)
    return refused(
      missing[0] ?? '',
      'is missing: the first line has to name the columns, this one among them',
    );
  if (kind === 'suppressions' && !ADDRESSES.some((name) => known.includes(name)))
    return refused('userId', 'is missing: the first line has to name userId, email or phone');
  return kind === 'contacts' ? ofContacts(cells, known) : ofOthers(cells, known);
}

function ofContacts(cells: readonly string[], known: Columns): Heading {
  const columns = known.map((name, i) => name ?? (cells[i] ?? '').trim());
  const problem = columns.map((name, i) => (known[i] === null ? wrongTrait(name) : null)).findIndex(isSaid);
  if (problem >= 0)
    return refused(`column ${problem + 1}`, wrongTrait(columns[problem] ?? '') ?? 'cannot be read');
  return withoutDoubles(columns, []);
}

function ofOthers(cells: readonly string[], known: Columns): Heading {
  const ignored = cells.filter((_cell, i) => known[i] === null).map((cell) => cell.trim());
  const warnings =
    ignored.length === 0
      ? []
      : [
          `Left out, since they mean nothing here: ${ignored.map((name) => name.slice(0, LONGEST_NAME)).join(', ')}.`,
        ];
  return withoutDoubles(known, warnings);
}

function withoutDoubles(columns: Columns, warnings: readonly string[]): Heading {
  const twice = columns.find((name, i) => name !== null && columns.indexOf(name) !== i);
  if (twice != null) return refused(twice, 'stands in the first line more than once');
  return { ok: true, columns, warnings };
}

function knownAs(kind: ImportKind, cell: string): string | null {
  const plain = cell.toLowerCase().replaceAll(/[\s_-]/g, '');
  return Object.hasOwn(NAMES[kind], plain) ? (NAMES[kind][plain] ?? null) : null;
}

function wrongTrait(name: string): string | null {
  if (name === '') return 'has no name in the first line';
  if (name.length > LONGEST_NAME) return `has a name of more than ${LONGEST_NAME} characters`;
  if (name in Object.prototype) return 'has a name that cannot be used';
  // A grant has to say where it comes from, which a trait cannot.
  if (/(^|_)consent$/i.test(name))
    return 'tells of consent: import that with kind=consent, which asks for its source';
  return null;
}

function isSaid(problem: string | null): boolean {
  return problem !== null;
}

function refused(path: string, message: string): Heading {
  return { ok: false, path, message };
}

/** The cells of a line by their columns, trimmed; empty ones are left out. */
export function byColumn(columns: Columns, cells: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  columns.forEach((name, i) => {
    const value = (cells[i] ?? '').trim();
    if (name !== null && value !== '') values.set(name, value);
  });
  return values;
}

/** Whether a line fits the first one: as many cells, or more that are empty, as spreadsheets write them. */
export function fits(columns: Columns, cells: readonly string[]): boolean {
  return cells.length >= columns.length && cells.slice(columns.length).every((cell) => cell.trim() === '');
}
