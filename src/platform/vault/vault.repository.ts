import { sql } from 'kysely';
import { type Executor, type Tx } from '../database/index.js';

/** A wrapped key as it lies in the table. */
export interface WrappedKey {
  id: string;
  wrapped: Buffer;
}

export async function selectKeys(db: Executor, ids: readonly string[]): Promise<WrappedKey[]> {
  const { rows } = await sql<WrappedKey>`select id, wrapped from person_keys where id = any(${ids})`.execute(
    db,
  );
  return rows;
}

/** Keeps the first key that was ever written for an id, and returns the ones now in force. */
export async function insertKeys(tx: Tx, keys: readonly WrappedKey[], at: Date): Promise<WrappedKey[]> {
  const rows = keys.map((key) => ({ id: key.id, wrapped: `\\x${key.wrapped.toString('hex')}` }));
  await sql`
    insert into person_keys (id, wrapped, created_at)
    select k.id, k.wrapped::bytea, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as k(id text, wrapped text)
    order by k.id
    on conflict (id) do nothing`.execute(tx);
  return selectKeys(
    tx,
    keys.map((key) => key.id),
  );
}

export async function deleteKeys(tx: Tx, ids: readonly string[]): Promise<number> {
  const { numAffectedRows } = await sql`delete from person_keys where id = any(${ids})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
