import { sql } from 'kysely';
import { type Tx } from './handles.js';

/** How far something has been read. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

/** Tables of cursors by name. */
export type CursorTable = 'health_cursors' | 'learning_cursors';

/**
 * Takes hold of a cursor until the transaction ends, making it where there is none.
 * @returns null while somebody else holds it.
 */
export async function holdCursor(
  tx: Tx,
  table: CursorTable,
  name: string,
  start: Date,
): Promise<Cursor | null> {
  await sql`
    insert into ${sql.table(table)} (name, at) values (${name}, ${start}) on conflict (name) do nothing`.execute(
    tx,
  );
  const { rows } = await sql<Cursor>`
    select c.at, c.id from ${sql.table(table)} c where c.name = ${name} for update skip locked`.execute(tx);
  return rows[0] ?? null;
}

export async function moveCursor(tx: Tx, table: CursorTable, name: string, to: Cursor): Promise<void> {
  await sql`
    update ${sql.table(table)} set at = ${to.at}, id = ${to.id} where name = ${name}`.execute(tx);
}
