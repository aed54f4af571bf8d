import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** Newer ones are compared, older ones left alone: what was approved two thousand messages ago is another fashion. */
const COMPARED = 2_000;

export interface PastMessageRow {
  readonly message_id: string;
  readonly key_id: string;
  readonly words: Buffer;
}

export async function insertPastMessage(
  tx: Tx,
  row: {
    readonly messageId: string;
    readonly action: string;
    readonly locale: string;
    readonly stage: string;
    readonly space: string;
    readonly keyId: string;
    readonly words: Uint8Array;
    readonly vector: readonly number[];
  },
  at: Date,
): Promise<void> {
  await sql`
    insert into past_messages (message_id, action, locale, stage, space, approved_at, key_id, words, embedding)
    values (${row.messageId}, ${row.action}, ${row.locale}, ${row.stage}, ${row.space}, ${at}, ${row.keyId}, ${row.words},
      ${JSON.stringify(row.vector)}::vector)
    on conflict (message_id) do nothing`.execute(tx);
}

export async function hasPastMessages(db: Executor, action: string, locale: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from past_messages p where p.action = ${action} and p.locale = ${locale}) as found`.execute(
    db,
  );
  return rows[0]?.found === true;
}

/** Past messages by id, without those that are not kept. */
export async function selectPastMessages(db: Executor, ids: readonly string[]): Promise<PastMessageRow[]> {
  const { rows } = await sql<PastMessageRow>`
    select p.message_id, p.key_id, p.words from past_messages p where p.message_id = any(${ids})`.execute(db);
  return rows;
}

/** The approved messages of an action and language that are nearest to a point, those from the same stage of the relationship first. */
export async function selectNearest(
  db: Executor,
  near: {
    readonly action: string;
    readonly locale: string;
    readonly stage: string;
    readonly space: string;
    readonly vector: readonly number[];
  },
  limit: number,
): Promise<PastMessageRow[]> {
  const { rows } = await sql<PastMessageRow>`
    select p.message_id, p.key_id, p.words from (
      select * from past_messages l
      where l.action = ${near.action} and l.locale = ${near.locale} and l.space = ${near.space}
      order by l.approved_at desc limit ${COMPARED}
    ) p
    order by (p.stage <> ${near.stage}), p.embedding <=> ${JSON.stringify(near.vector)}::vector, p.message_id
    limit ${limit}`.execute(db);
  return rows;
}
