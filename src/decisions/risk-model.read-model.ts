import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** By message: what judged the risk of the words it holds, see `ReviewSummary.risk.model`; messages nobody judged yet are missing. */
export async function riskModels(
  db: Executor,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (messageIds.length === 0) return new Map();
  const { rows } = await sql<{ message_id: string; engine: string }>`
    select distinct on (a.message_id) a.message_id, a.engine
    from assessments a join messages m on m.id = a.message_id where a.message_id = any(${messageIds})
    order by a.message_id, a.content_hash = m.content_hash desc nulls last, a.seq desc`.execute(db);
  return new Map(rows.map((row) => [row.message_id, row.engine]));
}
