import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** The family of each of these profiles, see `profileFamily`, in one query. */
export async function profileFamilies(
  db: Executor,
  profileIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ head: string; id: string }>`
    with recursive family as (
      select p.id as head, p.id from unnest(${profileIds}::text[]) as p(id)
      union
      select f.head, m.from_profile_id from profile_merges m join family f on m.into_profile_id = f.id
    )
    select head, id from family`.execute(db);
  const families = new Map<string, string[]>();
  for (const { head, id } of rows) families.set(head, [...(families.get(head) ?? []), id]);
  return families;
}

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
