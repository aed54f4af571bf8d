import { type RawBuilder, sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** So many of a tone, the newest, are compared one by one (ADR 14): what was approved two thousand messages ago is another fashion. */
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

/** Where a message to be written lies, and among which it is looked for. */
export interface Near {
  readonly action: string;
  readonly locale: string;
  readonly stage: string;
  readonly space: string;
  readonly vector: readonly number[];
}

/**
 * The approved messages of an action, language and tone that are nearest to a point, the nearest first; where there are fewer than asked for,
 * those of other tones after them.
 */
export async function selectNearest(db: Executor, near: Near, limit: number): Promise<PastMessageRow[]> {
  const found = await selectNearestOf(db, near, sql`l.stage = ${near.stage}`, limit);
  if (found.length === limit) return found;
  const others = await selectNearestOf(db, near, sql`l.stage <> ${near.stage}`, limit - found.length);
  return [...found, ...others];
}

async function selectNearestOf(
  db: Executor,
  near: Near,
  tone: RawBuilder<unknown>,
  limit: number,
): Promise<PastMessageRow[]> {
  const { rows } = await sql<PastMessageRow>`
    select p.message_id, p.key_id, p.words from (
      select * from past_messages l
      where l.action = ${near.action} and l.locale = ${near.locale} and l.space = ${near.space} and ${tone}
      order by l.approved_at desc limit ${COMPARED}
    ) p
    order by p.embedding <=> ${JSON.stringify(near.vector)}::vector, p.message_id
    limit ${limit}`.execute(db);
  return rows;
}

/** Lets go of what was written to people whose keys were erased. @returns how many there were. */
export async function deletePastMessages(db: Executor, keyIds: readonly string[]): Promise<number> {
  const { numAffectedRows } = await sql`delete from past_messages where key_id = any(${keyIds})`.execute(db);
  return Number(numAffectedRows ?? 0);
}
