import { sql } from 'kysely';
import { DECISIONS_WITH_SITUATION, SITUATION } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';
import { type MessageClass } from '../policies/playbook.js';
import { type ConsentState } from '../profiles/profile.js';

/** A message that left, or may have left, with everything that speaks for it. */
export interface SentRow {
  id: string;
  profile_id: string;
  decision_id: string;
  action: string;
  channel: string;
  class: MessageClass;
  tags: string[];
  topic: string;
  offer: string | null;
  state: string;
  expires_at: Date;
  /** When it was handed over: the moment recheck spoke of. */
  sending_at: Date | null;
  /** When it counts in the caps. */
  counted_at: Date;
  address_hash: string | null;
  content_hash: string | null;
  key_id: string;
  content: Buffer | null;
  approval: Buffer | null;
  approval_kind: string | null;
  wire_hash: string | null;
  /** `detail` of its entry in the audit log. */
  departure: string | null;
  /** `detail` of the entries about its approval that stand before that in the audit log; of what may have left, all there are. */
  agreed: string[];
  decision_key: string;
  /** Null once it has aged out. */
  situation: Buffer | null;
}

/** A person: the canonical profile and all that were merged into it. */
export interface FamilyRow {
  root: string;
  member: string;
  erased: boolean;
}

/** People in the order of their ids, behind `after`. */
export async function selectFamilies(db: Executor, after: string, limit: number): Promise<FamilyRow[]> {
  const { rows } = await sql<FamilyRow>`
    with recursive roots as (
      select p.id, p.erased_at is not null as erased from profiles p
      where p.merged_into is null and p.id > ${after} order by p.id limit ${limit}
    ), family as (
      select r.id as root, r.id as member, r.erased from roots r
      union
      select f.root, p.id, f.erased from family f join profiles p on p.merged_into = f.member
    )
    select f.root, f.member, f.erased from family f order by f.root, f.member`.execute(db);
  return rows;
}

export async function selectSent(db: Executor, profileIds: readonly string[]): Promise<SentRow[]> {
  const { rows } = await sql<SentRow>`
    select m.id, m.profile_id, m.decision_id, m.action, m.channel, m.class, m.tags, m.topic, m.offer, m.state, m.expires_at,
      (select max(s.at) from message_steps s where s.message_id = m.id and s.to_state = 'sending') as sending_at,
      coalesce(m.sent_at, m.updated_at) as counted_at, m.address_hash, m.content_hash, m.key_id, m.content, m.approval,
      m.approval_kind, m.wire_hash,
      (select a.detail from audit_entries a where a.subject = m.id and a.action = 'message.sent' order by a.seq desc limit 1) as departure,
      array(select a.detail from audit_entries a where a.subject = m.id and a.action = 'message.approved' and a.seq <
        coalesce((select max(s.seq) from audit_entries s where s.subject = m.id and s.action = 'message.sent'), a.seq + 1)) as agreed,
      d.key_id as decision_key, ${SITUATION} as situation
    from messages m join (${DECISIONS_WITH_SITUATION}) on d.id = m.decision_id
    where m.profile_id = any(${profileIds}) and (m.sent_at is not null or m.state in ('sent', 'delivered', 'unknown'))
    order by m.id`.execute(db);
  return rows;
}

export interface SharedPlaceRow {
  message_id: string;
  slice: number;
  tokens: number;
  sending_at: Date | null;
}

/** Places of a cap over everybody that messages left from, in the order of their pieces of time. */
export async function selectSharedPlaces(db: Executor, counter: string): Promise<SharedPlaceRow[]> {
  const { rows } = await sql<SharedPlaceRow>`
    select p.message_id, l.slice, p.tokens,
      (select max(s.at) from message_steps s where s.message_id = m.id and s.to_state = 'sending') as sending_at
    from cap_places p join cap_leases l on l.id = p.lease_id join messages m on m.id = p.message_id
    where p.counter = ${counter} and (m.sent_at is not null or m.state in ('sent', 'delivered', 'unknown'))
    order by l.slice, p.message_id`.execute(db);
  return rows;
}

/** Sent messages of nobody: their profile is gone from the table. */
export async function countOrphans(db: Executor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from messages m left join profiles p on p.id = m.profile_id where p.id is null`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

export interface ConsentRow {
  profile_id: string;
  channel: string;
  topic: string;
  state: ConsentState;
  source: string;
  at: Date;
  recorded_at: Date;
}

export async function selectConsents(db: Executor, profileIds: readonly string[]): Promise<ConsentRow[]> {
  const { rows } = await sql<ConsentRow>`
    select c.profile_id, c.channel, c.topic, c.state, c.source, c.at, c.recorded_at from consents c
    where c.profile_id = any(${profileIds}) order by c.recorded_at, c.id`.execute(db);
  return rows;
}

export interface MergeRow {
  from_profile_id: string;
  into_profile_id: string;
  merged_at: Date;
}

export async function selectMerges(db: Executor, profileIds: readonly string[]): Promise<MergeRow[]> {
  const { rows } = await sql<MergeRow>`
    select m.from_profile_id, m.into_profile_id, m.merged_at from profile_merges m
    where m.from_profile_id = any(${profileIds}) order by m.merged_at, m.id`.execute(db);
  return rows;
}

export interface TaskRow {
  id: string;
  profile_id: string;
  reason_code: string;
  reason: string;
  created_at: Date;
  closed_at: Date | null;
}

export async function selectTasks(db: Executor, profileIds: readonly string[]): Promise<TaskRow[]> {
  const { rows } = await sql<TaskRow>`
    select t.id, t.profile_id, t.reason_code, t.reason, t.created_at, t.closed_at from tasks t
    where t.profile_id = any(${profileIds})`.execute(db);
  return rows;
}

export interface SuppressionRow {
  channel: string;
  address_hash: string;
  reason: string;
  at: Date;
  /** Null while it binds. */
  lifted_at: Date | null;
}

export async function selectSuppressions(
  db: Executor,
  addressHashes: readonly string[],
): Promise<SuppressionRow[]> {
  const { rows } = await sql<SuppressionRow>`
    select s.channel, s.address_hash, s.reason, s.at, null::timestamptz as lifted_at from suppressions s
    where s.address_hash = any(${addressHashes})
    union all
    select l.channel, l.address_hash, l.reason, l.at, l.lifted_at from lifted_suppressions l
    where l.address_hash = any(${addressHashes})`.execute(db);
  return rows;
}

/** Who approved which content of a message, in which order. */
export interface VerdictRow {
  message_id: string;
  person_id: string;
  content_hash: string;
  tier: number;
}

export async function selectApprovals(db: Executor, messageIds: readonly string[]): Promise<VerdictRow[]> {
  const { rows } = await sql<VerdictRow>`
    select r.message_id, v.person_id, v.content_hash, r.tier
    from reviews r join verdicts v on v.review_id = r.id
    where r.message_id = any(${messageIds}) and v.verdict = 'approve'
    order by r.created_at, r.id, v.seq`.execute(db);
  return rows;
}

export interface ActivationRow {
  bundle_hash: string;
  activated_at: Date;
}

export async function selectActivations(db: Executor): Promise<ActivationRow[]> {
  const { rows } = await sql<ActivationRow>`
    select a.bundle_hash, a.activated_at from bundle_activations a order by a.seq`.execute(db);
  return rows;
}

export async function selectBundleFiles(
  db: Executor,
  hash: string,
): Promise<Readonly<Record<string, string>> | null> {
  const { rows } = await sql<{ files: Record<string, string> }>`
    select b.files from bundles b where b.hash = ${hash}`.execute(db);
  return rows[0]?.files ?? null;
}

export interface TemplateSignatureRow {
  bundleHash: string;
  templateId: string;
  contentHash: string;
  payload: string;
  signature: string;
}

export async function selectTemplateSignature(
  db: Executor,
  bundleHash: string,
  templateId: string,
): Promise<TemplateSignatureRow | null> {
  const { rows } = await sql<TemplateSignatureRow>`
    select t.bundle_hash as "bundleHash", t.template_id as "templateId", t.content_hash as "contentHash", t.payload, t.signature
    from template_signatures t where t.bundle_hash = ${bundleHash} and t.template_id = ${templateId}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** A decision with what it was made of, sealed. */
export interface DecisionRow {
  id: string;
  bundle_hash: string;
  engine: string;
  models: string;
  seed: string;
  key_id: string;
  /** Null once it has aged out. */
  situation: Buffer | null;
  result: Buffer;
  situation_hash: string;
  result_hash: string;
}

/** Decisions in the order of their ids, behind `after`. */
export async function selectDecisions(db: Executor, after: string, limit: number): Promise<DecisionRow[]> {
  const { rows } = await sql<DecisionRow>`
    select d.id, d.bundle_hash, d.engine, d.models, d.seed, d.key_id, ${SITUATION} as situation,
      d.result, d.situation_hash, d.result_hash
    from ${DECISIONS_WITH_SITUATION}
    where d.id > ${after} order by d.id limit ${limit}`.execute(db);
  return rows;
}

/** A gate and the draft that passed it. */
export interface PassageRow {
  readonly action: string;
  readonly fingerprint: string;
  readonly threshold: number;
  readonly opened_by: string;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly draft_action: string;
  readonly draft_fingerprint: string;
  readonly score: number;
}

export async function selectPassage(
  db: Executor,
  gateId: string,
  messageId: string,
): Promise<PassageRow | null> {
  const { rows } = await sql<PassageRow>`
    select g.action, g.fingerprint, g.threshold, g.opened_by, g.opened_at, g.closed_at, j.action as draft_action,
      j.fingerprint as draft_fingerprint, j.score
    from gates g join judged_drafts j on j.message_id = ${messageId} where g.id = ${gateId}`.execute(db);
  return rows[0] ?? null;
}
