import { sql } from 'kysely';
import { type Executor } from '../database/index.js';

/** Sees to it that a model has so many places. */
export async function makePlaces(db: Executor, model: string, count: number): Promise<void> {
  await sql`
    insert into model_places (model, place) select ${model}, n from generate_series(0, ${count - 1}::int) n
    on conflict (model, place) do nothing`.execute(db);
}

/** Takes one of the first `count` places of a model for so long. @returns its number; null when all are taken. */
export async function takePlace(
  db: Executor,
  model: string,
  count: number,
  holder: string,
  forMs: number,
): Promise<number | null> {
  const { rows } = await sql<{ place: number }>`
    update model_places p set holder = ${holder}::uuid, until = clock_timestamp() + ${Math.ceil(forMs)} * interval '1 millisecond'
    where p.model = ${model} and p.place = (
      select f.place from model_places f
      where f.model = ${model} and f.place < ${count} and f.until <= clock_timestamp()
      order by f.place limit 1 for update skip locked)
    returning p.place`.execute(db);
  return rows[0]?.place ?? null;
}

/** Nothing happens to a place that somebody else has taken since. */
export async function givePlaceBack(
  db: Executor,
  model: string,
  place: number,
  holder: string,
): Promise<void> {
  await sql`
    update model_places set until = '-infinity'
    where model = ${model} and place = ${place} and holder = ${holder}::uuid`.execute(db);
}
