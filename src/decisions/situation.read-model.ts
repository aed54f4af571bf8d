import { Injectable } from '@nestjs/common';
import { type Executor, prepared } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Fact, type FactKind } from '../policies/fact.js';
import { FactsService } from '../policies/index.js';
import { type MessageClass } from '../policies/playbook.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import {
  answerHoursIn,
  HOURS_COLUMNS,
  HOURS_PARTS,
  type HoursRow,
  hoursValues,
} from './answer-hours.read-model.js';
import { ReviewTimes } from './review-times.read-model.js';
import { factExpressions, historyMs, hourChannels, idsBy } from './needs.js';
import { type CountedMessage, type PastMessage, type Situation } from './situation.js';

/** What a situation is gathered for. */
export interface SituationRequest {
  readonly profile: Profile;
  readonly trigger?: Situation['trigger'];
  readonly signal?: Situation['signal'];
  readonly context?: Situation['context'];
  /** Left out: every marketing action. */
  readonly actions?: readonly string[] | null;
  readonly now: Date;
  /** Ids of facts to gather besides those that the actions name: what a written message rests on. */
  readonly facts?: readonly string[];
  /** A message that is looked at again: its own place is left out. */
  readonly excludeMessageId?: string;
}

/** Gathers the situation of one person. Under their lock when something is to follow from it: nothing moves in between then. */
@Injectable()
export class SituationReader {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly facts: FactsService,
    private readonly reviewTimes: ReviewTimes,
  ) {}

  async read(db: Executor, bundle: Bundle, request: SituationRequest): Promise<Situation> {
    const { profile, now } = request;
    const bare: Situation = {
      now: now.toISOString(),
      trigger: request.trigger ?? null,
      signal: request.signal ?? null,
      context: request.context ?? {},
      profile,
      suppressions: [],
      history: [],
      openTasks: [],
      facts: [],
      advice: null,
      actions: request.actions ?? null,
    };
    const chosen = factExpressions(bundle, bare);
    // What is read with the rest cannot depend on it.
    const later = chosen.some(({ source }) => READS_THE_PAST.test(source));
    const named = request.facts ?? [];
    // Looked at again, a message leaves as soon as it may.
    const isNew = request.excludeMessageId === undefined;
    const hours = { profile, now, channels: isNew ? hourChannels(bundle, bare) : [] };
    const values = [
      profile.id,
      new Date(now.getTime() - historyMs(bundle)),
      request.excludeMessageId ?? '',
      this.profiles.addressHashesOf(profile),
      later ? [] : [...named, ...idsBy(chosen, bundle, bare)],
    ];
    const [row] =
      hours.channels.length === 0
        ? await selectPast(db, values)
        : await selectPastAndHours(db, [...values, ...hoursValues(hours)]);
    if (row === undefined) throw new Error(`nothing was read of ${profile.id}`);
    const elsewhere = row.elsewhere?.map(toCounted) ?? [];
    const answerHours = answerHoursIn(row, hours);
    const reviews = isNew ? await this.reviewTimes.read(db, bundle, bare) : null;
    const situation: Situation = {
      ...bare,
      suppressions:
        row.suppressions?.map(([channel, reason, at]) => ({ channel, reason, at: iso(at) })) ?? [],
      history: row.history?.map(toPast) ?? [],
      ...(elsewhere.length === 0 ? {} : { addressHistory: elsewhere }),
      ...(answerHours === null ? {} : { answerHours }),
      ...(reviews === null ? {} : { reviews }),
      openTasks: row.tasks?.map(([id, code, reason]) => ({ id, code, reason })) ?? [],
      facts: row.facts?.map(toFact) ?? [],
    };
    if (!later) return situation;
    const ids = idsBy(chosen, bundle, situation);
    return { ...situation, facts: await this.facts.current(db, [...named, ...ids]) };
  }
}

/** Too often true (the words may stand in a text literal) and never wrongly false. */
const READS_THE_PAST = /\b(history|openTasks)\b/;

/** What lies in tables of a person's past, in one row. Times in milliseconds since the epoch; null for none. */
interface PastRow {
  history: PastTuple[] | null;
  elsewhere: CountedTuple[] | null;
  tasks: [id: string, code: string, reason: string][] | null;
  suppressions: [channel: string, reason: string, at: number][] | null;
  facts: FactTuple[] | null;
}
type CountedTuple = [channel: string, kind: MessageClass, tags: string[], open: boolean, at: number];
type PastTuple = [...CountedTuple, id: string, action: string, topic: string, offer: string | null];
type FactTuple = [
  id: string,
  version: number,
  kind: FactKind,
  data: string,
  validFrom: number | null,
  validUntil: number | null,
  source: string,
];

const MILLISECONDS = (time: string) => `floor(extract(epoch from ${time}) * 1000)::bigint`;
const COUNTED = `h.channel, h.class, h.tags, h.open, ${MILLISECONDS('h.at')}`;

/**
 * What was sent, and what is open and holds its place. A message that is just leaving may have left: it counts as sent from the moment it
 * began to.
 */
const placesHeld = (from: string, whose: string) => `
  select m.id, m.action, m.channel, m.class, m.tags, m.topic, m.offer,
    m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') as open,
    case when m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') then m.send_at
      else coalesce(m.sent_at, m.updated_at) end as at
  from ${from}
  where ${whose}
    and m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending', 'sent', 'delivered', 'unknown')`;

/** Profile by profile through the index, however many rows a planner guesses while the table is small. */
const OWN_MESSAGES = `family f cross join lateral (
    select x.id, x.action, x.channel, x.class, x.tags, x.topic, x.offer, x.state, x.send_at, x.sent_at, x.updated_at
    from messages x where x.profile_id = f.id offset 0
  ) m`;
const FAMILY = `family as (
    select $1::text as id
    union
    select m.from_profile_id from profile_merges m join family f on m.into_profile_id = f.id
  )`;
const PAST_COLUMNS = `
    (select json_agg(json_build_array(${COUNTED}, h.id, h.action, h.topic, h.offer) order by h.at, h.id)
      from (${placesHeld(OWN_MESSAGES, 'true')}) h
      where (h.open or h.at > $2::timestamptz) and h.id <> $3::text) as history,
    (select json_agg(json_build_array(${COUNTED}) order by h.at, h.id)
      from (${placesHeld('messages m', 'm.address_hash = any($4::text[]) and m.profile_id not in (select f.id from family f)')}) h
      where (h.open or h.at > $2::timestamptz) and h.id <> $3::text) as elsewhere,
    (select json_agg(json_build_array(t.id, t.reason_code, t.reason) order by t.created_at, t.id)
      from tasks t where t.profile_id in (select f.id from family f) and t.state = 'open') as tasks,
    (select json_agg(json_build_array(s.channel, s.reason, ${MILLISECONDS('s.at')}) order by s.channel)
      from suppressions s where s.address_hash = any($4::text[])) as suppressions,
    (select json_agg(json_build_array(f.id, f.version, f.kind, f.data, ${MILLISECONDS('f.valid_from')},
        ${MILLISECONDS('f.valid_until')}, f.source) order by f.id)
      from (select distinct on (v.id) v.id, v.version, v.kind, v.data, v.valid_from, v.valid_until, v.source
        from facts v where v.id = any($5::text[])
        order by v.id, v.version desc) f) as facts`;

const NO_HOURS = 'null as own, null as others';

/**
 * A person's past under their profile and every one that was merged into it; what the same mailbox or telephone got for other profiles, since
 * several may claim one address and it has one person's patience; and facts at their latest version.
 * $1 profile, $2 since, $3 a message to leave out, $4 hashes of addresses, $5 ids of facts.
 */
const selectPast = prepared<PastRow & HoursRow>(
  'decisions.past',
  `with recursive ${FAMILY} select ${PAST_COLUMNS}, ${NO_HOURS}`,
);
/** The same and when messages are answered: on the path of a request one question costs less than two. */
const selectPastAndHours = prepared<PastRow & HoursRow>(
  'decisions.past_and_hours',
  `with recursive ${FAMILY}, ${HOURS_PARTS} select ${PAST_COLUMNS}, ${HOURS_COLUMNS}`,
);

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function toCounted([channel, kind, tags, open, at]: CountedTuple): CountedMessage {
  return { channel, class: kind, tags, open, at: iso(at) };
}

function toPast([channel, kind, tags, open, at, messageId, action, topic, offer]: PastTuple): PastMessage {
  return { messageId, action, channel, class: kind, tags, topic, offer, open, at: iso(at) };
}

function toFact([id, version, kind, data, validFrom, validUntil, source]: FactTuple): Fact {
  return {
    id,
    version,
    kind,
    data: JSON.parse(data) as Fact['data'],
    validFrom: validFrom === null ? null : iso(validFrom),
    validUntil: validUntil === null ? null : iso(validUntil),
    source,
  };
}
