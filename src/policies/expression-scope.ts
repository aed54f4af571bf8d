import { TIMESTAMP } from './fields.js';

/** Variables that only some places have; `now` and `profile` are everywhere. */
export type Variable = 'signal' | 'context' | 'history' | 'openTasks' | 'facts';

/** The engine's types of the variables. */
export const VARIABLE_TYPES: Readonly<Record<Variable | 'now' | 'profile', string>> = {
  now: TIMESTAMP,
  profile: 'Profile',
  signal: 'Signal',
  context: 'Context',
  history: 'History',
  openTasks: 'double',
  facts: 'Facts',
};

/** What segments are made of. */
export const OF_PERSON: readonly Variable[] = ['history', 'openTasks'];
/** What decisions, and everything after them, know. */
export const DECIDING: readonly Variable[] = ['signal', 'context', 'history', 'openTasks', 'facts'];

/** Where an expression stands: what it may read there. */
export interface ExpressionScope {
  /** For messages: `a trigger`. */
  readonly place: string;
  readonly variables: readonly Variable[];
  /** Events whose properties `signal` may carry; null for any. */
  readonly events: readonly string[] | null;
  readonly slots: readonly string[];
  /** Whether sensitive fields may be read. Only where the effect can restrict and nothing else. */
  readonly sensitive: boolean;
}

/** Names of the playbook that expressions mention as text. */
export interface KnownNames {
  readonly actions: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly topics: ReadonlySet<string>;
}

/** What an expression has to give. */
export type Expected = 'boolean' | 'number' | 'money' | 'string' | 'time' | 'list';

/** The engine's types that will do. */
export const RESULTS: Readonly<Record<Expected, readonly string[]>> = {
  boolean: ['bool'],
  number: ['double', 'int'],
  /** Minor units; or a fact's data, which knows its currency. */
  money: ['double', 'int', 'FactData'],
  string: ['string'],
  time: [TIMESTAMP, 'string'],
  list: ['list<string>'],
};

/** A mistake at an offset into the expression's text. */
export interface Mistake {
  readonly offset: number;
  readonly message: string;
}

/** What an expression should give, in words. */
export const SAID: Readonly<Record<Expected, string>> = {
  boolean: 'true or false',
  number: 'a number',
  money: "minor units or a fact's data",
  string: 'a text',
  time: 'a timestamp',
  list: 'a list of texts',
};
