import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** Puts a message into the local outbox; a second time changes nothing. */
export async function insertIntoOutbox(
  tx: Tx,
  row: { messageId: string; at: Date; keyId: string; wire: Uint8Array },
): Promise<void> {
  await sql`
    insert into outbox (message_id, at, key_id, wire) values (${row.messageId}, ${row.at}, ${row.keyId}, ${row.wire})
    on conflict (message_id) do nothing`.execute(tx);
}

export interface OutboxRow {
  message_id: string;
  at: Date;
  key_id: string;
  wire: Uint8Array;
}

/** What left into the outbox for one message. */
export async function selectFromOutbox(db: Executor, messageId: string): Promise<OutboxRow | null> {
  const { rows } = await sql<OutboxRow>`
    select message_id, at, key_id, wire from outbox where message_id = ${messageId}`.execute(db);
  return rows[0] ?? null;
}

/** The outbox, newest first, going on behind `after`. */
export async function selectOutbox(
  db: Executor,
  request: { after: readonly [string, string] | null; limit: number },
): Promise<OutboxRow[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<OutboxRow>`
    select message_id, at, key_id, wire from outbox
    where (${at}::timestamptz is null or (at, message_id) < (${at}::timestamptz, ${id}::text))
    order by at desc, message_id desc limit ${request.limit}`.execute(db);
  return rows;
}
