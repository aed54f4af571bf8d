import { sql } from 'kysely';
import { type Executor } from '../database/index.js';
import { type ModelOutcome, type ModelUsage } from './outcome.js';

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

/** What one question took, and what became of it. */
export interface Taken {
  readonly purpose: string;
  readonly at: Date;
  /** The one that was asked. */
  readonly model: string;
  /** The one that answered. */
  readonly answeredBy: string;
  readonly outcome: ModelOutcome<unknown>['kind'];
  readonly usage: ModelUsage;
}

/** Writes down what one question took, and adds it to its day (UTC). One statement, so that it needs no transaction. */
export async function addUsage(
  db: Executor,
  { purpose, at, model, answeredBy, outcome, usage }: Taken,
): Promise<void> {
  const day = at.toISOString().slice(0, 10);
  await sql`
    with kept as (
      insert into model_answers (purpose, answered_at, model, outcome, calls, tokens_in, tokens_out, cost_micros, latency_ms)
      values (${purpose}, ${at}, ${answeredBy}, ${outcome}, ${usage.calls}, ${usage.tokensIn}, ${usage.tokensOut}, ${usage.costMicros},
        ${usage.latencyMs})
    )
    insert into model_usage as u (day, model, calls, failures, tokens_in, tokens_out, cost_micros)
    values (${day}::date, ${model}, ${usage.calls}, ${outcome === 'ok' ? 0 : 1}, ${usage.tokensIn}, ${usage.tokensOut}, ${usage.costMicros})
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
