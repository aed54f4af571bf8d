import { sql } from 'kysely';
import { type Executor } from '../database/index.js';
import { type ModelUsage } from './outcome.js';

/** One day of one model. */
export interface UsageOfDay {
  /** `2026-11-21`, UTC. */
  day: string;
  model: string;
  calls: number;
  failures: number;
  tokens_in: number;
  tokens_out: number;
  cost_micros: number;
}

/** Adds what one request took to its day. One statement, so that it needs no transaction. */
export async function addUsage(
  db: Executor,
  day: string,
  model: string,
  usage: ModelUsage,
  failed: boolean,
): Promise<void> {
  await sql`
    insert into model_usage as u (day, model, calls, failures, tokens_in, tokens_out, cost_micros)
    values (${day}::date, ${model}, ${usage.calls}, ${failed ? 1 : 0}, ${usage.tokensIn}, ${usage.tokensOut}, ${usage.costMicros})
    on conflict (day, model) do update set
      calls = u.calls + excluded.calls,
      failures = u.failures + excluded.failures,
      tokens_in = u.tokens_in + excluded.tokens_in,
      tokens_out = u.tokens_out + excluded.tokens_out,
      cost_micros = u.cost_micros + excluded.cost_micros`.execute(db);
}

/** Usage by day and model since a day, newest first. */
export async function usageSince(db: Executor, day: string): Promise<UsageOfDay[]> {
  const { rows } = await sql<UsageOfDay>`
    select to_char(u.day, 'YYYY-MM-DD') as day, u.model, u.calls, u.failures, u.tokens_in, u.tokens_out, u.cost_micros
    from model_usage u where u.day >= ${day}::date order by u.day desc, u.model`.execute(db);
  return rows;
}
