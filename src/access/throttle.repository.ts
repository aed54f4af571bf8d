import { sql } from 'kysely';
import { type Db } from '../platform/database/index.js';

/** Attempts counted under a name within its window. */
export interface Window {
  attempts: number;
  until: Date;
}

/** Counts one more, in a window that begins now when none is open. */
export async function countAttempt(db: Db, name: string, now: Date, until: Date): Promise<Window> {
  const { rows } = await sql<Window>`
    insert into throttles as t (name, attempts, since, until) values (${name}, 1, ${now}, ${until})
    on conflict (name) do update set
      attempts = case when t.until > ${now} and t.since <= ${now} then t.attempts + 1 else 1 end,
      until = case when t.until > ${now} and t.since <= ${now} then t.until else excluded.until end,
      since = case when t.until > ${now} and t.since <= ${now} then t.since else excluded.since end
    returning attempts, until`.execute(db);
  return rows[0] ?? { attempts: 1, until };
}

export async function deleteWindow(db: Db, name: string): Promise<void> {
  await sql`delete from throttles where name = ${name}`.execute(db);
}

/** Takes away some windows that are over: more than any attempt makes, so that their number stays bounded. */
export async function deleteOver(db: Db, now: Date, limit: number): Promise<void> {
  await sql`
    delete from throttles where name in (
      select t.name from throttles t where t.until <= ${now} order by t.until limit ${limit} for update skip locked
    )`.execute(db);
}
