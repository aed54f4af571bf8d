import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type ReviewState, type Why } from './review.js';
import { type VerdictRow } from './reviews.repository.js';

/** One item with what lists show around it. `state` is what it is now: claims and items that ran out say so before anything cleans up. */
export interface ListedReview {
  id: string;
  state: ReviewState;
  tier: 1 | 2;
  message_id: string;
  profile_id: string;
  decision_id: string;
  action: string;
  channel: string;
  send_at: Date;
  why: string;
  risk: number;
  priority: number;
  content_hash: string;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: Date | null;
  expires_at: Date;
  created_at: Date;
  closed_at: Date | null;
}

export interface ReviewListRequest {
  readonly ids?: readonly string[] | undefined;
  readonly state?: ReviewState | undefined;
  readonly now: Date;
  readonly limit: number;
  /** Position behind which to go on: of the queue, or of the history. */
  readonly afterQueue?: { priority: number; expiresAt: Date; id: string } | null;
  readonly afterHistory?: { createdAt: Date; id: string } | null;
}

const OPEN = sql`('pending', 'claimed', 'awaiting_second')`;

/** Whether a state is listed as a queue (most valuable and soonest perishing first) or as history (newest first). */
export function isQueue(state: ReviewState | undefined): boolean {
  return state === 'pending' || state === 'claimed' || state === 'awaiting_second';
}

/** Items, one more than `limit` when there are more. */
export async function listReviews(db: Executor, request: ReviewListRequest): Promise<ListedReview[]> {
  const { now, state } = request;
  // Who can be open now: only those whose row still says so, which an index knows.
  const candidates = isQueue(state) ? sql`r.state in ${OPEN}` : sql`true`;
  const chosen = request.ids === undefined ? sql`true` : sql`r.id = any(${request.ids})`;
  const queue = request.afterQueue ?? null;
  const history = request.afterHistory ?? null;
  const behindQueue =
    queue === null
      ? sql`true`
      : sql`(x.priority < ${queue.priority} or (x.priority = ${queue.priority} and (x.expires_at, x.id) > (${queue.expiresAt}, ${queue.id})))`;
  const behindHistory =
    history === null ? sql`true` : sql`(x.created_at, x.id) < (${history.createdAt}, ${history.id})`;
  const order = isQueue(state) ? sql`x.priority desc, x.expires_at, x.id` : sql`x.created_at desc, x.id desc`;
  const { rows } = await sql<ListedReview>`
    select x.* from (
      select r.id, r.tier, r.message_id, r.profile_id, m.decision_id, m.action, m.channel, m.send_at, r.why, r.risk, r.priority,
        r.content_hash, r.claim_expires_at, r.expires_at, r.created_at, r.closed_at,
        case when r.claim_expires_at > ${now} then r.claimed_by end as claimed_by,
        case when r.claim_expires_at > ${now} then who.name end as claimed_by_name,
        case
          when r.state in ${OPEN} and (r.expires_at <= ${now} or m.state <> 'in_review') then 'expired'
          when r.state = 'claimed' and r.claim_expires_at <= ${now} then 'pending'
          else r.state
        end as state
      from reviews r join messages m on m.id = r.message_id left join people who on who.id = r.claimed_by
      where ${candidates} and ${chosen}
    ) x
    where ${state === undefined ? sql`true` : sql`x.state = ${state}`} and ${behindQueue} and ${behindHistory}
    order by ${order}
    limit ${request.limit + 1}`.execute(db);
  return rows;
}

/** Verdicts on an item in the order they were given, with the names of who gave them. */
export async function listVerdicts(db: Executor, reviewId: string): Promise<VerdictRow[]> {
  const { rows } = await sql<VerdictRow>`
    select v.review_id, v.seq, v.verdict, v.person_id, who.name, v.at, v.content_hash, v.reasons, v.note, v.seconds_looked, v.also_fine
    from verdicts v join people who on who.id = v.person_id
    where v.review_id = ${reviewId} order by v.seq`.execute(db);
  return rows;
}

/** What those were shown who signed a message before it came back, as reasons to look at it. */
export async function listSignedReasons(db: Executor, messageId: string): Promise<Why[]> {
  const { rows } = await sql<{ why: string }>`
    select r.why from reviews r where r.message_id = ${messageId} and r.state = 'approved'`.execute(db);
  return rows.flatMap(({ why }) => JSON.parse(why) as Why[]);
}
