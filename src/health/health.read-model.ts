import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Beyond these nobody needs to know more exactly, and counting takes no longer. */
const MOST_SIGNALS = 10_000;
const MOST_WORK = 10_000;
const MOST_MESSAGES = 200_000;

/** Answers when the database does. */
export async function ping(db: Executor): Promise<void> {
  await sql`select 1`.execute(db);
}

/** How many signals wait; beyond ten thousand at most so many, by the numbers at both ends. */
export async function countWaitingSignals(db: Executor): Promise<number> {
  const { rows } = await sql<{ counted: number; span: number }>`
    select (select count(*) from (select from signal_inbox limit ${MOST_SIGNALS}) few) as counted,
      coalesce((
        select max(newest.seq) - min(oldest.seq) + 1 from inbox_partitions p
        cross join lateral (
          select i.seq from signal_inbox i where i.partition = p.partition order by i.seq limit 1
        ) oldest
        cross join lateral (
          select i.seq from signal_inbox i where i.partition = p.partition order by i.seq desc limit 1
        ) newest
      ), 0)::bigint as span`.execute(db);
  const { counted = 0, span = 0 } = rows[0] ?? {};
  return counted < MOST_SIGNALS ? counted : span;
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

/** Since when the timer is due that is due longest; null when none is. */
export async function oldestDueTimer(db: Executor, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date }>`
    select t.due_at from timers t where t.due_at <= ${now} order by t.due_at limit 1`.execute(db);
  return rows[0]?.due_at ?? null;
}

/** Work that is due, of each of these kinds, and since when the first of it is. */
export async function dueWork(
  db: Executor,
  kinds: readonly string[],
  now: Date,
): Promise<{ kind: string; count: number; since: Date | null }[]> {
  const { rows } = await sql<{ kind: string; count: number; since: Date | null }>`
    select k.kind, due.count, due.since from unnest(${kinds}::text[]) as k(kind)
    cross join lateral (
      select count(*) as count, min(d.due_at) as since from (
        select w.due_at from work w where w.kind = k.kind and w.state = 'ready' and w.due_at <= ${now}
        order by w.due_at limit ${MOST_WORK}
      ) d
    ) due`.execute(db);
  return rows;
}

/** Work that failed for good. */
export async function deadWork(db: Executor): Promise<{ kind: string; count: number }[]> {
  const { rows } = await sql<{ kind: string; count: number }>`
    select w.kind, count(*) as count from work w where w.state = 'dead' group by w.kind`.execute(db);
  return rows;
}

export async function gatesByState(db: Executor): Promise<{ open: number; closed: number }> {
  const { rows } = await sql<{ open: number; closed: number }>`
    select count(*) filter (where g.closed_at is null) as open, count(g.closed_at) as closed from gates g`.execute(
    db,
  );
  return rows[0] ?? { open: 0, closed: 0 };
}

/** Gates that the service closed since a time, by the reason. */
export async function gatesFallen(db: Executor, since: Date): Promise<{ code: string; count: number }[]> {
  const { rows } = await sql<{ code: string; count: number }>`
    select g.closed_code as code, count(*) as count from gates g
    where g.closed_by = 'system' and g.closed_at > ${since} group by g.closed_code`.execute(db);
  return rows;
}

/** Items that wait for a person, and since when the first of each state does. */
export async function openReviews(db: Executor): Promise<{ state: string; count: number; since: Date }[]> {
  const { rows } = await sql<{ state: string; count: number; since: Date }>`
    select r.state, count(*) as count, min(r.created_at) as since from reviews r
    where r.state in ('pending', 'claimed', 'awaiting_second') group by r.state`.execute(db);
  return rows;
}

/** Messages that have not come to their end. */
export async function openMessages(
  db: Executor,
): Promise<{ state: string; channel: string; count: number }[]> {
  const { rows } = await sql<{ state: string; channel: string; count: number }>`
    select m.state, m.channel, count(*) as count from (
      select o.state, o.channel from messages o
      where o.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending', 'unknown')
      limit ${MOST_MESSAGES}
    ) m
    group by m.state, m.channel`.execute(db);
  return rows;
}
