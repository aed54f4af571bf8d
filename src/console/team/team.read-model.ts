import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';

/** When each person was last seen in the console. */
export async function readLastSignIns(db: Executor): Promise<Map<string, Date>> {
  const { rows } = await sql<{ person_id: string; at: Date }>`
    select s.person_id, max(s.created_at) as at from sessions s group by s.person_id`.execute(db);
  return new Map(rows.map((row) => [row.person_id, row.at]));
}

/** When each write key last brought a signal. */
export async function readLastSignals(db: Executor): Promise<Map<string, Date>> {
  const { rows } = await sql<{ id: string; at: Date | null }>`
    select k.id, (select d.seen_at from signal_dedup d where d.source = k.id order by d.seen_at desc limit 1) as at
    from write_keys k`.execute(db);
  return new Map(rows.flatMap((row) => (row.at === null ? [] : [[row.id, row.at] as const])));
}
