import { sql } from 'kysely';
import { type Db } from '../database/index.js';

/** What this deployment is called where others may be met: `candidate` for the first who asks, the same for everybody after. */
export async function deploymentOf(db: Db, candidate: string): Promise<string> {
  await sql`
    insert into settings (name, value) values ('deployment', to_jsonb(${candidate}::text))
    on conflict (name) do nothing`.execute(db);
  const { rows } = await sql<{ id: string }>`
    select value #>> '{}' as id from settings where name = 'deployment'`.execute(db);
  return rows[0]?.id ?? candidate;
}
