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
  readonly key_id: string | null;
  readonly body: Buffer | null;
}

/** Leases partitions that have something waiting, the least served first. */
export async function claimPartitions(
  db: Executor,
  request: { worker: string; limit: number; leaseMs: number },
): Promise<LeasedPartition[]> {
  const { rows } = await sql<LeasedPartition>`
    update inbox_partitions set leased_by = ${request.worker}, epoch = epoch + 1,
      leased_until = now() + ${request.leaseMs} * interval '1 millisecond'
    where partition in (
      select p.partition from inbox_partitions p
      where (p.leased_until is null or p.leased_until < now())
        and exists (select 1 from signal_inbox i where i.partition = p.partition)
      order by p.epoch, p.partition
      limit ${request.limit}
      for update skip locked
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
      join jsonb_to_recordset(${JSON.stringify(leases)}::jsonb) as l(partition smallint, epoch bigint)
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
    from jsonb_to_recordset(${JSON.stringify(leases)}::jsonb) as l(partition smallint, epoch bigint)
    where p.partition = l.partition and p.epoch = l.epoch`.execute(db);
}

export async function selectWaiting(
  tx: Tx,
  partitions: readonly number[],
  limit: number,
): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    select i.partition, i.seq, i.signal_id, i.received_at, i.attempts, s.key_id, s.body
    from (
      select w.* from signal_inbox w where w.partition = any(${partitions}::smallint[])
      order by w.seq limit ${limit}
    ) i
    left join signals s on s.received_at = i.received_at and s.id = i.signal_id
    order by i.seq`.execute(tx);
  return rows;
}

export async function deleteWaiting(
  tx: Tx,
  partitions: readonly number[],
  seqs: readonly number[],
): Promise<void> {
  await sql`
    delete from signal_inbox where partition = any(${partitions}::smallint[]) and seq = any(${seqs}::bigint[])`.execute(
    tx,
  );
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
