import { STAGES } from './expression-language.js';
import { OUTCOME_EVENTS } from './own-events.js';
import { type FieldSpec, type Trigger, type VocabularySpec } from './playbook.js';
import {
  ConsentsRecord,
  ContextRecord,
  EventRecord,
  EventsRecord,
  FactDataRecord,
  FactRecord,
  FactsRecord,
  HistoryRecord,
  itemClass,
  MessageRecord,
  ProfileRecord,
  PropertiesRecord,
  type RecordClass,
  SignalRecord,
  TraitsRecord,
} from './records.js';

export const TIMESTAMP = 'google.protobuf.Timestamp';

/** What reading a field gives when nothing is there; `never`: it is always there. */
type Absence = 'unknown' | 'never' | { readonly default: unknown };

/** One field as the expression engine sees it. */
export interface Field {
  /** The engine's name of its type. */
  readonly type: string;
  readonly absent: Absence;
  readonly sensitive: boolean;
  /** What it is, for people. */
  readonly description?: string;
}

/** An object type of the expression language: the engine's name, the class of its values, its fields. */
export interface Struct {
  readonly name: string;
  readonly record: new (...parts: never[]) => object;
  readonly fields: ReadonlyMap<string, Field>;
}

const field = (type: string, absent: Absence, description?: string): Field => ({
  type,
  absent,
  sensitive: false,
  ...(description === undefined ? {} : { description }),
});
const fields = (entries: Record<string, Field>): ReadonlyMap<string, Field> =>
  new Map(Object.entries(entries));

/** What the `data` of every product, offer and claim may hold. */
export const BUILTIN_FACT_FIELDS: Readonly<Record<string, FieldSpec>> = Object.fromEntries(
  Object.entries({
    name: 'string',
    title: 'string',
    text: 'string',
    description: 'string',
    category: 'string',
    price: 'number',
    lowestPrice30d: 'number',
    currency: 'string',
    url: 'string',
    image: 'string',
    available: 'boolean',
    percent: 'number',
    amount: 'number',
    minimum: 'number',
    code: 'string',
  } as const).map(([name, type]) => [name, { type, absent: 'unknown', sensitive: false }]),
);

export const EVENT: Struct = {
  name: 'EventHistory',
  record: EventRecord,
  fields: fields({
    total: field('double', { default: 0 }, 'how often it happened'),
    count1d: field('double', { default: 0 }, 'how often in the last day'),
    count7d: field('double', { default: 0 }, 'how often in the last 7 days'),
    count30d: field('double', { default: 0 }, 'how often in the last 30 days'),
    count90d: field('double', { default: 0 }, 'how often in the last 90 days'),
    lastAt: field(TIMESTAMP, 'unknown', 'when it last happened'),
  }),
};

export const MESSAGE: Struct = {
  name: 'Message',
  record: MessageRecord,
  fields: fields({
    action: field('string', 'never'),
    channel: field('string', 'never'),
    class: field('string', 'never'),
    tags: field('list<string>', 'never'),
    topic: field('string', 'never'),
    offer: field('string', { default: '' }, 'the fact that was offered'),
    open: field('bool', 'never', 'decided and not ended: it holds its place in the caps'),
    at: field(TIMESTAMP, 'never'),
  }),
};

export const HISTORY: Struct = {
  name: 'History',
  record: HistoryRecord,
  fields: fields({ messages: field('list<Message>', 'never', 'messages of the last 90 days') }),
};

const PROFILE: Struct = {
  name: 'Profile',
  record: ProfileRecord,
  fields: fields({
    userId: field('string', 'unknown'),
    stage: field('string', 'never', `how far the relationship is: ${STAGES.join(', ')}`),
    country: field('string', 'unknown', 'where they live, as an ISO 3166 code such as DE'),
    locale: field('string', 'unknown'),
    zones: field('list<string>', 'unknown', 'time zones they may be in'),
    hasEmail: field('bool', 'never', 'whether an e-mail address is known'),
    hasPhone: field('bool', 'never', 'whether a telephone number is known'),
    firstSeenAt: field(TIMESTAMP, 'never', 'when they were first heard of'),
    lastSeenAt: field(TIMESTAMP, 'never', 'when they were last heard of'),
    bought30d: field(
      'list<string>',
      'unknown',
      'ids of the products of every Order Completed of the last 30 days; unknown when one of them listed none',
    ),
    traits: field('Traits', 'never', 'declared traits'),
    events: field('Events', 'never', 'how often and when each event happened'),
    consents: field('Consents', 'never', 'granted or denied, by channel, for every topic'),
  }),
};

const SIGNAL: Struct = {
  name: 'Signal',
  record: SignalRecord,
  fields: fields({
    type: field('string', 'unknown'),
    event: field('string', 'unknown', 'its name'),
    at: field(TIMESTAMP, 'unknown'),
    properties: field('Properties', 'unknown', 'properties of the events that can lead here'),
  }),
};

const FACT: Struct = {
  name: 'Fact',
  record: FactRecord,
  fields: fields({
    id: field('string', 'never'),
    version: field('double', 'never'),
    kind: field('string', 'never'),
    source: field('string', 'never'),
    valid: field('bool', 'never', 'whether it is valid now'),
    validFrom: field(TIMESTAMP, 'unknown'),
    validUntil: field(TIMESTAMP, 'unknown'),
    data: field('FactData', 'never'),
  }),
};

/** Events that profiles count and triggers may name: the declared ones and Countersign's own. */
export function eventNames(vocabulary: VocabularySpec): string[] {
  return [...new Set([...Object.keys(vocabulary.events), ...Object.values(OUTCOME_EVENTS)])];
}

/** Events that may lead to an action: those of its triggers; any (null) when one of them may come with any signal, or none names it. */
export function eventsLeadingTo(triggers: readonly Trigger[], action: string): string[] | null {
  const own = triggers.filter(({ actions }) => actions.includes(action));
  const events = own.flatMap((spec) => ('event' in spec ? [spec.event] : []));
  const anySignal = own.some(({ kind }) => kind === 'threshold');
  return events.length === 0 || anySignal ? null : [...new Set(events)].sort();
}

/** What makes one place's expressions see other types than another's. */
export interface StructScope {
  /** The events whose properties `signal` may carry here; null for any. */
  readonly events: readonly string[] | null;
  /** Fact slots that `facts` may have here. */
  readonly slots: readonly string[];
}

/** Every object type that expressions meet, those that are used by others before them. */
export function structsOf(
  vocabulary: VocabularySpec,
  channels: readonly string[],
  scope: StructScope,
): Struct[] {
  const properties = propertiesOf(vocabulary, scope.events);
  const sections = {
    Properties: properties,
    Traits: vocabulary.traits,
    Context: vocabulary.context,
    FactData: { ...BUILTIN_FACT_FIELDS, ...vocabulary.facts },
  };
  const records = {
    Properties: PropertiesRecord,
    Traits: TraitsRecord,
    Context: ContextRecord,
    FactData: FactDataRecord,
  };
  const items = new Map<RecordClass, Struct>();
  const declared = Object.entries(sections).map(([section, specs]): Struct => ({
    name: section,
    record: records[section as keyof typeof records],
    fields: new Map(Object.entries(specs).map(([name, spec]) => [name, declaredField(items, spec)])),
  }));
  const events = eventNames(vocabulary);
  return [
    ...items.values(),
    ...declared,
    EVENT,
    {
      name: 'Events',
      record: EventsRecord,
      fields: new Map(events.map((event) => [event, field('EventHistory', 'never')])),
    },
    {
      name: 'Consents',
      record: ConsentsRecord,
      fields: new Map(channels.map((channel) => [channel, field('string', 'unknown')])),
    },
    MESSAGE,
    HISTORY,
    FACT,
    {
      name: 'Facts',
      record: FactsRecord,
      fields: new Map(scope.slots.map((slot) => [slot, field('Fact', 'unknown')])),
    },
    SIGNAL,
    PROFILE,
  ];
}

/** A property means the same in every event (the compiler sees to that), so their union is well-defined. */
function propertiesOf(
  vocabulary: VocabularySpec,
  events: readonly string[] | null,
): Record<string, FieldSpec> {
  const merged: Record<string, FieldSpec> = {};
  for (const [event, spec] of Object.entries(vocabulary.events)) {
    if (events !== null && !events.includes(event)) continue;
    for (const [name, property] of Object.entries(spec.properties)) merged[name] ??= property;
  }
  return merged;
}

const SCALARS = { string: 'string', number: 'double', boolean: 'bool', timestamp: TIMESTAMP } as const;

function declaredField(items: Map<RecordClass, Struct>, spec: FieldSpec): Field {
  if (spec.type !== 'list<object>') {
    const type = spec.type === 'list<string>' ? spec.type : SCALARS[spec.type];
    return { type, absent: spec.absent, sensitive: spec.sensitive, ...described(spec) };
  }
  const record = itemClass(spec);
  const item = items.get(record) ?? {
    name: `Item${items.size + 1}`,
    record,
    fields: new Map(
      Object.entries(spec.items).map(([member, itemSpec]) => [
        member,
        field(SCALARS[itemSpec.type], itemSpec.absent, itemSpec.description),
      ]),
    ),
  };
  items.set(record, item);
  return {
    type: `list<${item.name}>`,
    absent: spec.absent,
    sensitive: spec.sensitive,
    ...described(spec),
  };
}

function described({ description }: FieldSpec): Pick<Field, 'description'> {
  return description === undefined ? {} : { description };
}

/** Where a struct's fields are written in an expression, for suggestions and for what the model may see. */
const PREFIXES: Readonly<Record<string, string>> = {
  Profile: 'profile.',
  Traits: 'profile.traits.',
  Signal: 'signal.',
  Properties: 'signal.properties.',
  Context: 'context.',
};

/** Every plain field by its path, such as `profile.traits.first_name`: what an action may let the model see. */
export function fieldPaths(vocabulary: VocabularySpec): Map<string, Field> {
  const paths = new Map<string, Field>();
  for (const struct of structsOf(vocabulary, [], { events: null, slots: [] })) {
    const prefix = PREFIXES[struct.name];
    if (prefix === undefined) continue;
    for (const [name, plain] of struct.fields) {
      if (!['Traits', 'Events', 'Consents', 'Properties'].includes(plain.type))
        paths.set(`${prefix}${name}`, plain);
    }
  }
  return paths;
}
