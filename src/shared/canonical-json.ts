/** What canonical JSON can hold: no undefined members inside arrays, no NaN, no bigint, no dates. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Canonical JSON: members sorted by code unit, no white space, numbers as ECMAScript prints them, members whose value is
 * `undefined` left out (RFC 8785 for the values used here). The same value always gives the same bytes, so it can be hashed,
 * signed and compared.
 * @throws TypeError for a value JSON cannot hold (NaN, infinities, bigint, functions), naming its path.
 */
export function canonicalJson(value: unknown): string {
  const written = new WrittenText();
  write(value, null, written);
  return written.text;
}

/** The UTF-8 bytes of the same text. What was kept is copied and not encoded anew, so it is the cheaper way to what is hashed or sealed. @throws TypeError */
export function canonicalBytes(value: unknown): Buffer {
  return withCanonicalBytes(value, copyOf);
}

/**
 * The same for whoever needs them no longer than a call: they are not copied. @param use may be given the text instead, where that is at hand.
 * @throws TypeError
 */
export function withCanonicalBytes<T>(value: unknown, use: (written: string | Uint8Array) => T): T {
  return inRoom((to) => {
    write(value, null, to);
  }, use);
}

/** Gives what was filled in to `use`, and the room it took to whoever comes next. */
function inRoom<T>(fill: (to: Written) => void, use: (written: string | Uint8Array) => T): T {
  const to = new WrittenBytes();
  try {
    fill(to);
    return use(to.whole());
  } finally {
    to.done();
  }
}

/** Where canonical JSON is written to, from left to right. */
interface Written {
  text: string;
  addKept(kept: Kept): void;
}

class WrittenText implements Written {
  text = '';

  addKept(kept: Kept): void {
    this.text += kept.text;
  }
}

/** Room for most of what is written. What needs more makes its own, and lets it go. */
const USUAL_ROOM = 65_536;
/** Null while somebody writes there. */
let freeRoom: Buffer | null = Buffer.allocUnsafeSlow(USUAL_ROOM);
/** Shorter than this is encoded sooner with what stands around it than apart. */
const SHORT = 400;
/** The most bytes that a UTF-16 unit takes in UTF-8. */
const MOST_BYTES_OF_A_UNIT = 3;

/**
 * Texts are joined for as long as nothing that was kept stands between them, so that they are encoded in few pieces; all of them into one place,
 * which is used again: to make one for each value would cost as much as to fill it.
 */
class WrittenBytes implements Written {
  text = '';
  private room: Buffer | null = null;
  private end = 0;

  addKept(kept: Kept): void {
    const { bytes } = kept;
    if (bytes.length <= SHORT) {
      this.text += kept.text;
      return;
    }
    this.encode();
    const room = this.roomFor(bytes.length);
    room.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Good until `done`. */
  whole(): string | Uint8Array {
    if (this.room === null) return this.text;
    this.encode();
    return this.room.subarray(0, this.end);
  }

  done(): void {
    if (this.room?.length === USUAL_ROOM) freeRoom = this.room;
    this.room = null;
  }

  private encode(): void {
    if (this.text === '') return;
    this.end += this.roomFor(this.text.length * MOST_BYTES_OF_A_UNIT).write(this.text, this.end);
    this.text = '';
  }

  private roomFor(more: number): Buffer {
    const needed = this.end + more;
    if (this.room === null && needed <= USUAL_ROOM) {
      this.room = freeRoom;
      freeRoom = null;
    }
    if (this.room !== null && needed <= this.room.length) return this.room;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * needed, USUAL_ROOM));
    larger.set(this.room?.subarray(0, this.end) ?? []);
    this.done();
    return (this.room = larger);
  }
}

/** What is written of an object that was kept. */
class Kept {
  private known: string | null = null;

  constructor(readonly bytes: Buffer) {}

  /** In one piece: as the many pieces it was put together from, it would be joined again in every value it is used in. */
  get text(): string {
    return (this.known ??= this.bytes.toString());
  }
}

/** The JSON of what was kept; null until it is written for the first time. */
const kept = new WeakMap<object, Kept | null>();

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

function write(value: unknown, place: Place | null, to: Written): void {
  switch (typeof value) {
    case 'string':
      to.text += text(value);
      return;
    case 'boolean':
      to.text += value ? 'true' : 'false';
      return;
    case 'number':
      if (!Number.isFinite(value)) throw refused(String(value), place);
      to.text += value === 0 ? '0' : String(value);
      return;
    case 'object':
      if (value === null) to.text += 'null';
      else writeObject(value, place, to);
      return;
    default:
      throw refused(`a ${typeof value}`, place);
  }
}

function writeObject(value: object, place: Place | null, to: Written): void {
  const known = kept.get(value);
  if (known === undefined) {
    writeWhole(value, place, to);
    return;
  }
  if (known !== null) {
    to.addKept(known);
    return;
  }
  const bytes = inRoom((own) => {
    writeWhole(value, place, own);
  }, copyOf);
  const made = new Kept(bytes);
  kept.set(value, made);
  to.addKept(made);
}

function copyOf(written: string | Uint8Array): Buffer {
  // Two overloads, and none that takes either.
  return typeof written === 'string' ? Buffer.from(written) : Buffer.from(written);
}

function writeWhole(value: object, place: Place | null, to: Written): void {
  if (value instanceof Date) throw refused('a Date', place, '; write it as ISO text');
  if (Array.isArray(value)) writeItems(value, place, to);
  else writeMembers(value as Readonly<Record<string, unknown>>, place, to);
}

function writeItems(items: readonly unknown[], place: Place | null, to: Written): void {
  to.text += '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) to.text += ',';
    write(items[i], { step: i, of: place }, to);
  }
  to.text += ']';
}

function writeMembers(members: Readonly<Record<string, unknown>>, place: Place | null, to: Written): void {
  to.text += '{';
  let isFirst = true;
  for (const name of sorted(Object.keys(members))) {
    const member = members[name];
    if (member === undefined) continue;
    to.text += isFirst ? nameText(name) : `,${nameText(name)}`;
    isFirst = false;
    write(member, { step: name, of: place }, to);
  }
  to.text += '}';
}

/** So few names are put in order faster one by one than by the general way. */
const FEW_NAMES = 16;

/** By code unit, in place. */
function sorted(names: string[]): string[] {
  if (names.length > FEW_NAMES) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i] ?? '';
    let at = i;
    for (; at > 0 && (names[at - 1] ?? '') > name; at--) names[at] = names[at - 1] ?? '';
    names[at] = name;
  }
  return names;
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

/** What JSON writes as it is: nothing to escape, and no surrogate that may be alone. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function text(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
}

function refused(what: string, place: Place | null, advice = ''): TypeError {
  let path = '';
  for (let at = place; at !== null; at = at.of)
    path = typeof at.step === 'number' ? `[${at.step}]${path}` : `.${at.step}${path}`;
  return new TypeError(`canonical JSON cannot hold ${what} at $${path}${advice}`);
}
