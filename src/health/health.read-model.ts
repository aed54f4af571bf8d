import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

interface Count {
  name: string;
  count: number;
}

/** Answers when the database does. */
export async function ping(db: Executor): Promise<void> {
  await sql`select 1`.execute(db);
}

export async function inboxDepth(db: Executor): Promise<Count[]> {
  const { rows } = await sql<Count>`
    select i.partition::text as name, count(*) as count from signal_inbox i group by i.partition`.execute(db);
  return rows;
}

/** When the signal arrived that has waited longest, or about longest: the first of each partition is looked at. Null when none waits. */
export async function oldestWaiting(db: Executor): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(first.received_at) as at from inbox_partitions p
    cross join lateral (
      select i.received_at from signal_inbox i where i.partition = p.partition order by i.seq limit 1
    ) first`.execute(db);
  return rows[0]?.at ?? null;
}

export async function decisionsSince(db: Executor, since: Date): Promise<Count[]> {
  const { rows } = await sql<Count>`
    select d.outcome as name, count(*) as count from decisions d
    where d.created_at >= ${since} group by d.outcome`.execute(db);
  return rows;
}

export async function messagesByState(db: Executor): Promise<Count[]> {
  const { rows } = await sql<Count>`
    select m.state as name, count(*) as count from messages m group by m.state`.execute(db);
  return rows;
}

export async function reviewsByState(db: Executor): Promise<Count[]> {
  const { rows } = await sql<Count>`
    select r.state as name, count(*) as count from reviews r group by r.state`.execute(db);
  return rows;
}

/** Calls and failures of each model since the first day. */
export async function modelCalls(db: Executor): Promise<{ calls: Count[]; failures: Count[] }> {
  const { rows } = await sql<{ name: string; calls: number; failures: number }>`
    select u.model as name, sum(u.calls)::bigint as calls, sum(u.failures)::bigint as failures
    from model_usage u group by u.model`.execute(db);
  return {
    calls: rows.map((row) => ({ name: row.name, count: row.calls })),
    failures: rows.map((row) => ({ name: row.name, count: row.failures })),
  };
}
