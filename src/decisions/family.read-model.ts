import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** The profile and every one that was merged into it, at any remove: rows written before a merge lie under the old id. */
export async function profileFamily(db: Executor, profileId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive family as (
      select ${profileId}::text as id
      union
      select m.from_profile_id from profile_merges m join family f on m.into_profile_id = f.id
    )
    select id from family`.execute(db);
  return rows.map((row) => row.id);
}
