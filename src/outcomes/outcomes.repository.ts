import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type OutcomeKind } from './outcome.js';

export interface OutcomeRow {
  id: string;
  message_id: string;
  profile_id: string;
  token_hash: string | null;
  kind: OutcomeKind;
  at: Date;
  counted: boolean;
  why_not_counted: string | null;
  detail: string;
  unique_key: string;
}

/** Keeps an outcome unless the same one is there already. @returns whether it is new. */
export async function insertOutcome(tx: Tx, row: OutcomeRow): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into outcomes (id, message_id, profile_id, token_hash, kind, at, counted, why_not_counted, detail, unique_key)
    values (${row.id}, ${row.message_id}, ${row.profile_id}, ${row.token_hash}, ${row.kind}, ${row.at}, ${row.counted},
      ${row.why_not_counted}, ${row.detail}, ${row.unique_key})
    on conflict (unique_key) do nothing returning id`.execute(tx);
  return rows.length === 1;
}

const columns = sql`o.id, o.message_id, o.profile_id, o.token_hash, o.kind, o.at, o.counted, o.why_not_counted, o.detail, o.unique_key`;

export async function lockOutcome(tx: Tx, id: string): Promise<OutcomeRow | null> {
  const { rows } =
    await sql<OutcomeRow>`select ${columns} from outcomes o where o.id = ${id} for update`.execute(tx);
  return rows[0] ?? null;
}

/** Says at last whether an undecided click counts. */
export async function decideOutcome(tx: Tx, id: string, whyNotCounted: string | null): Promise<void> {
  await sql`
    update outcomes set counted = ${whyNotCounted === null}, why_not_counted = ${whyNotCounted} where id = ${id}`.execute(
    tx,
  );
}

/** Clicks on a message around a moment. */
export async function selectClicksAround(
  db: Executor,
  messageId: string,
  from: Date,
  to: Date,
): Promise<{ token_hash: string; at: Date }[]> {
  const { rows } = await sql<{ token_hash: string; at: Date }>`
    select o.token_hash, o.at from outcomes o
    where o.message_id = ${messageId} and o.kind = 'clicked' and o.token_hash is not null and o.at >= ${from} and o.at < ${to}`.execute(
    db,
  );
  return rows;
}

/** All outcomes of a message, oldest first. */
export async function selectOutcomes(db: Executor, messageId: string): Promise<OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`
    select ${columns} from outcomes o where o.message_id = ${messageId} order by o.at, o.id`.execute(db);
  return rows;
}
