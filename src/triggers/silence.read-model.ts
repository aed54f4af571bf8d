import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** People for whom nothing waits for their silence yet, and whose silence is not long past. */
export async function selectUnwatched(
  db: Executor,
  triggerId: string,
  request: { readonly seenAfter: Date; readonly after: string; readonly limit: number },
): Promise<{ id: string; last_seen_at: Date }[]> {
  const { rows } = await sql<{ id: string; last_seen_at: Date }>`
    select p.id, p.last_seen_at from profiles p
    where p.merged_into is null and p.erased_at is null and p.last_seen_at > ${request.seenAfter} and p.id > ${request.after}
      and not exists (select 1 from timers t where t.profile_id = p.id and t.trigger_id = ${triggerId})
    order by p.id limit ${request.limit}`.execute(db);
  return rows;
}
