import { sql } from 'kysely';
import { type Executor } from '../database/index.js';

/** Takes tokens out of a day's budget, all or none. @returns whether there were as many left. */
export async function reserveTokens(
  db: Executor,
  day: string,
  tokens: number,
  budget: number,
): Promise<boolean> {
  if (tokens > budget) return false;
  const { rows } = await sql<{ day: Date }>`
    insert into model_budget as b (day, reserved) values (${day}::date, ${tokens})
    on conflict (day) do update set reserved = b.reserved + excluded.reserved
      where b.used + b.reserved + excluded.reserved <= ${budget}
    returning day`.execute(db);
  return rows.length === 1;
}

/** Puts what was really used in the place of what was reserved. */
export async function settleTokens(db: Executor, day: string, reserved: number, used: number): Promise<void> {
  await sql`
    update model_budget set reserved = reserved - ${reserved}, used = used + ${used} where day = ${day}::date`.execute(
    db,
  );
}

/** Tokens of a day that are used or spoken for. */
export async function tokensTaken(db: Executor, day: string): Promise<number> {
  const { rows } = await sql<{ taken: number }>`
    select b.used + b.reserved as taken from model_budget b where b.day = ${day}::date`.execute(db);
  return rows[0]?.taken ?? 0;
}
