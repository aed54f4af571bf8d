import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';
import { type MessageClass } from '../policies/playbook.js';
import { type Message, type MessageState, type MessageStep, OPEN_STATES } from './message.js';

interface MessageRow {
  id: string;
  profile_id: string;
  decision_id: string;
  action: string;
  channel: string;
  class: MessageClass;
  tags: string[];
  topic: string;
  offer: string | null;
  state: MessageState;
  send_at: Date;
  expires_at: Date;
  created_at: Date;
  sent_at: Date | null;
  template_id: string | null;
  content_hash: string | null;
}

/** A message as it is first written. */
export interface NewMessage {
  readonly message: Message;
  /** Its first step, into the state it has. */
  readonly opened: Omit<MessageStep, 'from' | 'to'>;
  readonly addressHash: string | null;
  readonly keyId: string;
  /** Of what it was decided in; null when nobody follows it. */
  readonly trace: string | null;
}

/** What lies sealed on a message row. */
export interface SealedMessage {
  readonly keyId: string;
  readonly content: Uint8Array | null;
  readonly approval: Uint8Array | null;
  readonly approvalKind: 'person' | 'template' | 'threshold' | null;
  readonly approvedBy: string | null;
}

/** How a message left: through whom, under which name there, and the SHA-256 of the bytes with tokens substituted. */
export interface Departure {
  readonly provider: string;
  readonly providerId: string | null;
  readonly wireHash: string;
}

function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    profileId: row.profile_id,
    decisionId: row.decision_id,
    action: row.action,
    channel: row.channel,
    class: row.class,
    tags: row.tags,
    topic: row.topic,
    offer: row.offer,
    state: row.state,
    sendAt: row.send_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
    templateId: row.template_id,
    contentHash: row.content_hash,
  };
}

const COLUMNS = `m.id, m.profile_id, m.decision_id, m.action, m.channel, m.class, m.tags, m.topic, m.offer, m.state, m.send_at,
  m.expires_at, m.created_at, m.sent_at, m.template_id, m.content_hash`;
const columns = sql.raw(COLUMNS);

const insertOpened = prepared(
  'messages.insert',
  `with message as (
      insert into messages (id, profile_id, decision_id, action, channel, class, tags, topic, offer, state, send_at, expires_at, created_at,
        updated_at, address_hash, key_id, trace)
      values ($1, $2, $3, $4, $5, $6, $7::text[], $8, $9, $10, $11, $12, $13::timestamptz, $13::timestamptz, $14, $15, $16)
      returning id, state
    )
    insert into message_steps (message_id, seq, at, from_state, to_state, actor, reason_code, reason)
    select n.id, 1, $17::timestamptz, null, n.state, $18::text, $19::text, $20::text from message n`,
);

/** Writes a message and its first step. */
export async function insertMessage(
  tx: Tx,
  { message, opened, addressHash, keyId, trace }: NewMessage,
): Promise<void> {
  await insertOpened(tx, [
    message.id,
    message.profileId,
    message.decisionId,
    message.action,
    message.channel,
    message.class,
    message.tags,
    message.topic,
    message.offer,
    message.state,
    message.sendAt,
    message.expiresAt,
    message.createdAt,
    addressHash,
    keyId,
    trace,
    opened.at,
    opened.actor,
    opened.reasonCode,
    opened.reason,
  ]);
}

const selectOne = prepared<MessageRow>(
  'messages.select',
  `select ${COLUMNS} from messages m where m.id = $1`,
);

export async function selectMessage(db: Executor, id: string): Promise<Message | null> {
  const [row] = await selectOne(db, [id]);
  return row === undefined ? null : toMessage(row);
}

export async function selectTrace(db: Executor, id: string): Promise<string | null> {
  const { rows } = await sql<{
    trace: string | null;
  }>`select m.trace from messages m where m.id = ${id}`.execute(db);
  return rows[0]?.trace ?? null;
}

export async function selectAddressHash(db: Executor, id: string): Promise<string | null> {
  const { rows } = await sql<{ address_hash: string | null }>`
    select m.address_hash from messages m where m.id = ${id}`.execute(db);
  return rows[0]?.address_hash ?? null;
}

const lockOne = prepared<MessageRow>(
  'messages.lock',
  `select ${COLUMNS} from messages m where m.id = $1 for update`,
);

/** Locks the row until the transaction ends: two who want to move it take turns. */
export async function lockMessage(tx: Tx, id: string): Promise<Message | null> {
  const [row] = await lockOne(tx, [id]);
  return row === undefined ? null : toMessage(row);
}

const moveOne = prepared<MessageRow>(
  'messages.move',
  `with moved as (
      update messages m set state = $2::text, updated_at = $3::timestamptz, send_at = coalesce($4::timestamptz, m.send_at),
        sent_at = case when $2::text = 'sent' then coalesce(m.sent_at, $3::timestamptz) else m.sent_at end,
        delivered_at = case when $2::text = 'delivered' then coalesce(m.delivered_at, $3::timestamptz) else m.delivered_at end
      where m.id = $1::text returning ${COLUMNS}
    ), step as (
      insert into message_steps (message_id, seq, at, from_state, to_state, actor, reason_code, reason)
      select m.id, (select coalesce(max(s.seq), 0) + 1 from message_steps s where s.message_id = m.id),
        $3::timestamptz, $5::text, $2::text, $6::text, $7::text, $8::text
      from moved m
    )
    select ${COLUMNS} from moved m`,
);

/** Moves a message on and writes the step down. The row must be locked, so that the step's number cannot be taken twice. */
export async function updateState(
  tx: Tx,
  id: string,
  change: Pick<MessageStep, 'from' | 'to' | 'actor' | 'reasonCode' | 'reason'> & {
    readonly at: Date;
    readonly sendAt: Date | null;
  },
): Promise<Message | null> {
  const { to, at, sendAt, from, actor, reasonCode, reason } = change;
  const [row] = await moveOne(tx, [id, to, at, sendAt, from, actor, reasonCode, reason]);
  return row === undefined ? null : toMessage(row);
}

export async function selectSteps(
  db: Executor,
  messageIds: readonly string[],
): Promise<Map<string, MessageStep[]>> {
  const { rows } = await sql<{
    message_id: string;
    at: Date;
    from_state: MessageState | null;
    to_state: MessageState;
    actor: string;
    reason_code: string;
    reason: string;
  }>`
    select s.message_id, s.at, s.from_state, s.to_state, s.actor, s.reason_code, s.reason from message_steps s
    where s.message_id = any(${messageIds}) order by s.message_id, s.seq`.execute(db);
  const steps = new Map<string, MessageStep[]>(messageIds.map((id) => [id, []]));
  for (const row of rows) {
    steps.get(row.message_id)?.push({
      at: row.at.toISOString(),
      from: row.from_state,
      to: row.to_state,
      actor: row.actor,
      reasonCode: row.reason_code,
      reason: row.reason,
    });
  }
  return steps;
}

const writeContent = prepared(
  'messages.write_content',
  `update messages set content = $2, content_hash = $3, template_id = $4, variant = $5, address_hash = coalesce($6, address_hash), approval = null,
      approval_kind = null, approved_by = null, updated_at = $7
    where id = $1`,
);

/** New content: what was signed before no longer counts. */
export async function updateContent(
  tx: Tx,
  id: string,
  content: {
    sealed: Uint8Array;
    hash: string;
    templateId: string | null;
    variant: string | null;
    /** Null where its content does not name the address: then it goes where it was to go. */
    addressHash: string | null;
    at: Date;
  },
): Promise<void> {
  const { sealed, hash, templateId, variant, addressHash, at } = content;
  await writeContent(tx, [id, sealed, hash, templateId, variant, addressHash, at]);
}

const writeApproval = prepared(
  'messages.write_approval',
  'update messages set approval = $2, approval_kind = $3, approved_by = $4, updated_at = $5 where id = $1',
);

export async function updateApproval(
  tx: Tx,
  id: string,
  approval: { sealed: Uint8Array; kind: string; approvedBy: string; at: Date },
): Promise<void> {
  await writeApproval(tx, [id, approval.sealed, approval.kind, approval.approvedBy, approval.at]);
}

export async function updateDeparture(tx: Tx, id: string, departure: Departure): Promise<void> {
  await sql`
    update messages set provider = ${departure.provider}, provider_id = ${departure.providerId}, wire_hash = ${departure.wireHash}
    where id = ${id}`.execute(tx);
}

/** How it left, or was about to; null before it was handed over. */
export async function selectDeparture(
  db: Executor,
  id: string,
): Promise<(Departure & { contentHash: string }) | null> {
  const { rows } = await sql<Departure & { contentHash: string }>`
    select provider, provider_id as "providerId", wire_hash as "wireHash", content_hash as "contentHash" from messages
    where id = ${id} and wire_hash is not null`.execute(db);
  return rows[0] ?? null;
}

interface SealedRow {
  id: string;
  key_id: string;
  content: Uint8Array | null;
  approval: Uint8Array | null;
  approval_kind: SealedMessage['approvalKind'];
  approved_by: string | null;
}
const SEALED = 'select m.id, m.key_id, m.content, m.approval, m.approval_kind, m.approved_by from messages m';
const selectOneSealed = prepared<SealedRow>('messages.sealed', `${SEALED} where m.id = $1`);

export async function selectSealed(
  db: Executor,
  messageIds: readonly string[],
): Promise<Map<string, SealedMessage>> {
  const rows =
    messageIds.length === 1
      ? await selectOneSealed(db, messageIds)
      : (await sql<SealedRow>`${sql.raw(SEALED)} where m.id = any(${messageIds})`.execute(db)).rows;
  return new Map(
    rows.map((row) => [
      row.id,
      {
        keyId: row.key_id,
        content: row.content,
        approval: row.approval,
        approvalKind: row.approval_kind,
        approvedBy: row.approved_by,
      },
    ]),
  );
}

/** Open messages of these profiles, oldest first. */
export async function selectOpen(db: Executor, profileIds: readonly string[]): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m where m.profile_id = any(${profileIds}) and m.state = any(${[...OPEN_STATES]})
    order by m.created_at, m.id`.execute(db);
  return rows.map(toMessage);
}

/** Newest first, one more than `limit` when there are more. */
export async function selectMessages(
  db: Executor,
  query: {
    profileIds: readonly string[] | null;
    state: MessageState | null;
    after: { at: string; id: string } | null;
    limit: number;
  },
): Promise<Message[]> {
  const conditions = [
    ...(query.profileIds === null ? [] : [sql`m.profile_id = any(${query.profileIds})`]),
    ...(query.state === null ? [] : [sql`m.state = ${query.state}`]),
    ...(query.after === null
      ? []
      : [sql`(m.created_at, m.id) < (${query.after.at}::timestamptz, ${query.after.id})`]),
  ];
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m
    ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
    order by m.created_at desc, m.id desc
    limit ${query.limit + 1}`.execute(db);
  return rows.map(toMessage);
}
