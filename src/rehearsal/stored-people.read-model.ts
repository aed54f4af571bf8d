import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type FactKind } from '../policies/fact.js';
import { type MessageClass } from '../policies/playbook.js';
import { type ConsentState } from '../profiles/profile.js';
import { type Heard, type SimulationRequest } from './simulation-request.js';

/** Who comes into question: first heard of before the span ended, and seen since `seenSince`. */
export interface InQuestion {
  readonly until: string;
  readonly seenSince: Date;
}

const inQuestion = ({ until, seenSince }: InQuestion) => sql`
  p.merged_into is null and p.erased_at is null and p.first_seen_at < ${until}::timestamptz and p.last_seen_at >= ${seenSince}`;

export async function countPeople(
  db: Executor,
  who: InQuestion,
): Promise<{ people: number; erased: number }> {
  const { rows } = await sql<{ people: number; erased: number }>`
    select (select count(*) from profiles p where ${inQuestion(who)}) as people,
      (select count(*) from profiles p where p.erased_at is not null and p.merged_into is null
        and p.first_seen_at < ${who.until}::timestamptz) as erased`.execute(db);
  return rows[0] ?? { people: 0, erased: 0 };
}

/** The next ones behind an id, in the order of their ids. */
export async function selectPeople(
  db: Executor,
  who: InQuestion,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from profiles p where ${inQuestion(who)} and p.id > ${after} order by p.id limit ${limit}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** Whether anything was heard in the span at all. */
export async function hasSignals(
  db: Executor,
  { since, until, asked, heard }: Pick<SimulationRequest, 'since' | 'until' | 'asked' | 'heard'>,
): Promise<boolean> {
  const at = heard === 'arrival' ? sql`s.received_at` : sql`s.occurred_at`;
  const { rows } = await sql`
    select 1 from signals s
    where ${at} >= ${since}::timestamptz and ${at} < ${until}::timestamptz and s.received_at <= ${asked}::timestamptz
    limit 1`.execute(db);
  return rows.length > 0;
}

const heardBefore = (heard: Heard, { until, asked }: Pick<SimulationRequest, 'until' | 'asked'>) =>
  sql`s.received_at <= ${asked}::timestamptz and ${heard === 'arrival' ? sql`s.received_at` : sql`s.occurred_at`} < ${until}::timestamptz`;

/** How many signals there are of each of these profiles, up to the end of the span. */
export async function countSignals(
  db: Executor,
  profileIds: readonly string[],
  request: SimulationRequest,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ profile_id: string; count: number }>`
    select i.profile_id, count(*) as count from identities i join signals s on s.identity_hash = i.hash
    where i.profile_id = any(${profileIds}) and ${heardBefore(request.heard, request)}
    group by i.profile_id`.execute(db);
  return new Map(rows.map(({ profile_id, count }) => [profile_id, count]));
}

/** A signal, still sealed, and the profile that its identity was bound to. */
export interface SealedSignal {
  readonly profile_id: string;
  readonly key_id: string;
  readonly body: Uint8Array;
}

/**
 * Everything that was heard of these profiles up to the end of the span, in the order of its arrival. What arrived together is put in the order
 * in which it happened, and who somebody is before what they did.
 */
export async function selectSignals(
  db: Executor,
  profileIds: readonly string[],
  request: SimulationRequest,
): Promise<SealedSignal[]> {
  const { rows } = await sql<SealedSignal>`
    select i.profile_id, s.key_id, s.body from identities i join signals s on s.identity_hash = i.hash
    where i.profile_id = any(${profileIds}) and ${heardBefore(request.heard, request)}
    order by s.received_at, s.occurred_at, case s.type when 'identify' then 0 else 1 end, s.id`.execute(db);
  return rows;
}

/** Profiles as they are kept, still sealed under their own keys. */
export async function selectStates(
  db: Executor,
  ids: readonly string[],
): Promise<{ id: string; state: Uint8Array }[]> {
  const { rows } = await sql<{ id: string; state: Uint8Array }>`
    select p.id, p.state from profiles p where p.id = any(${ids}) and p.erased_at is null`.execute(db);
  return rows;
}

interface StatedConsent {
  readonly profile_id: string;
  readonly channel: string;
  readonly topic: string;
  readonly state: ConsentState;
  readonly source: string;
  readonly at: Date;
  readonly recorded_at: Date;
}

/** What was said about consent, in the order in which it came to be known. */
export async function selectConsents(
  db: Executor,
  profileIds: readonly string[],
  asked: string,
): Promise<StatedConsent[]> {
  const { rows } = await sql<StatedConsent>`
    select c.profile_id, c.channel, c.topic, c.state, c.source, c.at, c.recorded_at from consents c
    where c.profile_id = any(${profileIds}) and c.recorded_at <= ${asked}::timestamptz
    order by c.recorded_at, c.at, c.id`.execute(db);
  return rows;
}

interface EarlierMessageRow {
  readonly id: string;
  readonly profile_id: string;
  readonly action: string;
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: string[];
  readonly topic: string;
  readonly offer: string | null;
  readonly send_at: Date;
  readonly sent_at: Date | null;
  readonly ended_at: Date | null;
}

/** Messages decided before the span. `ended_at` is set for those that count no more since then. */
export async function selectEarlierMessages(
  db: Executor,
  profileIds: readonly string[],
  { since, historyFrom }: { readonly since: string; readonly historyFrom: Date },
): Promise<EarlierMessageRow[]> {
  const { rows } = await sql<EarlierMessageRow>`
    select m.id, m.profile_id, m.action, m.channel, m.class, m.tags, m.topic, m.offer, m.send_at,
      case when m.state in ('sending', 'sent', 'delivered', 'unknown') then coalesce(m.sent_at, m.updated_at) end as sent_at,
      case when m.state in ('suppressed', 'rejected', 'expired', 'failed', 'cancelled') then m.updated_at end as ended_at
    from messages m
    where m.profile_id = any(${profileIds}) and m.created_at < ${since}::timestamptz and m.updated_at >= ${historyFrom}
    order by m.created_at, m.id`.execute(db);
  return rows;
}

/** Messages of one kind that hold a piece of time. */
interface EarlierPlaces {
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: readonly string[];
  readonly slice: number;
  /** When they ended without leaving; null for those that left. */
  readonly until: Date | null;
  readonly messages: number;
}

/**
 * Everybody's messages of before the span by the piece of time in which they left, or were to leave when the span began. Those that were open then
 * and did not leave count until they ended.
 */
export async function selectEarlierPlaces(
  db: Executor,
  { since, from, widthMs }: { readonly since: string; readonly from: Date; readonly widthMs: number },
): Promise<EarlierPlaces[]> {
  const { rows } = await sql<EarlierPlaces>`
    with earlier as (
      select m.channel, m.class, m.tags,
        case when m.state in ('sending', 'sent', 'delivered', 'unknown') then coalesce(m.sent_at, m.updated_at)
          else greatest(m.send_at, ${since}::timestamptz) end as at,
        case when m.state in ('suppressed', 'rejected', 'expired', 'failed', 'cancelled') then m.updated_at end as until
      from messages m
      where m.created_at < ${since}::timestamptz and m.updated_at >= ${from}
    )
    select e.channel, e.class, e.tags, floor(extract(epoch from e.at) * 1000 / ${widthMs}::float8)::bigint as slice, e.until,
      count(*)::bigint as messages
    from earlier e
    where e.at >= ${from} and (e.until is null or e.until > ${since}::timestamptz)
    group by 1, 2, 3, 4, 5 order by 4, 5, 1, 2, 3`.execute(db);
  return rows;
}

interface EarlierAnswerRow {
  readonly profile_id: string;
  readonly channel: string;
  readonly sent_at: Date;
  readonly answered: boolean;
}

/** When marketing messages left before the span, and whether each was answered within 72 hours, by no machine. */
export async function selectEarlierAnswers(
  db: Executor,
  profileIds: readonly string[],
  { since, until }: { readonly since: Date; readonly until: string },
): Promise<EarlierAnswerRow[]> {
  const { rows } = await sql<EarlierAnswerRow>`
    select m.profile_id, m.channel, m.sent_at, exists (
        select 1 from outcomes o
        where o.message_id = m.id and o.counted and o.kind in ('opened', 'clicked')
          and o.at < m.sent_at + interval '72 hours'
      ) as answered
    from messages m
    where m.profile_id = any(${profileIds}) and m.class = 'marketing' and m.state in ('sent', 'delivered')
      and m.sent_at > ${since} and m.sent_at < ${until}::timestamptz
    order by m.sent_at, m.id`.execute(db);
  return rows;
}

interface HourCountRow {
  readonly channel: string;
  readonly segment: string;
  /** `2026-11-01`. */
  readonly month: string;
  readonly slot: number;
  readonly sent: number;
  readonly answered: number;
}

/** Counts by month and hour of these segments; the empty one is everyone. */
export async function selectHourCounts(
  db: Executor,
  segments: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<HourCountRow[]> {
  const { rows } = await sql<HourCountRow>`
    select h.channel, h.segment, to_char(h.month, 'YYYY-MM-DD') as month, h.slot, h.sent::float8 as sent,
      h.answered::float8 as answered
    from answer_hours h
    where h.segment = any(${segments}) and h.month >= ${from}::date and h.month <= ${to}::date
    order by h.segment, h.channel, h.month, h.slot`.execute(db);
  return rows;
}

interface EarlierTaskRow {
  readonly id: string;
  readonly profile_id: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly created_at: Date;
  readonly closed_at: Date | null;
}

/** Tasks that were open when the span began. */
export async function selectEarlierTasks(
  db: Executor,
  profileIds: readonly string[],
  since: string,
): Promise<EarlierTaskRow[]> {
  const { rows } = await sql<EarlierTaskRow>`
    select t.id, t.profile_id, t.reason_code, t.reason, t.created_at, t.closed_at from tasks t
    where t.profile_id = any(${profileIds}) and t.created_at < ${since}::timestamptz
      and (t.closed_at is null or t.closed_at > ${since}::timestamptz)
    order by t.created_at, t.id`.execute(db);
  return rows;
}

interface FactVersionRow {
  readonly id: string;
  readonly version: number;
  readonly kind: FactKind;
  readonly data: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly source: string;
  readonly created_at: Date;
}

/** Every version of these facts that there was when it was asked for, oldest first. */
export async function selectFactVersions(
  db: Executor,
  ids: readonly string[],
  asked: string,
): Promise<FactVersionRow[]> {
  const { rows } = await sql<FactVersionRow>`
    select f.id, f.version, f.kind, f.data, f.valid_from, f.valid_until, f.source, f.created_at from facts f
    where f.id = any(${ids}) and f.created_at <= ${asked}::timestamptz
    order by f.id, f.version`.execute(db);
  return rows;
}

interface SuppressedRow {
  channel: string;
  address_hash: string;
  reason: string;
  at: Date;
  /** Null while it binds. */
  lifted_at: Date | null;
}

/** Why addresses must not be written to, or must not have been, by their hashes. */
export async function selectSuppressed(db: Executor, hashes: readonly string[]): Promise<SuppressedRow[]> {
  const { rows } = await sql<SuppressedRow>`
    select s.channel, s.address_hash, s.reason, s.at, null::timestamptz as lifted_at from suppressions s
    where s.address_hash = any(${hashes})
    union all
    select l.channel, l.address_hash, l.reason, l.at, l.lifted_at from lifted_suppressions l
    where l.address_hash = any(${hashes})
    order by channel, address_hash, at`.execute(db);
  return rows;
}
