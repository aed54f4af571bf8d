import { sql } from 'kysely';
import { type Db, type Tx } from '../database/index.js';

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

/** A key that is this request's now. */
interface ClaimedKey {
  /** What an earlier attempt made, which died before it could answer. */
  readonly made: string | null;
}

/**
 * Claims a key for this request. A claim of the same body that is older than `abandonedBefore` is taken over, with what it made.
 * @returns the claim, or who has the key.
 */
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
): Promise<{ readonly claimed: ClaimedKey } | { readonly earlier: IdempotencyRow | undefined }> {
  const { rows: claimed } = await sql<ClaimedKey>`
    insert into idempotency_keys as k (scope, key, body_hash, created_at)
    values (${claim.scope}, ${claim.key}, ${claim.bodyHash}, ${claim.now})
    on conflict (scope, key) do update set body_hash = excluded.body_hash, created_at = excluded.created_at, status = null, response = null,
      sealed = null, key_id = null, made = case when k.created_at < ${claim.expiredBefore} then null else k.made end
    where (k.status is null and k.body_hash = excluded.body_hash and k.created_at < ${claim.abandonedBefore})
      or k.created_at < ${claim.expiredBefore}
    returning k.made`.execute(db);
  if (claimed[0] !== undefined) return { claimed: claimed[0] };
  const { rows } = await sql<IdempotencyRow>`
    select body_hash, status, response, sealed, key_id, created_at from idempotency_keys
    where scope = ${claim.scope} and key = ${claim.key}`.execute(db);
  return { earlier: rows[0] };
}

/** Notes what a request made. @returns whether nothing else was made under its key. */
export async function noteMade(
  tx: Tx,
  { scope, key }: { readonly scope: string; readonly key: string },
  id: string,
): Promise<boolean> {
  const { rows } = await sql<{ key: string }>`
    update idempotency_keys set made = ${id} where scope = ${scope} and key = ${key} and made is null returning key`.execute(
    tx,
  );
  return rows.length === 1;
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
  await sql`delete from idempotency_keys where scope = ${scope} and key = ${key} and status is null and made is null`.execute(
    db,
  );
}

export async function deleteExpiredKeys(db: Db, before: Date): Promise<void> {
  await sql`delete from idempotency_keys where created_at < ${before}`.execute(db);
}
