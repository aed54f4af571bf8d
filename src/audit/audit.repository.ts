import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';

/** An audit entry as it lies in the table, without its seal. */
export interface AuditRow {
  seq: number;
  id: string;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  /** Canonical JSON without personal data. */
  detail: string;
  /** Sealed under `key_id`. */
  personal: Buffer | null;
  key_id: string | null;
}

/** One batch of the chain. */
export interface SealRow {
  number: number;
  first_seq: number;
  last_seq: number;
  entries: number;
  entries_hash: string;
  previous_hash: string;
  hash: string;
  sealed_at: Date;
}

const insertOne = prepared(
  'audit.insert',
  `insert into audit_entries (id, at, actor, action, subject, detail, personal, key_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export async function insertEntry(tx: Tx, row: Omit<AuditRow, 'seq'>): Promise<void> {
  const { id, at, actor, action, subject, detail, personal, key_id } = row;
  await insertOne(tx, [id, at, actor, action, subject, detail, personal, key_id]);
}

/** The advisory lock of whoever seals. */
const SEALING = 70110001;

/** Lets one sealer at a time go on, over all processes, until its transaction ends. */
export async function lockSealing(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${SEALING})`.execute(tx);
}

/** As `lockSealing`, without waiting. @returns false when another sealer is at it. */
export async function lockSealingIfFree(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{
    locked: boolean;
  }>`select pg_try_advisory_xact_lock(${SEALING}) as locked`.execute(tx);
  return rows[0]?.locked === true;
}

/** The last seal. Under `lockSealing`: two sealers would chain onto the same link. */
export async function selectLastSeal(tx: Tx): Promise<SealRow | null> {
  const { rows } = await sql<SealRow>`
    select number, first_seq, last_seq, entries, entries_hash, previous_hash, hash, sealed_at
    from audit_seals order by number desc limit 1`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Committed entries without a seal, in seq order. Sequence numbers commit out of order, so a later batch may hold a lower number than an
 * earlier one; each entry says which batch it is in instead of the batch naming a range.
 */
export async function selectUnsealed(tx: Tx, limit: number): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select seq, id, at, actor, action, subject, detail, personal, key_id
    from audit_entries where sealed_in is null order by seq limit ${limit}`.execute(tx);
  return rows;
}

export async function insertSeal(tx: Tx, seal: SealRow, seqs: readonly number[]): Promise<void> {
  await sql`
    insert into audit_seals (number, first_seq, last_seq, entries, entries_hash, previous_hash, hash, sealed_at)
    values (${seal.number}, ${seal.first_seq}, ${seal.last_seq}, ${seal.entries}, ${seal.entries_hash}, ${seal.previous_hash}, ${seal.hash},
      ${seal.sealed_at})`.execute(tx);
  await sql`update audit_entries set sealed_in = ${seal.number} where seq = any(${seqs})`.execute(tx);
}

export async function selectSeals(db: Executor, after: number, limit: number): Promise<SealRow[]> {
  const { rows } = await sql<SealRow>`
    select number, first_seq, last_seq, entries, entries_hash, previous_hash, hash, sealed_at
    from audit_seals where number > ${after} order by number limit ${limit}`.execute(db);
  return rows;
}

export async function selectSealed(db: Executor, number: number): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select seq, id, at, actor, action, subject, detail, personal, key_id
    from audit_entries where sealed_in = ${number} order by seq`.execute(db);
  return rows;
}

/**
 * Entries without a seal, and how many of them should have one: they are older by this much than the newest thing the log itself knows of,
 * an entry or a seal. The clock is not asked, since a service that was killed leaves its last entries unsealed until it runs again.
 */
export async function countUnsealed(
  db: Executor,
  lateAfterSeconds: number,
): Promise<{ all: number; late: number }> {
  const { rows } = await sql<{ all: number; late: number }>`
    select count(*) as "all", count(*) filter (where a.at < latest.at - make_interval(secs => ${lateAfterSeconds}::int)) as late
    from audit_entries a cross join (
      select greatest((select max(at) from audit_entries), (select max(sealed_at) from audit_seals)) as at) latest
    where a.sealed_in is null`.execute(db);
  return rows[0] ?? { all: 0, late: 0 };
}

/** Entries about a subject (or all), newest first, behind `before`. */
export async function selectEntries(
  db: Executor,
  filter: { subject: string | null; before: number | null; limit: number },
): Promise<(AuditRow & { sealed_in: number | null })[]> {
  const { rows } = await sql<AuditRow & { sealed_in: number | null }>`
    select seq, id, at, actor, action, subject, detail, personal, key_id, sealed_in from audit_entries
    where (${filter.subject}::text is null or subject = ${filter.subject})
      and (${filter.before}::bigint is null or seq < ${filter.before})
    order by seq desc limit ${filter.limit}`.execute(db);
  return rows;
}
