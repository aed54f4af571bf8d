import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

export interface AssessmentRow {
  id: string;
  message_id: string;
  draft_id: string;
  content_hash: string;
  score: number;
  tier: 1 | 2;
  engine: string;
  assessed_at: Date;
  key_id: string;
  /** Sealed: threshold, contributions and claims. */
  contributions: Uint8Array;
}

export async function insertAssessment(tx: Tx, row: AssessmentRow): Promise<void> {
  await sql`
    insert into assessments (id, message_id, draft_id, content_hash, score, tier, engine, assessed_at, key_id, contributions)
    values (${row.id}, ${row.message_id}, ${row.draft_id}, ${row.content_hash}, ${row.score}, ${row.tier}, ${row.engine},
      ${row.assessed_at}, ${row.key_id}, ${row.contributions})`.execute(tx);
}

/** The latest of each message that has one. */
export async function selectLatest(db: Executor, messageIds: readonly string[]): Promise<AssessmentRow[]> {
  const { rows } = await sql<AssessmentRow>`
    select distinct on (a.message_id) a.id, a.message_id, a.draft_id, a.content_hash, a.score, a.tier, a.engine, a.assessed_at,
      a.key_id, a.contributions
    from assessments a where a.message_id = any(${messageIds})
    order by a.message_id, a.seq desc`.execute(db);
  return rows;
}
