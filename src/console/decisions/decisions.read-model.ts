import { sql } from 'kysely';
import { type DecisionResult } from '../../decisions/decision.js';
import { type Executor } from '../../platform/database/index.js';
import { type SealedReader } from '../sealed-reader.service.js';

export interface DecisionLine {
  readonly id: string;
  readonly createdAt: Date;
  readonly outcome: string;
  readonly mode: string;
  readonly action: string;
  readonly channel: string | null;
  readonly triggerId: string | null;
  readonly messageId: string | null;
  readonly messageState: string | null;
  readonly profileId: string;
  /** Null when the person was erased. */
  readonly name: string | null;
  /** In the words of the decision itself. */
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** Decisions, newest first, narrowed down. */
export async function readDecisions(
  db: Executor,
  reader: SealedReader,
  request: {
    outcome: string | null;
    action: string | null;
    after: readonly [at: string, id: string] | null;
    limit: number;
  },
): Promise<DecisionLine[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<{
    id: string;
    created_at: Date;
    outcome: string;
    mode: string;
    action: string;
    channel: string | null;
    trigger_id: string | null;
    message_id: string | null;
    message_state: string | null;
    profile_id: string;
    profile_state: Uint8Array;
    key_id: string;
    result: Uint8Array;
  }>`
    select d.id, d.created_at, d.outcome, d.mode, d.action, d.channel, d.trigger_id, d.message_id, m.state as message_state,
      d.profile_id, p.state as profile_state, d.key_id, d.result
    from decisions d join profiles p on p.id = d.profile_id left join messages m on m.id = d.message_id
    where (${request.outcome}::text is null or d.outcome = ${request.outcome}::text)
      and (${request.action}::text is null or d.action = ${request.action}::text)
      and (${at}::timestamptz is null or (d.created_at, d.id) < (${at}::timestamptz, ${id}::text))
    order by d.created_at desc, d.id desc limit ${request.limit}`.execute(db);
  const names = await reader.names(
    db,
    rows.map((row) => ({ id: row.profile_id, state: row.profile_state })),
  );
  const results = await reader.open<DecisionResult>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.result })),
  );
  return rows.map((row, index) => ({
    id: row.id,
    createdAt: row.created_at,
    outcome: row.outcome,
    mode: row.mode,
    action: row.action,
    channel: row.channel,
    triggerId: row.trigger_id,
    messageId: row.message_id,
    messageState: row.message_state,
    profileId: row.profile_id,
    name: names.get(row.profile_id) ?? null,
    reasons: results[index]?.reasons ?? [],
  }));
}
