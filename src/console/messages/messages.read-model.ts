import { sql } from 'kysely';
import { type MessageContent } from '../../messages/content.js';
import { type Executor } from '../../platform/database/index.js';
import { type StoredApproval } from '../../review/approval.js';
import { type SealedReader } from '../sealed-reader.service.js';

export interface MessageLine {
  readonly id: string;
  readonly profileId: string;
  readonly name: string | null;
  readonly action: string;
  readonly channel: string;
  readonly state: string;
  readonly sendAt: Date;
  readonly sentAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly approvalKind: string | null;
  readonly approvedBy: string | null;
  readonly subject: string | null;
  /** The reason of the last step. */
  readonly reason: string | null;
}

interface LineRow {
  id: string;
  profile_id: string;
  profile_state: Uint8Array;
  action: string;
  channel: string;
  state: string;
  send_at: Date;
  sent_at: Date | null;
  created_at: Date;
  updated_at: Date;
  approval_kind: string | null;
  approved_by: string | null;
  key_id: string;
  content: Uint8Array | null;
  reason: string | null;
}

/** Messages, newest first, narrowed down. */
export async function readMessages(
  db: Executor,
  reader: SealedReader,
  request: {
    state: string | null;
    by: string | null;
    after: readonly [at: string, id: string] | null;
    limit: number;
  },
): Promise<MessageLine[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<LineRow>`
    select m.id, m.profile_id, p.state as profile_state, m.action, m.channel, m.state, m.send_at, m.sent_at, m.created_at, m.updated_at,
      m.approval_kind, coalesce(who.name, m.approved_by) as approved_by, m.key_id, m.content, st.reason
    from messages m join profiles p on p.id = m.profile_id left join people who on who.id = m.approved_by
      left join lateral (
        select s.reason from message_steps s where s.message_id = m.id order by s.seq desc limit 1
      ) st on true
    where (${request.state}::text is null or m.state = ${request.state}::text)
      and (${request.by}::text is null or m.approval_kind = ${request.by}::text)
      and (${at}::timestamptz is null or (m.created_at, m.id) < (${at}::timestamptz, ${id}::text))
    order by m.created_at desc, m.id desc limit ${request.limit}`.execute(db);
  const names = await reader.names(
    db,
    rows.map((row) => ({ id: row.profile_id, state: row.profile_state })),
  );
  const contents = await reader.open<MessageContent>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.content })),
  );
  return rows.map((row, index) => ({
    id: row.id,
    profileId: row.profile_id,
    name: names.get(row.profile_id) ?? null,
    action: row.action,
    channel: row.channel,
    state: row.state,
    sendAt: row.send_at,
    sentAt: row.sent_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    approvalKind: row.approval_kind,
    approvedBy: row.approved_by,
    subject: contents[index]?.subject ?? null,
    reason: row.reason,
  }));
}

export async function countMessages(db: Executor): Promise<Map<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select m.state, count(*) as count from messages m group by m.state`.execute(db);
  return new Map(rows.map((row) => [row.state, row.count]));
}

interface StepLine {
  readonly seq: number;
  readonly at: Date;
  readonly to: string;
  readonly actor: string;
  readonly actorName: string | null;
  readonly reason: string;
}

export interface MessageView extends MessageLine {
  readonly decisionId: string;
  readonly reviewId: string | null;
  readonly class: string;
  readonly topic: string;
  readonly tags: readonly string[];
  readonly offer: string | null;
  readonly expiresAt: Date;
  readonly deliveredAt: Date | null;
  readonly templateId: string | null;
  readonly contentHash: string | null;
  readonly provider: string | null;
  readonly providerId: string | null;
  readonly wireHash: string | null;
  /** Null before it was drafted, and when the person was erased. */
  readonly content: MessageContent | null;
  readonly approval: StoredApproval | null;
  readonly steps: readonly StepLine[];
  readonly outcomes: readonly {
    readonly kind: string;
    readonly at: Date;
    readonly counted: boolean;
    readonly whyNotCounted: string | null;
  }[];
  readonly inOutbox: boolean;
}

interface ViewRow extends LineRow {
  decision_id: string;
  review_id: string | null;
  class: string;
  topic: string;
  tags: string[];
  offer: string | null;
  expires_at: Date;
  delivered_at: Date | null;
  template_id: string | null;
  content_hash: string | null;
  provider: string | null;
  provider_id: string | null;
  wire_hash: string | null;
  approval: Uint8Array | null;
  in_outbox: boolean;
}

/** One message with everything that happened to it; null when there is none of this id. */
export async function readMessage(
  db: Executor,
  reader: SealedReader,
  id: string,
): Promise<MessageView | null> {
  const { rows } = await sql<ViewRow>`
    select m.id, m.profile_id, p.state as profile_state, m.action, m.channel, m.state, m.send_at, m.sent_at, m.created_at, m.updated_at,
      m.approval_kind, coalesce(who.name, m.approved_by) as approved_by, m.key_id, m.content, m.decision_id, m.class, m.topic, m.tags,
      m.offer, m.expires_at, m.delivered_at, m.template_id, m.content_hash, m.provider, m.provider_id, m.wire_hash, m.approval,
      (select r.id from reviews r where r.message_id = m.id order by r.created_at desc limit 1) as review_id,
      exists (select 1 from outbox o where o.message_id = m.id) as in_outbox, null as reason
    from messages m join profiles p on p.id = m.profile_id left join people who on who.id = m.approved_by
    where m.id = ${id}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const steps = await sql<{
    seq: number;
    at: Date;
    to_state: string;
    actor: string;
    actor_name: string | null;
    reason: string;
  }>`
    select s.seq, s.at, s.to_state, s.actor, who.name as actor_name, s.reason
    from message_steps s left join people who on who.id = s.actor where s.message_id = ${id} order by s.seq`.execute(
    db,
  );
  const outcomes = await sql<{ kind: string; at: Date; counted: boolean; why_not_counted: string | null }>`
    select o.kind, o.at, o.counted, o.why_not_counted from outcomes o where o.message_id = ${id} order by o.at, o.id`.execute(
    db,
  );
  const names = await reader.names(db, [{ id: row.profile_id, state: row.profile_state }]);
  const content = await reader.one<MessageContent>(db, row.key_id, row.content);
  const approval = await reader.one<StoredApproval>(db, row.key_id, row.approval);
  return {
    id: row.id,
    profileId: row.profile_id,
    name: names.get(row.profile_id) ?? null,
    action: row.action,
    channel: row.channel,
    state: row.state,
    sendAt: row.send_at,
    sentAt: row.sent_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    approvalKind: row.approval_kind,
    approvedBy: row.approved_by,
    subject: content?.subject ?? null,
    reason: steps.rows.at(-1)?.reason ?? null,
    decisionId: row.decision_id,
    reviewId: row.review_id,
    class: row.class,
    topic: row.topic,
    tags: row.tags,
    offer: row.offer,
    expiresAt: row.expires_at,
    deliveredAt: row.delivered_at,
    templateId: row.template_id,
    contentHash: row.content_hash,
    provider: row.provider,
    providerId: row.provider_id,
    wireHash: row.wire_hash,
    content,
    approval,
    steps: steps.rows.map((step) => ({
      seq: step.seq,
      at: step.at,
      to: step.to_state,
      actor: step.actor,
      actorName: step.actor_name,
      reason: step.reason,
    })),
    outcomes: outcomes.rows.map((outcome) => ({
      kind: outcome.kind,
      at: outcome.at,
      counted: outcome.counted,
      whyNotCounted: outcome.why_not_counted,
    })),
    inOutbox: row.in_outbox,
  };
}

/** The html of a message as it stands; null when there is none to show. */
export async function readMail(db: Executor, reader: SealedReader, id: string): Promise<string | null> {
  const { rows } = await sql<{ key_id: string; content: Uint8Array | null }>`
    select m.key_id, m.content from messages m where m.id = ${id}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return (await reader.one<MessageContent>(db, row.key_id, row.content))?.html ?? null;
}

/** The mail that one of several wordings of a message would be; null where there is none of that label, or it has aged out. */
export async function readWording(
  db: Executor,
  reader: SealedReader,
  messageId: string,
  label: string,
): Promise<string | null> {
  const { rows } = await sql<{ key_id: string; content: Uint8Array | null }>`
    select d.key_id, c.message_content as content
    from drafts d join draft_contents c on c.written_at = d.written_at and c.draft_id = d.id
    where d.message_id = ${messageId} and d.variant = ${label} order by d.number limit 1`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return (await reader.one<MessageContent>(db, row.key_id, row.content))?.html ?? null;
}
