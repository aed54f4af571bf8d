import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Codes of everything that was shown to those who signed a message as a reason to look at it: the ids of review rules among them. */
export async function selectShownReasons(db: Executor, messageId: string): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select distinct w.code from reviews r cross join lateral jsonb_to_recordset(r.why::jsonb) as w(code text)
    where r.message_id = ${messageId} and r.state = 'approved'`.execute(db);
  return rows.map(({ code }) => code);
}
