import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';
import { type NewSignal, type SignalType } from './signal.js';

/** Bytes one signal may have as JSON. */
const SIGNAL_LIMIT = 32 * 1024;
/** Bytes one request may have after unzipping. */
export const BODY_LIMIT = 500 * 1024;

/** Signals one batch may have. */
const BATCH_LIMIT = 2_500;
/** Rejections, and notices, that are spelled out; the others are counted. */
const SPELLED_OUT = 100;
/** Bytes that the context of a batch may come to, once in each of its signals. */
const CONTEXT_LIMIT = 8 * 1024 * 1024;
/** Members of a signal that mean something here, or to the client's own service only. Others are kept aside, with a notice. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...['type', 'messageId', 'message_id', 'userId', 'user_id', 'anonymousId', 'anonymous_id', 'previousId'],
  ...['previous_id', 'groupId', 'group_id', 'event', 'name', 'category', 'traits', 'properties', 'context'],
  ...['timestamp', 'originalTimestamp', 'original_timestamp', 'sentAt'],
  ...['integrations', '_metadata', 'version', 'writeKey', 'receivedAt', 'channel', 'library', 'options'],
  ...['rudderId', 'projectId', 'request_ip', 'userProperties', 'metadata', 'loadedAt'],
]);

/** Where in the context other members are kept. */
const EXTRA = 'extra';

const MAX_DEPTH = 32;
const MAX_ID = 512;
const TYPES: ReadonlySet<string> = new Set<SignalType>([
  'track',
  'identify',
  'page',
  'screen',
  'group',
  'alias',
]);
/** Escapes and characters that call for a closer look: null characters, halves of surrogate pairs, prototype keys. */
const SUSPECT = /__proto__|\\u0000|\\u[dD][89a-fA-F]|\\u005[fF]|\0/;
/** What clients send when they meant to send nothing; taken at their word they would merge strangers into one person. */
const JUNK_IDS = new Set(['null', 'undefined', 'nan', 'none', '[object object]', 'true', 'false']);
const ISO_DATE = /^[+-]?\d{4,6}-\d{2}-\d{2}/;
const YEAR_MONTH_DAY = /^([+-]?\d{4,6})-(\d{2})-(\d{2})/;

type RawObject = Record<string, Json>;

/** Why a signal was not kept (or, as a notice, why nothing can come of it), and where in it. */
export interface Rejection {
  /** Place in the batch; 0 for a single signal. */
  readonly index: number;
  /** Such as `properties.total`, within the signal. */
  readonly path: string;
  readonly message: string;
  readonly tooLarge: boolean;
  /** The signal's outline without its values, at most 200 characters. */
  readonly excerpt: string;
}

export interface Parsed {
  readonly signals: readonly NewSignal[];
  /** The first hundred. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
  /** Kept all the same, but a developer should know. */
  readonly notices: readonly Rejection[];
  /** Roughly what the signals come to as JSON: what all of a batch share counts with each. */
  readonly bytes: number;
}

/** The body as a whole cannot be read. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  constructor(
    readonly path: string,
    readonly reason: string,
    readonly tooLarge = false,
  ) {
    super(path === '' ? reason : `${path}: ${reason}`);
  }
}

export interface ParseOptions {
  readonly receivedAt: Date;
  /** Makes a message id for a signal that has neither one nor a time of its own to derive it from. */
  readonly unique: () => string;
}

class Refusal extends Error {
  constructor(
    readonly path: string,
    reason: string,
    readonly tooLarge = false,
  ) {
    super(reason);
  }
}

/** What the envelope of a batch says for all its signals. */
interface Envelope {
  readonly sentAt: Json | undefined;
  readonly context: RawObject;
  /** Whether null characters and the like may be in there. */
  readonly closely: boolean;
  /** Whether any signal could be over the limit. */
  readonly weigh: boolean;
}

/**
 * Reads the body of `/v1/batch`: `{ batch: [signal], sentAt?, context? }`. Each signal is good or bad by itself.
 *
 * - A null character or half of a surrogate pair in a text becomes U+FFFD; in an id it is an error.
 * - A key `__proto__` is an error, and so is nesting beyond 32 levels and a number JSON cannot hold.
 * - A time in the future becomes the time of arrival; a time long past is kept as it is (it is history); before 1970 is an error.
 * - Without `messageId` one is derived from the content if it has a time, else made up.
 * - A signal without any identity is kept and belongs to nobody; it comes with a notice.
 * @throws BodyRefused
 */
export function parseBatch(text: string, options: ParseOptions): Parsed {
  const body = parseObject(text);
  const batch = body['batch'];
  if (!Array.isArray(batch)) throw new BodyRefused('batch', 'should be a list of signals');
  if (batch.length > BATCH_LIMIT)
    throw new BodyRefused('batch', `has more than ${BATCH_LIMIT} signals`, true);
  const sizes = envelopeOf(text);
  const context = contextOf(body['context'], sizes.closely);
  const shared = bytesOf(context) * batch.length;
  if (shared > CONTEXT_LIMIT) throw new BodyRefused('context', 'is too large for so many signals', true);
  const envelope = { ...sizes, sentAt: body['sentAt'], context };
  return { ...readAll(batch, undefined, envelope, options), bytes: text.length + shared };
}

/** Reads the body of `/v1/track` and its siblings: one signal, its type given by the route. @throws BodyRefused */
export function parseSingle(type: SignalType, text: string, options: ParseOptions): Parsed {
  const body = parseObject(text);
  const envelope = { ...envelopeOf(text), sentAt: undefined, context: {} };
  return { ...readAll([body], type, envelope, options), bytes: text.length };
}

/** What a batch says of all its signals: written once and kept with each. */
function contextOf(raw: Json | undefined, closely: boolean): RawObject {
  if (!isObject(raw)) return {};
  try {
    return clean(raw, 'context', 2, closely) as RawObject;
  } catch (error) {
    if (error instanceof Refusal) throw new BodyRefused(printable(error.path), error.message);
    throw error;
  }
}

function envelopeOf(text: string): Pick<Envelope, 'closely' | 'weigh'> {
  return {
    closely: SUSPECT.test(text) || !text.isWellFormed(),
    weigh: text.length * 3 > SIGNAL_LIMIT,
  };
}

function parseObject(text: string): RawObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new BodyRefused('', `is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`);
  }
  if (!isObject(body)) throw new BodyRefused('', 'should be an object');
  return body;
}

function readAll(
  raws: readonly Json[],
  type: SignalType | undefined,
  envelope: Envelope,
  options: ParseOptions,
): Omit<Parsed, 'bytes'> {
  const signals: NewSignal[] = [];
  const rejected: Rejection[] = [];
  const notices: Rejection[] = [];
  let rejectedCount = 0;
  const strange = new Set<string>();
  const notice = (index: number, path: string, message: string): void => {
    if (notices.length >= SPELLED_OUT) return;
    notices.push({
      index,
      path: printable(path),
      message,
      tooLarge: false,
      excerpt: outline(raws[index] ?? null),
    });
  };
  raws.forEach((raw, index) => {
    try {
      const signal = readSignal(raw, type, envelope, options);
      signals.push(signal);
      if (signal.userId === null && signal.anonymousId === null)
        notice(index, 'userId', 'was kept, but it belongs to nobody: send userId or anonymousId');
      for (const name of Object.keys(signal.context[EXTRA] ?? {})) {
        if (strange.has(name) || strange.size >= SPELLED_OUT) continue;
        // Once for all signals of a call: a client sends it with each.
        strange.add(name);
        notice(
          index,
          name,
          `is no member of a signal: it was kept as context.${EXTRA}; did you mean properties or traits?`,
        );
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      rejectedCount++;
      if (rejected.length >= SPELLED_OUT) return;
      const { path, message, tooLarge } = error;
      rejected.push({ index, path: printable(path), message, tooLarge, excerpt: outline(raw) });
    }
  });
  return { signals, rejected, rejectedCount, notices };
}

function readSignal(
  raw: Json,
  routeType: SignalType | undefined,
  envelope: Envelope,
  options: ParseOptions,
): NewSignal {
  if (!isObject(raw)) throw new Refusal('', 'should be an object');
  const body = cleanSignal(raw, envelope.closely);
  if (envelope.weigh && mostBytes(body) > SIGNAL_LIMIT && bytesOf(body) > SIGNAL_LIMIT)
    throw new Refusal('', `is larger than ${SIGNAL_LIMIT / 1024} KB`, true);
  const type = routeType ?? typeOf(body);
  const anonymousId = idOf(body, 'anonymousId', 'anonymous_id');
  const properties = objectAt(body, 'properties');
  const signal = {
    messageId: messageIdOf(type, body, options),
    type,
    event: null,
    userId: idOf(body, 'userId', 'user_id'),
    anonymousId,
    previousId: null,
    groupId: null,
    traits: objectAt(body, 'traits'),
    properties,
    context: { ...envelope.context, ...objectAt(body, 'context'), ...extra(body) },
    occurredAt: occurredAt(body, envelope.sentAt, options.receivedAt),
  };
  switch (type) {
    case 'track':
      return { ...signal, event: eventOf(body) };
    case 'page':
    case 'screen':
      return { ...signal, event: nameOf(body), properties: named(body, properties) };
    case 'identify':
      return signal;
    case 'group': {
      const groupId = idOf(body, 'groupId', 'group_id');
      if (groupId === null) throw new Refusal('groupId', 'is missing');
      return { ...signal, groupId };
    }
    case 'alias': {
      const previousId = idOf(body, 'previousId', 'previous_id') ?? anonymousId;
      if (signal.userId === null) throw new Refusal('userId', 'is missing');
      if (previousId === null) throw new Refusal('previousId', 'is missing');
      return { ...signal, previousId };
    }
  }
}

function typeOf(body: RawObject): SignalType {
  // Older pages of the Segment spec call it `action`.
  const type = body['type'] ?? body['action'];
  if (typeof type === 'string' && TYPES.has(type)) return type as SignalType;
  throw new Refusal('type', `should be one of ${[...TYPES].join(', ')}`);
}

function idOf(body: RawObject, name: string, snakeName: string): string | null {
  const value = body[name] ?? body[snakeName];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Refusal(name, 'should be text');
  const id = String(value);
  if (id.trim() === '' || JUNK_IDS.has(id.toLowerCase())) return null;
  if (id.length > MAX_ID) throw new Refusal(name, `is longer than ${MAX_ID} characters`);
  if (id.includes('�')) throw new Refusal(name, 'holds a character that cannot be part of an id');
  return id;
}

/** What stands beside the known members, kept where it is in nobody's way. */
function extra(body: RawObject): RawObject {
  const names = Object.keys(body).filter((name) => !MEMBERS.has(name));
  if (names.length === 0) return {};
  return { [EXTRA]: Object.fromEntries(names.map((name) => [name, body[name] ?? null])) };
}

function messageIdOf(type: SignalType, body: RawObject, options: ParseOptions): string {
  const given = idOf(body, 'messageId', 'message_id');
  if (given !== null) return given;
  const hasTime = body['timestamp'] !== undefined || body['originalTimestamp'] !== undefined;
  if (!hasTime) return `made-${options.unique()}`;
  // Sent again it has another sentAt and is the same signal.
  return `derived-${sha256Hex(canonicalJson({ ...body, type, sentAt: undefined }))}`;
}

function eventOf(body: RawObject): string {
  const event = body['event'];
  if (event === undefined || event === null) throw new Refusal('event', 'is missing');
  if (typeof event !== 'string') throw new Refusal('event', 'should be text');
  if (event.trim() === '') throw new Refusal('event', 'is empty');
  if (event.length > MAX_ID) throw new Refusal('event', `is longer than ${MAX_ID} characters`);
  if (event in Object.prototype) throw new Refusal('event', 'is not a name that can be used');
  return event;
}

function nameOf(body: RawObject): string | null {
  const name = body['name'];
  if (name === undefined || name === null || name === '') return null;
  if (typeof name !== 'string') throw new Refusal('name', 'should be text');
  return name.slice(0, MAX_ID);
}

/** A page's name and category stand beside its properties on the wire and among them here. */
function named(body: RawObject, properties: RawObject): RawObject {
  const { name, category } = body;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof category === 'string' ? { category } : {}),
    ...properties,
  };
}

function objectAt(body: RawObject, name: string): RawObject {
  const value = body[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new Refusal(name, 'should be an object');
  return value;
}

/**
 * When it happened by our clock: the client's own time, moved by how far its clock was off when it sent, and never in the future.
 * @throws Refusal when a time cannot be read.
 */
function occurredAt(body: RawObject, batchSentAt: Json | undefined, receivedAt: Date): string {
  const arrived = receivedAt.getTime();
  const claimed =
    timeAt(body, 'timestamp') ?? timeAt(body, 'originalTimestamp') ?? timeAt(body, 'original_timestamp');
  if (claimed === null) return receivedAt.toISOString();
  const sent = timeOf(body['sentAt'] ?? batchSentAt);
  const corrected = sent === null ? claimed : claimed + (arrived - sent);
  if (corrected < 0) throw new Refusal('timestamp', 'lies before 1970');
  return new Date(Math.min(corrected, arrived)).toISOString();
}

function timeAt(body: RawObject, name: string): number | null {
  const value = body[name];
  if (value === undefined || value === null || value === '') return null;
  const time = timeOf(value);
  if (time === null) throw new Refusal(name, 'should be a time such as "2026-03-29T08:00:00.000Z"');
  return time;
}

/** ISO 8601 (UTC when it names no zone), or a number of seconds or milliseconds since 1970. */
function timeOf(value: Json | undefined): number | null {
  if (typeof value === 'number') {
    const ms = Math.abs(value) < 1e11 ? value * 1_000 : value;
    return Math.abs(ms) <= 8.64e15 ? ms : null;
  }
  if (typeof value !== 'string' || !ISO_DATE.test(value)) return null;
  const zoned = /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(value) || !value.includes(':') ? value : `${value}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) || !isInCalendar(value) ? null : ms;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isInCalendar(isoDate: string): boolean {
  const [, year, month, day] = YEAR_MONTH_DAY.exec(isoDate) ?? [];
  return Number(day) <= 28 || Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}

/** A quick look does not keep track of places: whoever is refused by it is looked at once more, to be told where. @throws Refusal */
function cleanSignal(raw: RawObject, closely: boolean): RawObject {
  try {
    return clean(raw, '', 1, closely) as RawObject;
  } catch (error) {
    if (!closely) clean(raw, '', 1, true);
    throw error;
  }
}

/**
 * Refuses what cannot be kept. With `closely` texts are repaired, which needs a copy; without it nothing has to be.
 * @throws Refusal
 */
function clean(value: Json, path: string, depth: number, closely: boolean): Json {
  if (typeof value === 'string') return closely ? repaired(value) : value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Refusal(path, 'is a number that cannot be kept');
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new Refusal(path.slice(0, 100), `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    if (closely) return value.map((item, i) => clean(item, `${path}.${i}`, depth + 1, closely));
    for (let i = 0; i < value.length; i++) clean(value[i] ?? null, path, depth + 1, closely);
    return value;
  }
  if (!closely) {
    for (const key in value) clean(value[key] ?? null, path === '' ? key : path, depth + 1, closely);
    return value;
  }
  const copy: RawObject = {};
  for (const [key, member] of Object.entries(value)) {
    const place = path === '' ? key : `${path}.${key}`;
    if (key === '__proto__') throw new Refusal(place, 'is not a name that can be used');
    copy[repaired(key)] = clean(member, place, depth + 1, closely);
  }
  return copy;
}

function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** What a value comes to as JSON at the very most, each of its characters escaped: spares writing out most signals only to weigh them. */
function mostBytes(value: Json): number {
  if (typeof value === 'string') return 6 * value.length + 2;
  if (typeof value !== 'object' || value === null) return 25;
  let sum = 2;
  if (Array.isArray(value)) for (const item of value) sum += mostBytes(item) + 1;
  else for (const key in value) sum += 6 * key.length + 4 + mostBytes(value[key] ?? null);
  return sum;
}

function repaired(text: string): string {
  return text.toWellFormed().replaceAll('\0', '�');
}

function printable(path: string): string {
  return repaired(path).slice(0, 200);
}

/** The signal's type, event and field names: enough to recognise the call, without anybody's data. */
function outline(raw: Json): string {
  if (!isObject(raw)) return Array.isArray(raw) ? 'a list' : typeof raw;
  const type = typeof raw['type'] === 'string' ? raw['type'].slice(0, 20) : '';
  const event = typeof raw['event'] === 'string' ? ` "${raw['event'].slice(0, 60)}"` : '';
  return repaired(`${type}${event} {${Object.keys(raw).slice(0, 20).join(', ')}}`.trim()).slice(0, 200);
}

function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
