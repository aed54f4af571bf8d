import { sql } from 'kysely';
import { DECISIONS_WITH_SITUATION, SITUATION } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';
import { type ReplayCursor } from './replays.repository.js';

/** A stored decision as it lies in the table, with what is known of its message. */
export interface StoredDecisionRow {
  readonly id: string;
  readonly created_at: Date;
  readonly mode: 'decide' | 'execute';
  readonly bundle_hash: string;
  readonly engine: string;
  readonly models: string;
  readonly seed: string;
  readonly key_id: string;
  /** Null once it has aged out. */
  readonly situation: Uint8Array | null;
  readonly result_hash: string;
  readonly sent: boolean;
  readonly converted: boolean;
  /** Its message expired with nobody's signature. */
  readonly lapsed: boolean;
}

/** Which decisions a replay looks at: made from `since` to `until`. */
export interface Span {
  readonly since: Date | null;
  readonly until: Date;
}

export async function countDecisions(db: Executor, { since, until }: Span): Promise<number> {
  const from = since === null ? sql`` : sql`and d.created_at >= ${since}`;
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from decisions d where d.created_at <= ${until} ${from}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** The next decisions behind a cursor, oldest first. */
export async function selectStored(
  db: Executor,
  { since, until }: Span,
  after: ReplayCursor | null,
  limit: number,
): Promise<StoredDecisionRow[]> {
  // Only what is asked for becomes a condition: a parameter that may be null hides the index from the planner.
  const from =
    after !== null
      ? sql`and (d.created_at, d.id) > (${after.at}, ${after.id})`
      : since === null
        ? sql``
        : sql`and d.created_at >= ${since}`;
  const { rows } = await sql<StoredDecisionRow>`
    select d.id, d.created_at, d.mode, d.bundle_hash, d.engine, d.models, d.seed, d.key_id,
      ${SITUATION} as situation, d.result_hash,
      coalesce(m.sent_at is not null, false) as sent,
      exists (select 1 from outcomes o where o.message_id = m.id and o.kind = 'converted' and o.counted) as converted,
      coalesce(m.state = 'expired', false)
        and exists (select 1 from reviews r where r.message_id = m.id and r.state = 'expired') as lapsed
    from ${DECISIONS_WITH_SITUATION}
      left join messages m on m.id = d.message_id
    where d.created_at <= ${until} ${from}
    order by d.created_at, d.id limit ${limit}`.execute(db);
  return rows;
}

/** Results as they were stored, sealed, by id. A result is several times as large as its situation: it is read only where it is looked at. */
export async function selectResults(db: Executor, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const { rows } = await sql<{ id: string; result: Uint8Array }>`
    select d.id, d.result from decisions d where d.id = any(${ids})`.execute(db);
  return new Map(rows.map(({ id, result }) => [id, result]));
}
