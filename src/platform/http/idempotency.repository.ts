import { sql } from 'kysely';
import { type Db } from '../database/index.js';

/** A key that was used before. `status` is null while its first request is under way. */
export interface IdempotencyRow {
  body_hash: string;
  status: number | null;
  response: string | null;
  /** An answer about a person, sealed under the key `key_id`; `response` is null then. */
  sealed: Uint8Array | null;
  key_id: string | null;
  created_at: Date;
}

/** Claims a key for this request. @returns null when it is now ours, else who has it. A claim older than `abandonedBefore` is taken over. */
export async function claimKey(
  db: Db,
  claim: {
    scope: string;
    key: string;
    bodyHash: string;
    now: Date;
    abandonedBefore: Date;
    expiredBefore: Date;
  },
): Promise<IdempotencyRow | null> {
  const { rows: claimed } = await sql<{ key: string }>`
    insert into idempotency_keys as k (scope, key, body_hash, created_at)
    values (${claim.scope}, ${claim.key}, ${claim.bodyHash}, ${claim.now})
    on conflict (scope, key) do update set body_hash = excluded.body_hash, created_at = excluded.created_at, status = null, response = null, sealed = null, key_id = null
    where (k.status is null and k.created_at < ${claim.abandonedBefore}) or k.created_at < ${claim.expiredBefore}
    returning k.key`.execute(db);
  if (claimed.length === 1) return null;
  const { rows } = await sql<IdempotencyRow>`
    select body_hash, status, response, sealed, key_id, created_at from idempotency_keys
    where scope = ${claim.scope} and key = ${claim.key}`.execute(db);
  return rows[0] ?? null;
}

export async function saveAnswer(
  db: Db,
  answer: {
    scope: string;
    key: string;
    status: number;
    response: string | null;
    sealed: Uint8Array | null;
    keyId: string | null;
  },
): Promise<void> {
  await sql`
    update idempotency_keys
    set status = ${answer.status}, response = ${answer.response}, sealed = ${answer.sealed}, key_id = ${answer.keyId}
    where scope = ${answer.scope} and key = ${answer.key}`.execute(db);
}

/** Lets go of a key whose request failed: nothing was created, so it may be tried again. */
export async function releaseKey(db: Db, scope: string, key: string): Promise<void> {
  await sql`delete from idempotency_keys where scope = ${scope} and key = ${key} and status is null`.execute(
    db,
  );
}

export async function deleteExpiredKeys(db: Db, before: Date): Promise<void> {
  await sql`delete from idempotency_keys where created_at < ${before}`.execute(db);
}
