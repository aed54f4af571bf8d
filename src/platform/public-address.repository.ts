import { sql } from 'kysely';
import { type Executor } from './database/index.js';

/** Where a process that answers requests was last reached; null before one ever did. */
export async function selectPublicAddress(db: Executor): Promise<string | null> {
  const { rows } = await sql<{ value: string }>`
    select value from settings where name = 'public_address'`.execute(db);
  return rows[0]?.value ?? null;
}

export async function keepPublicAddress(db: Executor, url: string): Promise<void> {
  await sql`
    insert into settings (name, value) values ('public_address', ${JSON.stringify(url)}::jsonb)
    on conflict (name) do update set value = excluded.value
    where settings.value is distinct from excluded.value`.execute(db);
}
