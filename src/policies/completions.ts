import { z } from 'zod';
import { type Json } from '../shared/canonical-json.js';
import { countryCodes, zoneNames } from '../shared/zones.js';
import { type Bundle } from './bundle.js';
import { type Carried } from './carried.js';
import {
  CONSENT_STATES,
  FUNCTIONS,
  type LanguageFunction,
  SIGNAL_TYPES,
  STAGES,
} from './expression-language.js';
import { DECIDING, OF_PERSON, type Variable, VARIABLE_TYPES } from './expression-scope.js';
import { eventNames, fieldPaths, structsOf } from './fields.js';
import { absenceWords, typeWords } from './field-words.js';
import { type Held } from './playbook.js';
import { RECORD_SCHEMAS } from './playbook-files.js';
import { type RecordKind } from './playbook-paths.js';

/** A name that may stand at a place, and what it stands for. */
export interface KnownName {
  readonly name: string;
  readonly detail: string;
}

/** A field or variable of the expression language. */
export interface KnownField {
  readonly name: string;
  /** The engine's name of its type. */
  readonly type: string;
  readonly detail: string;
  readonly info: string;
}

/** Everything the editor completes, as data: from the schemas, the vocabulary and the playbook itself. */
export interface Completions {
  /** JSON schema of a record, by what a file holds; `holds` names the list that a text is one of. */
  readonly records: Readonly<Record<RecordKind, Json>>;
  readonly names: Readonly<Record<Exclude<Held, 'expression'> | 'zones', readonly KnownName[]>>;
  /** By the engine's name of an object type. */
  readonly types: Readonly<Record<string, readonly KnownField[]>>;
  /** Variables of the expressions in each kind of record. */
  readonly variables: Readonly<Partial<Record<RecordKind, readonly KnownField[]>>>;
  readonly functions: readonly LanguageFunction[];
  /** The words that a field takes, by its path. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

const VARIABLES: Readonly<Partial<Record<RecordKind, readonly Variable[]>>> = {
  segments: OF_PERSON,
  triggers: ['signal'],
  actions: DECIDING,
  guardrails: DECIDING,
  templates: DECIDING,
};

const VARIABLE_INFO: Readonly<Record<keyof typeof VARIABLE_TYPES, string>> = {
  now: 'the time of the decision',
  profile: 'what is known of the person',
  signal: 'what led here; its properties are those of the events that can',
  context: 'declared members of the request for a decision',
  history: 'messages of the last 90 days',
  openTasks: 'how many tasks are open for this person',
  facts: 'the facts of the action, by slot',
};

/** @param factIds ids of facts with what they are. */
export function completionsOf(bundle: Bundle, carried: Carried, factIds: readonly KnownName[]): Completions {
  return {
    records: recordSchemas(),
    names: namesOf(bundle, carried, factIds),
    types: typesOf(bundle, carried),
    variables: Object.fromEntries(
      Object.entries(VARIABLES).map(([kind, variables]) => [
        kind,
        (['now', 'profile', ...variables] as const).map(variable),
      ]),
    ),
    functions: FUNCTIONS,
    words: {
      'profile.stage': STAGES,
      'signal.type': SIGNAL_TYPES,
      'profile.consents': CONSENT_STATES,
    },
  };
}

let schemas: Completions['records'] | undefined;

function recordSchemas(): Completions['records'] {
  schemas ??= Object.fromEntries(
    Object.entries(RECORD_SCHEMAS).map(([kind, schema]) => [
      kind,
      z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json,
    ]),
  ) as Completions['records'];
  return schemas;
}

function variable(name: keyof typeof VARIABLE_TYPES): KnownField {
  return { name, type: VARIABLE_TYPES[name], detail: '', info: VARIABLE_INFO[name] };
}

function namesOf(bundle: Bundle, carried: Carried, facts: readonly KnownName[]): Completions['names'] {
  const titled = (items: Iterable<{ readonly id: string; readonly title: string }>): KnownName[] =>
    Array.from(items, ({ id, title }) => ({ name: id, detail: title }));
  const plain = (names: Iterable<string>): KnownName[] =>
    [...new Set(names)].sort().map((name) => ({ name, detail: '' }));
  const actions = [...bundle.actions.values()].map(({ spec }) => spec);
  const declared = new Set(eventNames(bundle.vocabulary));
  return {
    actions: titled(actions),
    channels: [...bundle.channels.values()].map(({ id, kind }) => ({ name: id, detail: kind })),
    segments: titled(bundle.segments.values()),
    guardrails: titled(bundle.guardrails.map(({ spec }) => spec)),
    triggers: titled([...bundle.triggers.values()].map(({ spec }) => spec)),
    tags: plain(actions.flatMap(({ tags }) => tags)),
    topics: plain(actions.map(({ topic }) => topic)),
    events: [...new Set([...declared, ...carried.events.keys()])].sort().map((name) => ({
      name,
      detail: !declared.has(name) ? 'seen, not declared' : carried.events.has(name) ? 'seen' : '',
    })),
    facts,
    fields: [...fieldPaths(bundle.vocabulary)]
      .filter(([, { sensitive }]) => !sensitive)
      .map(([name, field]) => ({ name, detail: typeWords(field) })),
    countries: plain(countryCodes()),
    zones: plain(zoneNames()),
  };
}

function typesOf({ vocabulary, channels, actions }: Bundle, carried: Carried): Completions['types'] {
  const slots = [...actions.values()].flatMap(({ spec }) => Object.keys(spec.facts));
  const structs = structsOf(vocabulary, [...channels.keys()], {
    events: null,
    slots: [...new Set(slots)].sort(),
  });
  const nothing = carried.events.size === 0 && carried.traits.size === 0;
  const properties = new Set([...carried.events.values()].flatMap((names) => [...names]));
  const unseen = (type: string, name: string): boolean =>
    !nothing &&
    ((type === 'Traits' && !carried.traits.has(name)) || (type === 'Properties' && !properties.has(name)));
  return Object.fromEntries(
    structs.map((struct) => [
      struct.name,
      [...struct.fields].map(([name, field]): KnownField => ({
        name,
        type: field.type,
        detail: typeWords(field),
        info: [
          field.description,
          field.absent === 'never' ? undefined : `absent: ${absenceWords(field)}`,
          field.sensitive ? 'sensitive: guardrails and segments alone may read it' : undefined,
          unseen(struct.name, name) ? 'no signal carried it yet' : undefined,
        ]
          .filter((part) => part !== undefined)
          .join('; '),
      })),
    ]),
  );
}
