import { sql } from 'kysely';
import { ADVICE_PURPOSE } from '../../decisions/advice.js';
import { type Executor, monthsOf } from '../../platform/database/index.js';

export interface FailedSignal {
  readonly signalId: string;
  readonly error: string;
  readonly failedAt: Date;
  readonly type: string | null;
  readonly event: string | null;
  readonly messageId: string | null;
}

export interface RejectedSignal {
  readonly seq: number;
  readonly at: Date;
  readonly source: string;
  readonly sourceName: string | null;
  readonly path: string;
  readonly message: string;
  readonly excerpt: string;
}

export interface PastPause {
  readonly id: string;
  readonly scope: string;
  readonly target: string | null;
  readonly reason: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

/** What questions for advice took on one day (UTC), whichever models were asked. */
export interface AdviceOfDay {
  /** `2026-11-21` */
  readonly day: string;
  readonly calls: number;
  /** Questions that no advice came of. */
  readonly failures: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Millionths of a minor unit. */
  readonly costMicros: number;
}

/** Days without such a question are missing. */
export async function readAdviceByDay(db: Executor, since: Date): Promise<AdviceOfDay[]> {
  // The pattern stands in the text, so that the index on these answers alone is used.
  const { rows } = await sql<AdviceOfDay>`
    select to_char(a.answered_at at time zone 'UTC', 'YYYY-MM-DD') as day, sum(a.calls)::bigint as calls,
      count(*) filter (where a.outcome <> 'ok') as failures, sum(a.tokens_in)::bigint as "tokensIn",
      sum(a.tokens_out)::bigint as "tokensOut", sum(a.cost_micros)::bigint as "costMicros"
    from model_answers a
    where a.purpose like ${sql.lit(`${ADVICE_PURPOSE}%`)} and a.answered_at >= ${since}
    group by 1`.execute(db);
  return rows;
}

/** Signals that could not be applied and stand aside. */
export async function readFailedSignals(db: Executor, limit: number): Promise<FailedSignal[]> {
  const { rows } = await sql<{
    signal_id: string;
    error: string;
    failed_at: Date;
    type: string | null;
    event: string | null;
    message_id: string | null;
  }>`
    select f.signal_id, f.error, f.failed_at, s.type, s.event, s.message_id
    from signal_failures f left join signals s on s.id = f.signal_id and s.received_at = f.received_at
    order by f.failed_at desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    signalId: row.signal_id,
    error: row.error,
    failedAt: row.failed_at,
    type: row.type,
    event: row.event,
    messageId: row.message_id,
  }));
}

/** Signals that were refused at the door, the latest first: clients ignore what a batch answers, so it is shown here. */
export async function readRejectedSignals(db: Executor, limit: number): Promise<RejectedSignal[]> {
  const { rows } = await sql<{
    seq: number;
    at: Date;
    source: string;
    source_name: string | null;
    path: string;
    message: string;
    excerpt: string;
  }>`
    select r.seq, r.at, r.source, k.name as source_name, r.path, r.message, r.excerpt
    from signal_rejections r left join write_keys k on k.id = r.source
    order by r.seq desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at,
    source: row.source,
    sourceName: row.source_name,
    path: row.path,
    message: row.message,
    excerpt: row.excerpt,
  }));
}

/** Pauses that have ended, the latest first. */
export async function readPastPauses(db: Executor, limit: number): Promise<PastPause[]> {
  const { rows } = await sql<{
    id: string;
    scope: string;
    target: string | null;
    reason: string;
    created_at: Date;
    created_by: string;
    ended_at: Date | null;
    ended_by: string | null;
  }>`
    select p.id, p.scope, p.target, p.reason, p.created_at, coalesce(a.name, p.created_by) as created_by, p.ended_at,
      coalesce(b.name, p.ended_by) as ended_by
    from pauses p left join people a on a.id = p.created_by left join people b on b.id = p.ended_by
    where p.ended_at is not null order by p.ended_at desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    scope: row.scope,
    target: row.target,
    reason: row.reason,
    createdAt: row.created_at,
    createdBy: row.created_by,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  }));
}

/** What ages out by rule, and since when it is kept. */
export interface Kept {
  readonly what: 'signals' | 'situations' | 'drafts';
  /** The start of the oldest month there is. */
  readonly since: Date | null;
}

const AGES_OUT = [
  { what: 'signals', name: 'signals', by: 'received_at' },
  { what: 'situations', name: 'situations', by: 'created_at' },
  { what: 'drafts', name: 'draft_contents', by: 'written_at' },
] as const;

export async function readKept(db: Executor): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const { what, name, by } of AGES_OUT)
    kept.push({ what, since: (await monthsOf(db, { name, by }))[0]?.from ?? null });
  return kept;
}

/** How many signals wait to be applied, and for how long the oldest has. */
export async function readInbox(db: Executor): Promise<{ waiting: number; oldest: Date | null }> {
  const { rows } = await sql<{ waiting: number; oldest: Date | null }>`
    select count(*) as waiting, min(i.received_at) as oldest from signal_inbox i`.execute(db);
  return { waiting: rows[0]?.waiting ?? 0, oldest: rows[0]?.oldest ?? null };
}
