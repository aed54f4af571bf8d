import { canonicalJson } from '../shared/canonical-json.js';
import { type FieldSpec } from './playbook.js';

/** Longer lists count as unknown: expressions walk over them, and nothing else limits that. */
const LONGEST_LIST = 1_000;
/** Names that mean something else to JavaScript: no field may be called so. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What expressions read: a field is looked up and converted when it is asked for, once; `undefined` is an absent field, which the
 * expression engine reports with its place. The engine knows a value's type by its class, so each type has a class of its own.
 */
export abstract class LazyRecord extends Map<string, unknown> {
  constructor(private readonly lookUp: (name: string) => unknown) {
    super();
  }

  override get(name: string): unknown {
    const kept = super.get(name);
    if (kept !== undefined || super.has(name)) return kept;
    const value = this.lookUp(name);
    super.set(name, value);
    return value;
  }
}

export type RecordClass = new (lookUp: (name: string) => unknown) => LazyRecord;

export class SignalRecord extends LazyRecord {}
export class PropertiesRecord extends LazyRecord {}
export class ContextRecord extends LazyRecord {}
export class ProfileRecord extends LazyRecord {}
export class TraitsRecord extends LazyRecord {}
export class EventsRecord extends LazyRecord {}
export class EventRecord extends LazyRecord {
  constructor(
    lookUp: (name: string) => unknown,
    readonly now: Date,
  ) {
    super(lookUp);
  }
}
export class ConsentsRecord extends LazyRecord {}

/** What a message is counted by. */
export interface CountedMessage {
  readonly action: string;
  readonly channel: string;
  readonly topic: string;
  readonly tags: readonly string[];
  readonly open: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

export class HistoryRecord extends LazyRecord {
  private known: readonly CountedMessage[] | null = null;

  /** @param count its messages as plain data: counts are asked for often, and records would be looked up member by member. */
  constructor(
    lookUp: (name: string) => unknown,
    readonly now: Date,
    private readonly count: () => readonly CountedMessage[],
  ) {
    super(lookUp);
  }

  get counted(): readonly CountedMessage[] {
    return (this.known ??= this.count());
  }
}
export class MessageRecord extends LazyRecord {}
export class FactsRecord extends LazyRecord {}
export class FactRecord extends LazyRecord {}
export class FactDataRecord extends LazyRecord {}

const itemClasses = new Map<string, RecordClass>();

/** The class of the objects in a declared list; the same declaration always has the same class. */
export function itemClass(spec: Extract<FieldSpec, { type: 'list<object>' }>): RecordClass {
  const signature = canonicalJson(spec.items);
  const known = itemClasses.get(signature);
  if (known !== undefined) return known;
  const made = class extends LazyRecord {};
  itemClasses.set(signature, made);
  return made;
}

/**
 * A value as its declared type, or `undefined` when it is absent or does not fit. Clients send numbers as text and ids as numbers, so
 * what can be read without guessing is read.
 */
function fit(spec: FieldSpec, value: unknown): unknown {
  if (isNothing(value)) return undefined;
  switch (spec.type) {
    case 'list<string>':
      return fitList(value, (item) => fitScalar('string', item));
    case 'list<object>': {
      const Item = itemClass(spec);
      return fitList(value, (item) => {
        if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
        const members = new Map<string, unknown>(Object.entries(item));
        return new Item((name) => {
          const member = spec.items[name];
          if (member === undefined) return undefined;
          return withAbsence(member.absent, fitScalar(member.type, members.get(name)), members.get(name));
        });
      });
    }
    case 'string':
    case 'number':
    case 'boolean':
    case 'timestamp':
      return fitScalar(spec.type, value);
  }
}

/** The field's value as expressions see it: the declared default only when nothing was sent, never for something that does not fit. */
export function read(spec: FieldSpec, value: unknown): unknown {
  return withAbsence(spec.absent, fit(spec, value), value);
}

function withAbsence(absent: FieldSpec['absent'], fitted: unknown, sent: unknown): unknown {
  if (fitted !== undefined || absent === 'unknown') return fitted;
  return isNothing(sent) ? absent.default : undefined;
}

/** A blank text says as little as none: forms send it for every field that was left out. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

function fitList(value: unknown, fitItem: (item: unknown) => unknown): unknown[] | undefined {
  if (!Array.isArray(value) || value.length > LONGEST_LIST) return undefined;
  const items = value.map(fitItem);
  return items.includes(undefined) ? undefined : items;
}

const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function fitScalar(type: 'string' | 'number' | 'boolean' | 'timestamp', value: unknown): unknown {
  switch (type) {
    case 'string':
      if (isNothing(value)) return undefined;
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    case 'number':
      if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
      return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' ? true : value === 'false' ? false : undefined;
    case 'timestamp':
      return typeof value === 'string' ? fitTime(value) : undefined;
  }
}

/** A time without a zone is UTC: the machine's own zone must not change what an expression gives. */
function fitTime(text: string): Date | undefined {
  if (!TIME.test(text)) return undefined;
  const zoned = text.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const time = new Date(zoned);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
