import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** Some people at random, by blocks of the table where it is large. */
export async function samplePeople(db: Executor, most: number): Promise<string[]> {
  const { rows: sizes } = await sql<{ rows: number }>`
    select c.reltuples::float8 as rows from pg_class c where c.oid = 'profiles'::regclass`.execute(db);
  const percent = Math.min(100, (100 * most) / Math.max(1, sizes[0]?.rows ?? 0));
  const { rows } = await sql<{ id: string }>`
    select p.id from profiles p tablesample system (${percent}) where p.merged_into is null limit ${most}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** Puts a count in the place of the one before. @param weights by hour. */
export async function replaceUsualHours(tx: Tx, weights: readonly number[]): Promise<void> {
  const hours = JSON.stringify(weights.map((weight, hour) => ({ hour, weight })));
  await sql`
    insert into usual_hours (hour, weight)
    select x.hour, x.weight from jsonb_to_recordset(${hours}::jsonb) as x (hour smallint, weight double precision)
    on conflict (hour) do update set weight = excluded.weight`.execute(tx);
}
