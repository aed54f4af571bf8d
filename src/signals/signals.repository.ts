import { sql } from 'kysely';
import { EndToEnd, type Executor, type Tx } from '../platform/database/index.js';
import { type Rejection } from './parse.js';

/** A signal as it is written. */
export interface SignalRow {
  readonly id: string;
  readonly source: string;
  readonly message_id: string;
  readonly type: string;
  readonly event: string | null;
  readonly identity_hash: string;
  readonly occurred_at: string;
  /** The record, sealed. */
  readonly body: Buffer;
  /** Null when it belongs to nobody, so that nothing can be applied. */
  readonly partition: number | null;
  /** Only of a signal that is followed. */
  readonly trace?: string;
}

/**
 * Appends what was not seen since `forgetBefore`: dedup, signals and inbox in one statement.
 * @param erasures the count of erasures as of which the bodies' keys are in force; null when the transaction holds the keys.
 * @returns whether they were in force; otherwise nothing was written.
 */
export async function insertSignals(
  db: Executor,
  rows: readonly SignalRow[],
  receivedAt: Date,
  forgetBefore: Date,
  erasures: number | null,
): Promise<boolean> {
  const bodies = new EndToEnd();
  const placed = rows.map(({ body, ...columns }) => {
    const { from: at, size } = bodies.add(body);
    return { ...columns, at, size };
  });
  // Sorted, so that two processes with the same message ids wait for each other instead of deadlocking.
  const { rows: written } = await sql<{ in_force: boolean }>`
    with keys as materialized (
      select case when ${erasures}::bigint is null then true else coalesce(hold_key_erasures() = ${erasures}, false) end as in_force
    ), r as materialized (
      select r.* from keys cross join json_to_recordset(${JSON.stringify(placed)}::json) as r(id text, source text, message_id text,
        type text, event text, identity_hash text, occurred_at timestamptz, partition smallint, at integer, size integer, trace text)
      where keys.in_force
    ), fresh as (
      insert into signal_dedup (source, message_id, signal_id, seen_at)
      select r.source, r.message_id, r.id, ${receivedAt} from r order by r.source collate "C", r.message_id collate "C"
      on conflict (source, message_id) do update set signal_id = excluded.signal_id, seen_at = excluded.seen_at
        where signal_dedup.seen_at < ${forgetBefore}
      returning signal_id
    ), kept as (
      insert into signals (id, received_at, source, message_id, type, event, identity_hash, occurred_at, key_id, body)
      select r.id, ${receivedAt}, r.source, r.message_id, r.type, r.event, r.identity_hash, r.occurred_at, r.identity_hash,
        substring(${bodies.whole()}::bytea from r.at for r.size)
      from r join fresh on fresh.signal_id = r.id
    ), waiting as (
      insert into signal_inbox (partition, signal_id, received_at, trace)
      select r.partition, r.id, ${receivedAt}, r.trace from r join fresh on fresh.signal_id = r.id
      where r.partition is not null order by r.id collate "C"
    )
    select in_force from keys`.execute(db);
  return written[0]?.in_force === true;
}

/** A signal, still sealed. */
export async function selectSignal(
  db: Executor,
  id: string,
): Promise<{ key_id: string; body: Buffer } | null> {
  const { rows } = await sql<{ key_id: string; body: Buffer }>`
    select s.key_id, s.body from signals s where s.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function insertRejections(
  db: Executor,
  source: string,
  rejections: readonly Rejection[],
  at: Date,
): Promise<void> {
  const rows = rejections.map(({ path, message, excerpt }) => ({ path, message, excerpt }));
  await sql`
    insert into signal_rejections (source, at, path, message, excerpt)
    select ${source}, ${at}, r.path, r.message, r.excerpt
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(path text, message text, excerpt text)`.execute(
    db,
  );
}

/** Makes the partition that holds arrivals from `from` up to but not at `to`. @param name checked by the caller: it stands in the text. */
export async function createPartition(db: Executor, name: string, from: Date, to: Date): Promise<void> {
  await sql`
    create table if not exists ${sql.table(name)} partition of signals
    for values from (${sql.lit(from.toISOString())}) to (${sql.lit(to.toISOString())})`.execute(db);
}

export async function partitionExists(db: Executor, name: string): Promise<boolean> {
  const { rows } = await sql<{ found: string | null }>`select to_regclass(${name})::text as found`.execute(
    db,
  );
  return rows[0]?.found != null;
}

/** Forgets message ids that may come again, and all but the newest rejections. */
export async function deleteOld(db: Executor, seenBefore: Date, keptRejections: number): Promise<void> {
  await sql`delete from signal_dedup where seen_at < ${seenBefore}`.execute(db);
  await sql`
    delete from signal_rejections where seq < (select max(seq) from signal_rejections) - ${keptRejections}`.execute(
    db,
  );
}

/** Deletes everything that arrived under these identities. */
export async function deleteSignals(tx: Tx, identityHashes: readonly string[]): Promise<number> {
  const { numAffectedRows } =
    await sql`delete from signals where identity_hash = any(${identityHashes})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
