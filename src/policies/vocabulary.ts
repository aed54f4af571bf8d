import { type Json } from '../shared/canonical-json.js';
import { type ExpressionInput } from './bundle.js';
import { FACTS_READ, READ } from './expression-paths.js';
import { type Fact, isValidAt } from './fact.js';
import { BUILTIN_FACT_FIELDS } from './fields.js';
import { type FieldSpec, type MessageClass, type VocabularySpec } from './playbook.js';
import {
  ConsentsRecord,
  ContextRecord,
  type CountedMessage,
  EventRecord,
  EventsRecord,
  FactDataRecord,
  FactRecord,
  FactsRecord,
  HistoryRecord,
  MessageRecord,
  ProfileRecord,
  PropertiesRecord,
  read,
  SignalRecord,
  TraitsRecord,
} from './records.js';

/** What expressions may know of a person. Times ISO 8601 UTC. */
export interface ProfileFeatures {
  readonly userId: string | null;
  readonly stage: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly locale: string | null;
  /** Candidate time zones; empty when nothing is known. */
  readonly zones: readonly string[];
  readonly traits: Readonly<Record<string, Json>>;
  readonly hasEmail: boolean;
  readonly hasPhone: boolean;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly events: Readonly<Record<string, EventFeatures>>;
  /** Ids of the products ordered in the last 30 days; null where an order did not say, or was not kept. */
  readonly bought30d: readonly string[] | null;
  /** By channel, for every topic. */
  readonly consents: Readonly<Record<string, 'granted' | 'denied' | 'unknown'>>;
}

/** How often one event happened, in rolling windows of days. */
export interface EventFeatures {
  readonly total: number;
  readonly count1d: number;
  readonly count7d: number;
  readonly count30d: number;
  readonly count90d: number;
  readonly lastAt: string;
}

/** A message of the recent past, as expressions see it. */
interface MessageFeatures {
  readonly action: string;
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: readonly string[];
  readonly topic: string;
  readonly offer: string | null;
  readonly open: boolean;
  readonly at: string;
}

/** Everything an expression may read, as plain data. What is not known where an expression is asked stays empty. */
export interface ExpressionSource {
  readonly now: string;
  readonly signal: {
    readonly type: string;
    readonly event: string | null;
    readonly properties: Readonly<Record<string, Json>>;
    readonly at: string;
  } | null;
  readonly context: Readonly<Record<string, Json>>;
  readonly profile: ProfileFeatures;
  readonly history: { readonly messages: readonly MessageFeatures[] };
  readonly openTasks: number;
  /** By the slot of the action in question. */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Prepares what expressions read; the same source gives the same values. Cheap: a field is converted when it is read. */
export function toExpressionInput(vocabulary: VocabularySpec, source: ExpressionSource): ExpressionInput {
  const now = new Date(source.now);
  return {
    now,
    signal: signalRecord(vocabulary, source.signal),
    context: new ContextRecord((name) => declared(vocabulary.context, source.context, name)),
    profile: profileRecord(vocabulary, source.profile, now),
    history: new HistoryRecord(
      (name) => (name === 'messages' ? source.history.messages.map(messageRecord) : undefined),
      now,
      () => source.history.messages.map(countedMessage),
    ),
    openTasks: source.openTasks,
    facts: factsRecord(vocabulary, source),
    [READ]: [],
    [FACTS_READ]: [],
  };
}

/** The same input about other facts. What was converted already is not converted again. */
export function withFacts(
  vocabulary: VocabularySpec,
  input: ExpressionInput,
  source: Pick<ExpressionSource, 'facts' | 'now'>,
): ExpressionInput {
  return { ...input, facts: factsRecord(vocabulary, source), [FACTS_READ]: [] };
}

function factsRecord(
  vocabulary: VocabularySpec,
  { facts, now }: Pick<ExpressionSource, 'facts' | 'now'>,
): FactsRecord {
  return new FactsRecord((slot) => {
    const fact = own(facts, slot);
    return fact === undefined ? undefined : factRecord(vocabulary, fact, now);
  });
}

/** A member that is really there: never something that every object inherits. */
function own<T>(members: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function declared(
  specs: Readonly<Record<string, FieldSpec>>,
  values: Readonly<Record<string, Json>>,
  name: string,
): unknown {
  const spec = own(specs, name);
  return spec === undefined ? undefined : read(spec, own(values, name));
}

function signalRecord(vocabulary: VocabularySpec, signal: ExpressionSource['signal']): SignalRecord {
  if (signal === null) return new SignalRecord(() => undefined);
  const specs = own(vocabulary.events, signal.event ?? '')?.properties ?? {};
  return new SignalRecord((name) => {
    switch (name) {
      case 'type':
        return signal.type;
      case 'event':
        return signal.event ?? undefined;
      case 'at':
        return new Date(signal.at);
      case 'properties':
        return new PropertiesRecord((property) => declared(specs, signal.properties, property));
      default:
        return undefined;
    }
  });
}

function profileRecord(vocabulary: VocabularySpec, profile: ProfileFeatures, now: Date): ProfileRecord {
  return new ProfileRecord((name) => {
    switch (name) {
      case 'userId':
        return profile.userId ?? undefined;
      case 'country':
        return profile.country ?? undefined;
      case 'locale':
        return profile.locale ?? undefined;
      case 'stage':
        return profile.stage;
      case 'zones':
        return profile.zones.length === 0 ? undefined : profile.zones;
      case 'bought30d':
        return profile.bought30d ?? undefined;
      case 'hasEmail':
        return profile.hasEmail;
      case 'hasPhone':
        return profile.hasPhone;
      case 'firstSeenAt':
        return new Date(profile.firstSeenAt);
      case 'lastSeenAt':
        return new Date(profile.lastSeenAt);
      case 'traits':
        return new TraitsRecord((trait) => declared(vocabulary.traits, profile.traits, trait));
      case 'events':
        return new EventsRecord((event) => eventRecord(own(profile.events, event), now));
      case 'consents':
        return new ConsentsRecord((channel) => {
          const state = own(profile.consents, channel);
          return state === 'unknown' ? undefined : state;
        });
      default:
        return undefined;
    }
  });
}

function eventRecord(event: EventFeatures | undefined, now: Date): EventRecord {
  return new EventRecord((name) => {
    switch (name) {
      case 'total':
      case 'count1d':
      case 'count7d':
      case 'count30d':
      case 'count90d':
        return event?.[name] ?? 0;
      case 'lastAt':
        return event === undefined ? undefined : new Date(event.lastAt);
      default:
        return undefined;
    }
  }, now);
}

function messageRecord(message: MessageFeatures): MessageRecord {
  return new MessageRecord((name) => {
    switch (name) {
      case 'action':
      case 'channel':
      case 'class':
      case 'tags':
      case 'topic':
      case 'open':
        return message[name];
      case 'offer':
        return message.offer ?? '';
      case 'at':
        return new Date(message.at);
      default:
        return undefined;
    }
  });
}

function countedMessage({ action, channel, topic, tags, open, at }: MessageFeatures): CountedMessage {
  return { action, channel, topic, tags, open, at: Date.parse(at) };
}

function factRecord(vocabulary: VocabularySpec, fact: Fact, now: string): FactRecord {
  return new FactRecord((name) => {
    switch (name) {
      case 'id':
      case 'version':
      case 'kind':
      case 'source':
        return fact[name];
      case 'valid':
        return isValidAt(fact, now);
      case 'validFrom':
      case 'validUntil': {
        const time = fact[name];
        return time === null ? undefined : new Date(time);
      }
      case 'data':
        return new FactDataRecord((member) => {
          const spec = own(vocabulary.facts, member) ?? own(BUILTIN_FACT_FIELDS, member);
          return spec === undefined ? undefined : read(spec, own(fact.data, member));
        });
      default:
        return undefined;
    }
  });
}
