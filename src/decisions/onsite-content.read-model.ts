import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Vault } from '../platform/vault/index.js';
import { type Json } from '../shared/canonical-json.js';

/**
 * What a page may render for these messages: the content that was signed, once dispatch has verified the signature and let it leave.
 * Messages that are not there yet, and those of erased people, are missing.
 */
export async function sentContent(
  db: Executor,
  vault: Vault,
  messageIds: readonly string[],
): Promise<Map<string, Json>> {
  const { rows } = await sql<{ id: string; key_id: string; content: Uint8Array }>`
    select m.id, m.key_id, m.content from messages m
    where m.id = any(${messageIds}) and m.state in ('sent', 'delivered') and m.content is not null`.execute(
    db,
  );
  const keys = await vault.keys(
    db,
    rows.map((row) => row.key_id),
  );
  const contents = new Map<string, Json>();
  for (const row of rows) {
    const key = keys.get(row.key_id);
    if (key !== undefined) contents.set(row.id, JSON.parse(vault.unsealText(key, row.content)) as Json);
  }
  return contents;
}

/** Whether a message still may become something to render. */
export async function isOnItsWay(db: Executor, messageId: string): Promise<boolean> {
  const { rows } = await sql<{ state: string }>`
    select m.state from messages m
    where m.id = ${messageId} and m.state in ('drafting', 'assessed', 'approved', 'scheduled', 'sending')`.execute(
    db,
  );
  return rows.length > 0;
}
