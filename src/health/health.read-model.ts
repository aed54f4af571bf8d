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
