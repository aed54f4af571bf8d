import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../database/index.js';

/** A wrapped key as it lies in the table. */
export interface WrappedKey {
  id: string;
  wrapped: Buffer;
}

const selectKey = prepared<WrappedKey>(
  'vault.key',
  'select k.id, k.wrapped from person_keys k where k.id = $1',
);
const holdKey = prepared<WrappedKey>(
  'vault.hold_key',
  'select k.id, k.wrapped from person_keys k where k.id = $1 for key share',
);

export async function selectKeys(db: Executor, ids: readonly string[]): Promise<WrappedKey[]> {
  if (ids.length === 1) return selectKey(db, ids);
  const { rows } = await sql<WrappedKey>`select id, wrapped from person_keys where id = any(${ids})`.execute(
    db,
  );
  return rows;
}

/** The keys now in force; until the transaction ends an erasure of them waits. */
export async function holdKeys(db: Executor, ids: readonly string[]): Promise<WrappedKey[]> {
  if (ids.length === 1) return holdKey(db, ids);
  // Writers of one person hold the row together; only the erasure's delete waits for them, and they for it.
  const { rows } = await sql<WrappedKey>`
    select k.id, k.wrapped from person_keys k where k.id = any(${ids}) order by k.id for key share`.execute(
    db,
  );
  return rows;
}

/**
 * Keeps every erasure waiting until the transaction ends.
 * @returns how many there were so far; null when one is under way, and the keys have to be held one by one.
 */
export async function holdErasures(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ count: number | null }>`select hold_key_erasures() as count`.execute(tx);
  return rows[0]?.count ?? null;
}

/** Keeps the first key that was ever written for an id, and returns the ones now in force, held like `holdKeys`. */
export async function insertKeys(tx: Tx, keys: readonly WrappedKey[], at: Date): Promise<WrappedKey[]> {
  const values = keys.map((key) => ({ id: key.id, wrapped: `\\x${key.wrapped.toString('hex')}` }));
  // The update changes nothing: it returns the key that somebody else made first, and holds it.
  const { rows } = await sql<WrappedKey>`
    insert into person_keys (id, wrapped, created_at)
    select k.id, k.wrapped::bytea, ${at}
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as k(id text, wrapped text)
    order by k.id
    on conflict (id) do update set created_at = person_keys.created_at
    returning id, wrapped`.execute(tx);
  return rows;
}

export async function deleteKeys(tx: Tx, ids: readonly string[]): Promise<number> {
  // Locked in the order in which writers hold them, so that neither waits for the other in a circle.
  const { numAffectedRows } = await sql`
    delete from person_keys k using (
      select p.id from person_keys p where p.id = any(${ids}) order by p.id for update
    ) held
    where k.id = held.id`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
