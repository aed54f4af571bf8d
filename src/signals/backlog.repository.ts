import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** At most how many signals wait to be applied; looks at both ends of each partition only. */
export async function spanOfWaiting(db: Executor): Promise<number> {
  const { rows } = await sql<{ span: number | null }>`
    select max(newest.seq) - min(oldest.seq) + 1 as span
    from inbox_partitions p
    cross join lateral (
      select i.seq from signal_inbox i where i.partition = p.partition order by i.seq limit 1
    ) oldest
    cross join lateral (
      select i.seq from signal_inbox i where i.partition = p.partition order by i.seq desc limit 1
    ) newest`.execute(db);
  return rows[0]?.span ?? 0;
}

/**
 * Of a sample of the signals that wait to be applied, how many are from each source; null for those that are gone since.
 * @param share of the inbox's pages to look at, above 0 and up to 1, which is all of it.
 */
export async function countBySource(
  db: Executor,
  share: number,
): Promise<{ source: string | null; count: number }[]> {
  const { rows } = await sql<{ source: string | null; count: number }>`
    select s.source, count(*) as count
    from signal_inbox i tablesample system (${share * 100})
    left join signals s on s.received_at = i.received_at and s.id = i.signal_id
    group by s.source`.execute(db);
  return rows;
}

/** How many signals wait to be applied, counted no further than `most`. */
export async function countWaiting(db: Executor, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select from signal_inbox limit ${most}) counted`.execute(db);
  return rows[0]?.count ?? 0;
}

/** When the oldest signal came that waits in one of these partitions to be applied; null when none does. */
export async function oldestWaiting(db: Executor, partitions: readonly number[]): Promise<Date | null> {
  const { rows } = await sql<{ received_at: Date | null }>`
    select min(oldest.received_at) as received_at
    from inbox_partitions p
    cross join lateral (
      select i.received_at from signal_inbox i where i.partition = p.partition order by i.seq limit 1
    ) oldest
    where p.partition = any(${[...partitions]}::smallint[])`.execute(db);
  return rows[0]?.received_at ?? null;
}
