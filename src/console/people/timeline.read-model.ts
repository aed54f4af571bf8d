import { sql } from 'kysely';
import { type DecisionResult } from '../../decisions/decision.js';
import { profileFamily } from '../../decisions/index.js';
import { type Executor } from '../../platform/database/index.js';
import { type Json } from '../../shared/canonical-json.js';
import { type Signal } from '../../signals/signal.js';
import { type SealedReader } from '../sealed-reader.service.js';
import {
  type ConsentEntry,
  type DecisionEntry,
  type DraftEntry,
  type FiringEntry,
  KIND_RANK,
  type MergeEntry,
  type MessageEntry,
  type OutcomeEntry,
  type SignalEntry,
  type SuppressionEntry,
  type TaskEntry,
  type TimelineEntry,
  type TimelineKind,
  type TimelinePosition,
  type VerdictEntry,
} from './timeline.js';

interface KeyRow {
  kind: TimelineKind;
  at: Date;
  rank: number;
  key: string;
}

/** A page of the timeline, newest first; `last` is where the next page goes on. */
export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  readonly last: TimelinePosition | null;
}

/** Everything that happened to one person, under every profile that was merged into theirs. First the keys of a page, then its details. */
export async function readTimeline(
  db: Executor,
  reader: SealedReader,
  request: { profileId: string; after: TimelinePosition | null; limit: number },
): Promise<TimelinePage> {
  const family = await profileFamily(db, request.profileId);
  const keys = await readKeys(db, family, request.after, request.limit + 1);
  const page = keys.slice(0, request.limit);
  const details = await readDetails(db, reader, page);
  const entries = page.flatMap((row) => details.get(`${row.kind}/${row.key}`) ?? []);
  const last = page.at(-1);
  return {
    entries,
    last:
      keys.length > request.limit && last !== undefined ? [last.at.toISOString(), last.rank, last.key] : null,
  };
}

async function readKeys(
  db: Executor,
  family: readonly string[],
  after: TimelinePosition | null,
  limit: number,
): Promise<KeyRow[]> {
  const [at, rank, key] = after ?? [null, null, null];
  const { rows } = await sql<KeyRow>`
    select e.kind, e.at, e.rank, e.key from (
      select 'signal' as kind, s.occurred_at as at, ${KIND_RANK.signal}::int as rank, s.id as key
        from signals s where s.identity_hash in (select i.hash from identities i where i.profile_id = any(${family}))
      union all select 'merge', g.merged_at, ${KIND_RANK.merge}::int, g.id from profile_merges g where g.into_profile_id = any(${family})
      union all select 'consent', c.at, ${KIND_RANK.consent}::int, c.id from consents c where c.profile_id = any(${family})
      union all select 'suppression', l.lifted_at, ${KIND_RANK.suppression}::int, l.id from lifted_suppressions l where l.profile_id = any(${family})
      union all select 'firing', f.fired_at, ${KIND_RANK.firing}::int, f.id from firings f where f.profile_id = any(${family})
      union all select 'decision', d.created_at, ${KIND_RANK.decision}::int, d.id from decisions d where d.profile_id = any(${family})
      union all select 'task', t.created_at, ${KIND_RANK.task}::int, t.id || ':open' from tasks t where t.profile_id = any(${family})
      union all select 'task', t.closed_at, ${KIND_RANK.task}::int, t.id || ':closed' from tasks t
        where t.profile_id = any(${family}) and t.closed_at is not null
      union all select 'message', st.at, ${KIND_RANK.message}::int, st.message_id || ':' || lpad(st.seq::text, 6, '0')
        from message_steps st join messages m on m.id = st.message_id where m.profile_id = any(${family})
      union all select 'draft', dr.written_at, ${KIND_RANK.draft}::int, dr.id
        from drafts dr join messages m on m.id = dr.message_id where m.profile_id = any(${family})
      union all select 'verdict', v.at, ${KIND_RANK.verdict}::int, v.review_id || ':' || lpad(v.seq::text, 6, '0')
        from verdicts v join reviews r on r.id = v.review_id where r.profile_id = any(${family})
      union all select 'outcome', o.at, ${KIND_RANK.outcome}::int, o.id from outcomes o where o.profile_id = any(${family})
    ) e
    where ${at}::timestamptz is null or (e.at, e.rank, e.key) < (${at}::timestamptz, ${rank}::int, ${key}::text)
    order by e.at desc, e.rank desc, e.key desc
    limit ${limit}`.execute(db);
  return rows;
}

async function readDetails(
  db: Executor,
  reader: SealedReader,
  page: readonly KeyRow[],
): Promise<Map<string, TimelineEntry>> {
  const of = (kind: TimelineKind): string[] => page.filter((row) => row.kind === kind).map((row) => row.key);
  const groups: readonly (() => Promise<TimelineEntry[]>)[] = [
    () => signals(db, reader, of('signal')),
    () => merges(db, of('merge')),
    () => consents(db, of('consent')),
    () => lifted(db, of('suppression')),
    () => firings(db, of('firing')),
    () => decisions(db, reader, of('decision')),
    () => tasks(db, of('task')),
    () => steps(db, of('message')),
    () => drafts(db, reader, of('draft')),
    () => verdicts(db, of('verdict')),
    () => outcomes(db, of('outcome')),
  ];
  const found = new Map<string, TimelineEntry>();
  for (const group of groups)
    for (const entry of await group()) found.set(`${entry.kind}/${entry.id}`, entry);
  return found;
}

async function signals(db: Executor, reader: SealedReader, ids: readonly string[]): Promise<SignalEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    received_at: Date;
    occurred_at: Date;
    source: string;
    message_id: string;
    type: string;
    event: string | null;
    key_id: string;
    body: Uint8Array;
  }>`
    select s.id, s.received_at, s.occurred_at, s.source, s.message_id, s.type, s.event, s.key_id, s.body
    from signals s where s.id = any(${ids})`.execute(db);
  const bodies = await reader.open<Partial<Signal>>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.body })),
  );
  return rows.map((row, index) => ({
    kind: 'signal',
    at: row.occurred_at.toISOString(),
    id: row.id,
    messageId: row.message_id,
    type: row.type,
    event: row.event,
    source: row.source,
    receivedAt: row.received_at.toISOString(),
    properties: bodies[index]?.properties ?? {},
    traits: bodies[index]?.traits ?? {},
  }));
}

async function merges(db: Executor, ids: readonly string[]): Promise<MergeEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    from_profile_id: string;
    into_profile_id: string;
    reason: string;
    merged_at: Date;
  }>`
    select g.id, g.from_profile_id, g.into_profile_id, g.reason, g.merged_at from profile_merges g where g.id = any(${ids})`.execute(
    db,
  );
  return rows.map((row) => ({
    kind: 'merge',
    at: row.merged_at.toISOString(),
    id: row.id,
    fromProfileId: row.from_profile_id,
    intoProfileId: row.into_profile_id,
    reason: row.reason,
  }));
}

async function consents(db: Executor, ids: readonly string[]): Promise<ConsentEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    at: Date;
    channel: string;
    topic: string;
    state: string;
    source: string;
  }>`
    select c.id, c.at, c.channel, c.topic, c.state, c.source from consents c where c.id = any(${ids})`.execute(
    db,
  );
  return rows.map((row) => ({ kind: 'consent', ...row, at: row.at.toISOString() }));
}

async function lifted(db: Executor, ids: readonly string[]): Promise<SuppressionEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string; channel: string; at: Date; lifted_at: Date }>`
    select l.id, l.channel, l.at, l.lifted_at from lifted_suppressions l where l.id = any(${ids})`.execute(
    db,
  );
  return rows.map(({ id, channel, at, lifted_at }) => ({
    kind: 'suppression',
    at: lifted_at.toISOString(),
    id,
    state: 'lifted',
    channel,
    suppressedAt: at.toISOString(),
  }));
}

async function firings(db: Executor, ids: readonly string[]): Promise<FiringEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    fired_at: Date;
    trigger_id: string;
    occasion: string;
    evidence: string;
  }>`
    select f.id, f.fired_at, f.trigger_id, f.occasion, f.evidence from firings f where f.id = any(${ids})`.execute(
    db,
  );
  return rows.map((row) => ({
    kind: 'firing',
    at: row.fired_at.toISOString(),
    id: row.id,
    trigger: row.trigger_id,
    occasion: row.occasion,
    evidence: JSON.parse(row.evidence) as Record<string, Json>,
  }));
}

async function decisions(
  db: Executor,
  reader: SealedReader,
  ids: readonly string[],
): Promise<DecisionEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    created_at: Date;
    outcome: string;
    mode: string;
    action: string;
    channel: string | null;
    trigger_id: string | null;
    message_id: string | null;
    key_id: string;
    result: Uint8Array;
  }>`
    select d.id, d.created_at, d.outcome, d.mode, d.action, d.channel, d.trigger_id, d.message_id, d.key_id, d.result
    from decisions d where d.id = any(${ids})`.execute(db);
  const results = await reader.open<DecisionResult>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.result })),
  );
  return rows.map((row, index) => ({
    kind: 'decision',
    at: row.created_at.toISOString(),
    id: row.id,
    outcome: row.outcome,
    mode: row.mode,
    action: row.action,
    channel: row.channel,
    trigger: row.trigger_id,
    messageId: row.message_id,
    reasons: results[index]?.reasons ?? [],
    against: (results[index]?.candidates ?? [])
      .filter((candidate) => !candidate.eligible)
      .map(({ action, channel, blockedBy }) => ({ action, channel, reasons: blockedBy })),
  }));
}

async function tasks(db: Executor, keys: readonly string[]): Promise<TaskEntry[]> {
  if (keys.length === 0) return [];
  const ids = [...new Set(keys.map((key) => key.split(':')[0] ?? ''))];
  const { rows } = await sql<{
    id: string;
    owner: string;
    reason_code: string;
    reason: string;
    created_at: Date;
    closed_at: Date | null;
    closed_by: string | null;
    outcome: string | null;
  }>`
    select t.id, t.owner, t.reason_code, t.reason, t.created_at, t.closed_at, coalesce(who.name, t.closed_by) as closed_by, t.outcome
    from tasks t left join people who on who.id = t.closed_by where t.id = any(${ids})`.execute(db);
  return rows.flatMap((row) => {
    const common = {
      kind: 'task' as const,
      taskId: row.id,
      owner: row.owner,
      reason: { code: row.reason_code, text: row.reason },
    };
    const opened: TaskEntry = {
      ...common,
      at: row.created_at.toISOString(),
      id: `${row.id}:open`,
      state: 'open',
      outcome: null,
      closedBy: null,
    };
    if (row.closed_at === null) return [opened];
    const closed: TaskEntry = {
      ...common,
      at: row.closed_at.toISOString(),
      id: `${row.id}:closed`,
      state: 'closed',
      outcome: row.outcome,
      closedBy: row.closed_by,
    };
    return [opened, closed];
  });
}

const stepKey = (id: string, seq: number): string => `${id}:${String(seq).padStart(6, '0')}`;

async function steps(db: Executor, keys: readonly string[]): Promise<MessageEntry[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<{
    message_id: string;
    seq: number;
    at: Date;
    from_state: string | null;
    to_state: string;
    actor: string;
    actor_name: string | null;
    reason_code: string;
    reason: string;
    action: string;
    channel: string;
  }>`
    select st.message_id, st.seq, st.at, st.from_state, st.to_state, st.actor, who.name as actor_name, st.reason_code, st.reason,
      m.action, m.channel
    from message_steps st join messages m on m.id = st.message_id left join people who on who.id = st.actor
    where st.message_id = any(${[...new Set(keys.map((key) => key.split(':')[0] ?? ''))]})`.execute(db);
  return rows.map((row) => ({
    kind: 'message',
    at: row.at.toISOString(),
    id: stepKey(row.message_id, row.seq),
    messageId: row.message_id,
    action: row.action,
    channel: row.channel,
    from: row.from_state,
    state: row.to_state,
    actor: row.actor,
    actorName: row.actor_name,
    reason: { code: row.reason_code, text: row.reason },
  }));
}

async function drafts(db: Executor, reader: SealedReader, ids: readonly string[]): Promise<DraftEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    message_id: string;
    number: number;
    written_at: Date;
    origin: string;
    author: string;
    author_name: string | null;
    fallback_reason: string | null;
    key_id: string;
    content: Uint8Array | null;
    score: number | null;
    tier: number | null;
  }>`
    select dr.id, dr.message_id, dr.number, dr.written_at, dr.origin, dr.author, who.name as author_name, dr.fallback_reason,
      dr.key_id, coalesce(c.content, nullif(dr.content, ''::bytea)) as content, a.score, a.tier
    from drafts dr left join people who on who.id = dr.author
      left join draft_contents c on c.written_at = dr.written_at and c.draft_id = dr.id
      left join lateral (
        select x.score, x.tier from assessments x where x.draft_id = dr.id order by x.assessed_at desc, x.id desc limit 1
      ) a on true
    where dr.id = any(${ids})`.execute(db);
  const contents = await reader.open<{ subject?: unknown }>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.content })),
  );
  return rows.map((row, index) => {
    const subject = contents[index]?.subject;
    return {
      kind: 'draft',
      at: row.written_at.toISOString(),
      id: row.id,
      messageId: row.message_id,
      number: row.number,
      origin: row.origin,
      author: row.author_name ?? row.author,
      subject: typeof subject === 'string' ? subject : null,
      fallbackReason: row.fallback_reason,
      risk: row.score === null || row.tier === null ? null : { score: row.score, tier: row.tier },
    };
  });
}

async function verdicts(db: Executor, keys: readonly string[]): Promise<VerdictEntry[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<{
    review_id: string;
    seq: number;
    verdict: string;
    person_id: string;
    name: string;
    at: Date;
    reasons: string[];
    message_id: string;
  }>`
    select v.review_id, v.seq, v.verdict, v.person_id, who.name, v.at, v.reasons, r.message_id
    from verdicts v join reviews r on r.id = v.review_id join people who on who.id = v.person_id
    where v.review_id = any(${[...new Set(keys.map((key) => key.split(':')[0] ?? ''))]})`.execute(db);
  return rows.map((row) => ({
    kind: 'verdict',
    at: row.at.toISOString(),
    id: stepKey(row.review_id, row.seq),
    reviewId: row.review_id,
    messageId: row.message_id,
    verdict: row.verdict,
    by: { personId: row.person_id, name: row.name },
    reasons: row.reasons,
  }));
}

async function outcomes(db: Executor, ids: readonly string[]): Promise<OutcomeEntry[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    message_id: string;
    kind: string;
    at: Date;
    counted: boolean;
    why_not_counted: string | null;
  }>`
    select o.id, o.message_id, o.kind, o.at, o.counted, o.why_not_counted from outcomes o where o.id = any(${ids})`.execute(
    db,
  );
  return rows.map((row) => ({
    kind: 'outcome',
    at: row.at.toISOString(),
    id: row.id,
    messageId: row.message_id,
    outcome: row.kind,
    counted: row.counted,
    whyNotCounted: row.why_not_counted,
  }));
}
