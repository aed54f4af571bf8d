import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Keys of past messages whose person was erased. */
export async function selectErasedKeys(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ key_id: string }>`
    select distinct p.key_id from past_messages p
    where not exists (select from person_keys k where k.id = p.key_id)`.execute(db);
  return rows.map(({ key_id }) => key_id);
}
