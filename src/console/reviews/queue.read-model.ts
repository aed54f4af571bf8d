import { sql } from 'kysely';
import { type MessageContent } from '../../messages/content.js';
import { type Executor } from '../../platform/database/index.js';
import { type ReviewState, type Why } from '../../review/review.js';
import { type SealedReader } from '../sealed-reader.service.js';

interface QueueRow {
  id: string;
  state: ReviewState;
  tier: number;
  why: string;
  risk: number;
  priority: number;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: Date | null;
  expires_at: Date;
  created_at: Date;
  closed_at: Date | null;
  action: string;
  channel: string;
  key_id: string;
  content: Uint8Array | null;
  profile_id: string;
  profile_state: Uint8Array | null;
  signed_by_me: boolean;
}

/** One line of the queue. */
export interface QueueItem {
  readonly id: string;
  readonly state: ReviewState;
  readonly tier: number;
  readonly why: readonly Why[];
  readonly risk: number;
  readonly priority: number;
  /** Who holds it now; null when the lease ran out. */
  readonly heldBy: { readonly personId: string; readonly name: string } | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
  readonly action: string;
  readonly channel: string;
  readonly subject: string | null;
  readonly recipient: string | null;
  readonly profileId: string;
  /** Null when the person was erased. */
  readonly name: string | null;
  /** The reader gave the first of two signatures, so this one waits for somebody else. */
  readonly signedByMe: boolean;
}

export const WAITING_STATES = ['pending', 'claimed', 'awaiting_second'] as const;

/**
 * The queue in its own order: most valuable first, then what perishes soonest. Closed items: the latest first.
 * @param me person id of the reader.
 */
export async function readQueue(
  db: Executor,
  reader: SealedReader,
  request: { states: readonly string[]; me: string | null; now: Date; limit: number; closed: boolean },
): Promise<QueueItem[]> {
  const { rows } = await sql<QueueRow>`
    select r.id, r.state, r.tier, r.why, r.risk, r.priority, r.claimed_by, who.name as claimed_by_name, r.claim_expires_at,
      r.expires_at, r.created_at, r.closed_at, m.action, m.channel, m.key_id, m.content, r.profile_id, p.state as profile_state,
      exists (select 1 from verdicts v where v.review_id = r.id and v.verdict = 'approve' and v.person_id = ${request.me}
        and v.content_hash = r.content_hash) as signed_by_me
    from reviews r join messages m on m.id = r.message_id join profiles p on p.id = r.profile_id
      left join people who on who.id = r.claimed_by
    where r.state = any(${request.states})
    order by ${request.closed ? sql`r.closed_at desc nulls last` : sql`r.priority desc, r.expires_at`}, r.id
    limit ${request.limit}`.execute(db);
  const names = await reader.names(
    db,
    rows.map((row) => ({ id: row.profile_id, state: row.profile_state })),
  );
  const contents = await reader.open<MessageContent>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.content })),
  );
  return rows.map((row, index) => {
    const held =
      row.claimed_by !== null && row.claim_expires_at !== null && row.claim_expires_at > request.now;
    return {
      id: row.id,
      state: row.state,
      tier: row.tier,
      why: JSON.parse(row.why) as Why[],
      risk: row.risk,
      priority: row.priority,
      heldBy: held ? { personId: row.claimed_by ?? '', name: row.claimed_by_name ?? '?' } : null,
      expiresAt: row.expires_at,
      createdAt: row.created_at,
      closedAt: row.closed_at,
      action: row.action,
      channel: row.channel,
      subject: contents[index]?.subject ?? null,
      recipient: contents[index]?.recipient ?? null,
      profileId: row.profile_id,
      name: names.get(row.profile_id) ?? null,
      signedByMe: row.signed_by_me,
    };
  });
}

/** Ids of what this person could answer now, in the queue's order: not held by somebody else, not waiting for another's signature. */
export async function readAnswerable(db: Executor, me: string | null, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from reviews r
    where r.state in ('pending', 'claimed', 'awaiting_second') and r.expires_at > ${now}
      and (r.claimed_by is null or r.claimed_by = ${me} or r.claim_expires_at is null or r.claim_expires_at <= ${now})
      and not exists (select 1 from verdicts v where v.review_id = r.id and v.verdict = 'approve' and v.person_id = ${me}
        and v.content_hash = r.content_hash)
    order by r.priority desc, r.expires_at, r.id
    limit 500`.execute(db);
  return rows.map((row) => row.id);
}

export async function countByState(db: Executor): Promise<Map<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select r.state, count(*) as count from reviews r group by r.state`.execute(db);
  return new Map(rows.map((row) => [row.state, row.count]));
}
