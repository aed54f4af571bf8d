import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** The latest judgement of the very words a message holds, as it was sealed. */
export interface SealedJudgement {
  key_id: string;
  contributions: Uint8Array;
  assessed_at: Date;
  /** Whether a person put them in: on the facts as they were then, not when the draft was filled. */
  edited: boolean;
  leaves_from: Date | null;
  leaves_before: Date | null;
}

/** Null while nobody judged the words that it holds. */
export async function selectJudgement(db: Executor, messageId: string): Promise<SealedJudgement | null> {
  const { rows } = await sql<SealedJudgement>`
    select a.key_id, a.contributions, a.assessed_at, coalesce(d.origin = 'person', false) as edited, a.leaves_from, a.leaves_before
    from assessments a join messages m on m.id = a.message_id and m.content_hash = a.content_hash
      left join drafts d on d.id = a.draft_id
    where a.message_id = ${messageId} order by a.seq desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** The versions that facts had at a time, of those that were there then. */
export async function selectVersionsAt(
  db: Executor,
  ids: readonly string[],
  at: Date,
): Promise<{ id: string; version: number }[]> {
  const { rows } = await sql<{ id: string; version: number }>`
    select f.id, max(f.version) as version from facts f
    where f.id = any(${ids}) and f.created_at <= ${at} group by f.id order by f.id`.execute(db);
  return rows;
}
