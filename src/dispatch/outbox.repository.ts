import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';

/** Puts a message into the local outbox; a second time changes nothing. */
export async function insertIntoOutbox(
  tx: Tx,
  row: { messageId: string; at: Date; keyId: string; wire: Uint8Array },
): Promise<void> {
  await sql`
    insert into outbox (message_id, at, key_id, wire) values (${row.messageId}, ${row.at}, ${row.keyId}, ${row.wire})
    on conflict (message_id) do nothing`.execute(tx);
}
