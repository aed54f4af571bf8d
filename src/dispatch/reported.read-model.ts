import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** What a provider has reported on how a message arrived; a hard bounce outweighs a delivery. Null when it reported neither. */
export async function selectReported(
  db: Executor,
  messageId: string,
): Promise<'delivered' | 'bounced' | null> {
  const { rows } = await sql<{ kind: 'delivered' | 'bounced' }>`
    select o.kind from outcomes o
    where o.message_id = ${messageId}
      and (o.kind = 'delivered' or (o.kind = 'bounced' and o.detail::jsonb ->> 'bounce' = 'hard'))
    order by o.kind limit 1`.execute(db);
  return rows[0]?.kind ?? null;
}
