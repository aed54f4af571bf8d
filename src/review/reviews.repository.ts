import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';
import { type Review, type ReviewState, type Verdict, type Why } from './review.js';

interface ReviewRow {
  id: string;
  message_id: string;
  profile_id: string;
  state: ReviewState;
  tier: 1 | 2;
  minimum_tier: 1 | 2;
  why: string;
  draft_id: string;
  bundle_hash: string;
  content_hash: string;
  risk: number;
  priority: number;
  claimed_by: string | null;
  claimed_at: Date | null;
  claim_expires_at: Date | null;
  expires_at: Date;
  created_at: Date;
  closed_at: Date | null;
}

function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    messageId: row.message_id,
    profileId: row.profile_id,
    state: row.state,
    tier: row.tier,
    minimumTier: row.minimum_tier,
    why: JSON.parse(row.why) as Why[],
    draftId: row.draft_id,
    bundleHash: row.bundle_hash,
    contentHash: row.content_hash,
    risk: row.risk,
    priority: row.priority,
    claimedBy: row.claimed_by,
    claimedAt: row.claimed_at?.toISOString() ?? null,
    claimExpiresAt: row.claim_expires_at?.toISOString() ?? null,
    expiresAt: row.expires_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
  };
}

const insertOne = prepared<{ id: string }>(
  'reviews.insert',
  `insert into reviews (id, message_id, profile_id, state, tier, minimum_tier, why, draft_id, bundle_hash, content_hash, risk, priority,
      expires_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (message_id) where state in ('pending', 'claimed', 'awaiting_second') do nothing
    returning id`,
);

/** Opens an item. @returns false when the message has an open one already. */
export async function insertReview(tx: Tx, review: Review): Promise<boolean> {
  const rows = await insertOne(tx, [
    review.id,
    review.messageId,
    review.profileId,
    review.state,
    review.tier,
    review.minimumTier,
    JSON.stringify(review.why),
    review.draftId,
    review.bundleHash,
    review.contentHash,
    review.risk,
    review.priority,
    review.expiresAt,
    review.createdAt,
  ]);
  return rows.length === 1;
}

export async function selectReview(db: Executor, id: string): Promise<Review | null> {
  const { rows } = await sql<ReviewRow>`select * from reviews where id = ${id}`.execute(db);
  return rows[0] === undefined ? null : toReview(rows[0]);
}

/** The highest tier that was asked for without regard to the words in any item of a message; 1 when it has none. */
export async function selectMinimumTier(db: Executor, messageId: string): Promise<1 | 2> {
  const { rows } = await sql<{ tier: 1 | 2 }>`
    select coalesce(max(minimum_tier), 1) as tier from reviews where message_id = ${messageId}`.execute(db);
  return rows[0]?.tier ?? 1;
}

/** Locked until the transaction ends. The message is locked before its review, everywhere, so that two verdicts cannot wait for each other. */
export async function lockReview(tx: Tx, id: string): Promise<Review | null> {
  const { rows } = await sql<ReviewRow>`select * from reviews where id = ${id} for update`.execute(tx);
  return rows[0] === undefined ? null : toReview(rows[0]);
}

/** The open item of a message, locked; null when it has none. */
export async function lockOpenReview(tx: Tx, messageId: string): Promise<Review | null> {
  const { rows } = await sql<ReviewRow>`
    select * from reviews where message_id = ${messageId} and state in ('pending', 'claimed', 'awaiting_second')
    for update`.execute(tx);
  return rows[0] === undefined ? null : toReview(rows[0]);
}

export async function updateClaim(
  tx: Tx,
  id: string,
  claim: { state: ReviewState; by: string | null; at: Date | null; until: Date | null },
): Promise<void> {
  await sql`
    update reviews set state = ${claim.state}, claimed_by = ${claim.by}, claimed_at = ${claim.at}, claim_expires_at = ${claim.until}
    where id = ${id}`.execute(tx);
}

/** New words, and what they are judged to be. */
export async function updateWords(
  tx: Tx,
  id: string,
  words: { draftId: string; contentHash: string; risk: number; tier: 1 | 2 },
): Promise<void> {
  await sql`
    update reviews set draft_id = ${words.draftId}, content_hash = ${words.contentHash}, risk = ${words.risk}, tier = ${words.tier}
    where id = ${id}`.execute(tx);
}

export async function updateClosed(
  tx: Tx,
  id: string,
  closed: { state: Extract<ReviewState, 'approved' | 'rejected' | 'handed_off' | 'expired'>; at: Date },
): Promise<void> {
  await sql`
    update reviews set state = ${closed.state}, closed_at = ${closed.at}, claimed_by = null, claimed_at = null, claim_expires_at = null
    where id = ${id}`.execute(tx);
}

/** A verdict as it lies in the table. */
export interface VerdictRow {
  review_id: string;
  seq: number;
  verdict: Verdict;
  person_id: string;
  name: string;
  at: Date;
  content_hash: string;
  reasons: string[];
  note: Uint8Array | null;
  seconds_looked: number | null;
  also_fine: string[];
}

/** The item must be locked: verdicts are numbered. */
export async function insertVerdict(tx: Tx, verdict: Omit<VerdictRow, 'seq' | 'name'>): Promise<void> {
  await sql`
    insert into verdicts (review_id, seq, verdict, person_id, at, content_hash, reasons, note, seconds_looked, also_fine)
    values (${verdict.review_id}, (select count(*) + 1 from verdicts where review_id = ${verdict.review_id}), ${verdict.verdict},
      ${verdict.person_id}, ${verdict.at}, ${verdict.content_hash}, ${verdict.reasons}::text[], ${verdict.note},
      ${verdict.seconds_looked}, ${verdict.also_fine}::text[])`.execute(tx);
}
