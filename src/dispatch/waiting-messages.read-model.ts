import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Messages whose time had come by `now` and that have not left: what a pause may have kept back. */
export async function selectWaitingMessages(db: Executor, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select m.id from messages m where m.state in ('approved', 'scheduled') and m.send_at <= ${now}`.execute(
    db,
  );
  return rows.map((row) => row.id);
}
