import { sql } from 'kysely';
import { type Cursor, type Executor } from '../platform/database/index.js';
import { type MessageCounts, type OldFacts } from './checks.js';

/** An executed or considered decision, as it is counted. */
export interface CountedDecision {
  readonly id: string;
  readonly at: Date;
  readonly mode: 'decide' | 'execute';
  readonly outcome: 'act' | 'hold' | 'handoff';
  readonly triggerId: string | null;
  readonly keyId: string;
  readonly result: Uint8Array;
}

/** The next decisions behind a cursor and before a time, oldest first. */
export async function selectUncounted(
  db: Executor,
  after: Cursor,
  before: Date,
  limit: number,
): Promise<CountedDecision[]> {
  const { rows } = await sql<CountedDecision>`
    select d.id, d.created_at as at, d.mode, d.outcome, d.trigger_id as "triggerId", d.key_id as "keyId", d.result
    from decisions d where (d.created_at, d.id) > (${after.at}, ${after.id}) and d.created_at < ${before}
    order by d.created_at, d.id limit ${limit}`.execute(db);
  return rows;
}

/** For how long the oldest transaction has been open that writes something; milliseconds, 0 when there is none. */
export async function longestWrite(db: Executor): Promise<number> {
  const { rows } = await sql<{ ms: number | null }>`
    select (max(extract(epoch from now() - a.xact_start)) * 1000)::double precision as ms
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_xid is not null and a.pid <> pg_backend_pid()`.execute(
    db,
  );
  return rows[0]?.ms ?? 0;
}

/** Messages of one UTC day by when they were to leave, and what came of them within three days. What bounced at once counts as sent too. */
export async function countMessages(db: Executor, day: string): Promise<MessageCounts[]> {
  const { rows } = await sql<MessageCounts>`
    select m.action, m.channel, count(*) filter (where m.sent_at is not null or o.bounced) as sent,
      count(*) filter (where o.unsubscribed) as unsubscribed,
      count(*) filter (where o.complained) as complained,
      count(*) filter (where o.bounced) as bounced
    from messages m
    cross join lateral (
      select bool_or(x.kind = 'unsubscribed') as unsubscribed, bool_or(x.kind = 'complained') as complained,
        bool_or(x.kind = 'bounced') as bounced
      from outcomes x where x.message_id = m.id and x.counted and x.at < coalesce(m.sent_at, m.send_at) + interval '72 hours'
        and x.kind in ('unsubscribed', 'complained', 'bounced')
    ) o
    where m.state in ('sent', 'delivered', 'failed')
      and m.send_at >= ${`${day}T00:00:00Z`}::timestamptz and m.send_at < ${`${day}T00:00:00Z`}::timestamptz + interval '24 hours'
    group by m.action, m.channel`.execute(db);
  return rows;
}

/** How often each event is among the latest signals. */
export async function countEvents(db: Executor, since: Date, latest: number): Promise<Map<string, number>> {
  const { rows } = await sql<{ event: string; count: number }>`
    select s.event, count(*) as count from (
      select x.event from signals x where x.received_at >= ${since} order by x.received_at desc limit ${latest}
    ) s where s.event is not null group by s.event`.execute(db);
  return new Map(rows.map(({ event, count }) => [event, count]));
}

/** Offers and claims in force whose latest version is from before a time. */
export async function selectOldFacts(db: Executor, before: Date, now: Date): Promise<OldFacts[]> {
  const { rows } = await sql<{ kind: OldFacts['kind']; count: number; oldest: string; since: Date }>`
    select f.kind, count(*) as count, (array_agg(f.id order by f.created_at, f.id))[1] as oldest, min(f.created_at) as since
    from facts f
    where f.kind in ('offer', 'claim') and f.created_at < ${before}
      and (f.valid_until is null or f.valid_until > ${now})
      and not exists (select 1 from facts n where n.id = f.id and n.version > f.version)
    group by f.kind order by f.kind`.execute(db);
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

/** When the playbook in force came into force. */
export async function readActivatedAt(db: Executor, bundleHash: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(a.activated_at) as at from bundle_activations a where a.bundle_hash = ${bundleHash}`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}
