import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';

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
  /** When it may leave: not before, and not at or after. Null where that does not matter. */
  leaves_from: Date | null;
  leaves_before: Date | null;
}

const insertOne = prepared(
  'assessments.insert',
  `insert into assessments (id, message_id, draft_id, content_hash, score, tier, engine, assessed_at, key_id, contributions,
      leaves_from, leaves_before)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export async function insertAssessment(tx: Tx, row: AssessmentRow): Promise<void> {
  const { id, message_id, draft_id, content_hash, score, tier, engine, assessed_at, key_id } = row;
  await insertOne(tx, [
    id,
    message_id,
    draft_id,
    content_hash,
    score,
    tier,
    engine,
    assessed_at,
    key_id,
    row.contributions,
    row.leaves_from,
    row.leaves_before,
  ]);
}

const columns = sql`a.id, a.message_id, a.draft_id, a.content_hash, a.score, a.tier, a.engine, a.assessed_at, a.key_id, a.contributions, a.leaves_from,
  a.leaves_before`;

/** Of each message that has any: the latest of the words it holds now, else the latest. */
export async function selectLatest(db: Executor, messageIds: readonly string[]): Promise<AssessmentRow[]> {
  const { rows } = await sql<AssessmentRow>`
    select distinct on (a.message_id) ${columns}
    from assessments a join messages m on m.id = a.message_id where a.message_id = any(${messageIds})
    order by a.message_id, a.content_hash = m.content_hash desc nulls last, a.seq desc`.execute(db);
  return rows;
}

/** The latest of each of a message's drafts. */
export async function selectByDraft(db: Executor, messageId: string): Promise<AssessmentRow[]> {
  const { rows } = await sql<AssessmentRow>`
    select distinct on (a.draft_id) ${columns} from assessments a where a.message_id = ${messageId}
    order by a.draft_id, a.seq desc`.execute(db);
  return rows;
}
