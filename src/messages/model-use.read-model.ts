import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** What one question to the model took, whatever became of its answer. */
export interface AnswerTaken {
  readonly message_id: string;
  readonly bundle_hash: string;
  readonly at: Date;
  readonly model: string;
  /** `ok`, or why it gave no draft. */
  readonly outcome: string;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly cost_micros: number;
  readonly latency_ms: number;
}

/**
 * What the model took for some messages, those that never got a draft among them, first to last. Of messages from before it was written down for
 * each question, what their drafts say.
 */
export async function selectAnswersTaken(
  db: Executor,
  messageIds: readonly string[],
): Promise<AnswerTaken[]> {
  const { rows } = await sql<AnswerTaken>`
    select t.message_id, c.bundle_hash, t.at, t.model, t.outcome, t.tokens_in, t.tokens_out, t.cost_micros, t.latency_ms
    from (
      select a.purpose as message_id, a.answered_at as at, a.model, a.outcome, a.tokens_in, a.tokens_out, a.cost_micros, a.latency_ms
      from model_answers a where a.purpose = any(${messageIds})
      union all
      select d.message_id, d.written_at, coalesce(d.model, d.author), coalesce(d.fallback_reason, 'ok'), d.tokens_in, d.tokens_out,
        d.cost_micros, d.latency_ms
      from drafts d
      where d.message_id = any(${messageIds}) and d.tokens_in + d.tokens_out > 0
        and not exists (select from model_answers a where a.purpose = d.message_id)
    ) t join messages m on m.id = t.message_id join decisions c on c.id = m.decision_id
    order by t.message_id, t.at`.execute(db);
  return rows;
}
