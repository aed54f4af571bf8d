import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** A partition of the inbox that this process may work on. */
export interface LeasedPartition {
  readonly partition: number;
  readonly epoch: number;
}

/** A waiting signal, still sealed; `body` is null when the signal itself is gone. */
export interface WaitingRow {
  readonly partition: number;
  readonly seq: number;
  readonly signal_id: string;
  readonly received_at: Date;
  readonly attempts: number;
  readonly trace: string | null;
  readonly key_id: string | null;
  readonly body: Buffer | null;
}

/** Leases partitions that have something waiting, the least served first. */
export async function claimPartitions(
  db: Executor,
  request: { worker: string; limit: number; leaseMs: number; from: readonly TakenFrom[] },
): Promise<LeasedPartition[]> {
  const { rows } = await sql<LeasedPartition>`
    update inbox_partitions set leased_by = ${request.worker}, epoch = epoch + 1,
      leased_until = now() + ${request.leaseMs} * interval '1 millisecond'
    where partition in (
      select p.partition from inbox_partitions p
      left join json_to_recordset(${JSON.stringify(request.from)}::json) as f(partition smallint, "from" bigint)
        on f.partition = p.partition
      where (p.leased_until is null or p.leased_until < now())
        and exists (
          select 1 from signal_inbox i where i.partition = p.partition and i.seq >= coalesce(f."from", 0)
        )
      order by p.epoch, p.partition
      limit ${request.limit}
      for update of p skip locked
    )
    returning partition, epoch`.execute(db);
  return rows;
}

/** Holds the leases until the transaction ends and prolongs them. @returns whether all of them are still these. */
export async function renewLeases(
  tx: Tx,
  leases: readonly LeasedPartition[],
  leaseMs: number,
): Promise<boolean> {
  const { rows } = await sql<{ partition: number }>`
    update inbox_partitions p set leased_until = now() + ${leaseMs} * interval '1 millisecond'
    from (
      select c.partition from inbox_partitions c
      join json_to_recordset(${JSON.stringify(leases)}::json) as l(partition smallint, epoch bigint)
        on l.partition = c.partition and l.epoch = c.epoch
      order by c.partition
      for update of c
    ) held
    where p.partition = held.partition
    returning p.partition`.execute(tx);
  return rows.length === leases.length;
}

export async function releasePartitions(db: Executor, leases: readonly LeasedPartition[]): Promise<void> {
  await sql`
    update inbox_partitions p set leased_by = null, leased_until = null
    from json_to_recordset(${JSON.stringify(leases)}::json) as l(partition smallint, epoch bigint)
    where p.partition = l.partition and p.epoch = l.epoch`.execute(db);
}

/** A partition to take from. */
export interface TakenFrom {
  readonly partition: number;
  /** Nothing below is looked for: what was there is known to be taken, and its dead rows need not be walked past again. */
  readonly from: number;
}

/**
 * Takes the first waiting signals out of their inbox, for good once the transaction commits.
 * Each partition is walked in its own order, so that a long line costs no more than a short one.
 */
export async function takeWaiting(
  tx: Tx,
  partitions: readonly TakenFrom[],
  limit: number,
): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    with taken as (
      delete from signal_inbox where ctid = any(array(
        select w.ctid
        from json_to_recordset(${JSON.stringify(partitions)}::json) as p(partition smallint, "from" bigint)
        cross join lateral (
          select i.ctid, i.seq from signal_inbox i
          where i.partition = p.partition and i.seq >= p."from" order by i.seq limit ${limit}
        ) w
        order by w.seq limit ${limit}
      ))
      returning partition, seq, signal_id, received_at, attempts, trace
    )
    select t.partition, t.seq, t.signal_id, t.received_at, t.attempts, t.trace, s.key_id, s.body
    from taken t
    left join signals s on s.received_at = t.received_at and s.id = t.signal_id
    order by t.seq`.execute(tx);
  return rows;
}

export async function deleteWaiting(tx: Tx, row: WaitingRow): Promise<void> {
  await sql`delete from signal_inbox where partition = ${row.partition} and seq = ${row.seq}`.execute(tx);
}

export async function countAttempt(tx: Tx, row: WaitingRow): Promise<void> {
  await sql`
    update signal_inbox set attempts = attempts + 1
    where partition = ${row.partition} and seq = ${row.seq}`.execute(tx);
}

export async function insertFailure(tx: Tx, row: WaitingRow, error: string, at: Date): Promise<void> {
  await sql`
    insert into signal_failures (signal_id, received_at, partition, error, failed_at)
    values (${row.signal_id}, ${row.received_at}, ${row.partition}, ${error}, ${at})
    on conflict (signal_id) do update set error = excluded.error, failed_at = excluded.failed_at`.execute(tx);
}

/** Puts a signal that stood aside back into its inbox. @returns whether there was one. */
export async function reviveFailure(tx: Tx, signalId: string): Promise<boolean> {
  const { rows } = await sql<{ seq: number }>`
    with revived as (
      delete from signal_failures where signal_id = ${signalId} returning signal_id, received_at, partition
    )
    insert into signal_inbox (partition, signal_id, received_at)
    select r.partition, r.signal_id, r.received_at from revived r
    returning seq`.execute(tx);
  return rows.length === 1;
}
