import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Whose advertising is open for these mailboxes, whichever of several profiles with one address that is. Ids as the messages carry them. */
export async function selectOpenMarketing(db: Executor, addressHashes: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ profile_id: string }>`
    select distinct m.profile_id from messages m
    where m.address_hash = any(${addressHashes}) and m.class = 'marketing'
      and m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled')
    order by m.profile_id`.execute(db);
  return rows.map(({ profile_id }) => profile_id);
}
