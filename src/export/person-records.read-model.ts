import { sql } from 'kysely';
import { DECISIONS_WITH_SITUATION, SITUATION } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';

/** Everything here is read page by page, in the order in which it happened; `after` is the last row of the page before. */
export interface After {
  readonly at: Date;
  readonly id: string;
}

/** What lies sealed in a row, and under whose key; null where there is nothing. */
type Sealed = Uint8Array | null;

/** What tells of those who work here: names, addresses and ids. */
export async function selectColleagues(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ id: string; name: string; email: string }>`
    select p.id, p.name, p.email from people p`.execute(db);
  return rows.flatMap(({ id, name, email }) => [id, name, email]);
}

export interface IdentityRow {
  readonly hash: string;
  readonly kind: string;
  readonly first_seen_at: Date;
}

export async function selectIdentities(db: Executor, family: readonly string[]): Promise<IdentityRow[]> {
  const { rows } = await sql<IdentityRow>`
    select i.hash, i.kind, i.first_seen_at from identities i where i.profile_id = any(${family})
    order by i.first_seen_at, i.hash`.execute(db);
  return rows;
}

export interface ConsentRow {
  readonly id: string;
  readonly channel: string;
  readonly topic: string;
  readonly state: string;
  readonly source: string;
  readonly at: Date;
  readonly recorded_at: Date;
}

export async function selectConsents(
  db: Executor,
  family: readonly string[],
  after: After | null,
  limit: number,
): Promise<ConsentRow[]> {
  const { rows } = await sql<ConsentRow>`
    select c.id, c.channel, c.topic, c.state, c.source, c.at, c.recorded_at from consents c
    where c.profile_id = any(${family}) and ${behind(sql`c.recorded_at`, sql`c.id`, after)}
    order by c.recorded_at, c.id limit ${limit}`.execute(db);
  return rows;
}

export interface SignalRow {
  readonly id: string;
  readonly received_at: Date;
  readonly key_id: string;
  readonly body: Uint8Array;
}

/** Of one identity: its index gives them in their order, however many there are. */
export async function selectSignals(
  db: Executor,
  identityHash: string,
  after: After | null,
  limit: number,
): Promise<SignalRow[]> {
  const { rows } = await sql<SignalRow>`
    select s.id, s.received_at, s.key_id, s.body from signals s
    where s.identity_hash = ${identityHash} and ${behind(sql`s.received_at`, sql`s.id`, after)}
    order by s.received_at, s.id limit ${limit}`.execute(db);
  return rows;
}

export interface FiringRow {
  readonly id: string;
  readonly trigger_id: string;
  readonly occasion: string;
  readonly fired_at: Date;
  readonly evidence: string;
  readonly capped: boolean;
}

export async function selectFirings(
  db: Executor,
  family: readonly string[],
  after: After | null,
  limit: number,
): Promise<FiringRow[]> {
  const { rows } = await sql<FiringRow>`
    select f.id, f.trigger_id, f.occasion, f.fired_at, f.evidence, f.capped from firings f
    where f.profile_id = any(${family}) and ${behind(sql`f.fired_at`, sql`f.id`, after)}
    order by f.fired_at, f.id limit ${limit}`.execute(db);
  return rows;
}

export interface TimerRow {
  readonly trigger_id: string;
  readonly occasion: string;
  readonly since: Date;
  readonly due_at: Date;
}

/** A playbook has few triggers, and each keeps few of them for one person. */
export async function selectTimers(db: Executor, family: readonly string[]): Promise<TimerRow[]> {
  const { rows } = await sql<TimerRow>`
    select t.trigger_id, t.occasion, t.since, t.due_at from timers t where t.profile_id = any(${family})
    order by t.since, t.trigger_id, t.occasion`.execute(db);
  return rows;
}

export interface HitRow {
  readonly trigger_id: string;
  readonly signal_id: string;
  readonly at: Date;
}

export async function selectHits(db: Executor, family: readonly string[]): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`
    select h.trigger_id, h.signal_id, h.at from trigger_hits h where h.profile_id = any(${family})
    order by h.at, h.trigger_id, h.signal_id`.execute(db);
  return rows;
}

export interface DecisionRow {
  readonly id: string;
  readonly created_at: Date;
  readonly mode: 'decide' | 'execute';
  readonly trigger_id: string | null;
  readonly message_id: string | null;
  readonly bundle_hash: string;
  readonly engine: string;
  readonly models: string;
  readonly seed: string;
  readonly key_id: string;
  /** Null once it has aged out. */
  readonly situation: Sealed;
  readonly result: Uint8Array;
}

export async function selectDecisions(
  db: Executor,
  family: readonly string[],
  after: After | null,
  limit: number,
): Promise<DecisionRow[]> {
  const { rows } = await sql<DecisionRow>`
    select d.id, d.created_at, d.mode, d.trigger_id, d.message_id, d.bundle_hash, d.engine, d.models, d.seed, d.key_id,
      ${SITUATION} as situation, d.result
    from ${DECISIONS_WITH_SITUATION}
    where d.profile_id = any(${family}) and ${behind(sql`d.created_at`, sql`d.id`, after)}
    order by d.created_at, d.id limit ${limit}`.execute(db);
  return rows;
}

export interface MessageRow {
  readonly id: string;
  readonly decision_id: string;
  readonly action: string;
  readonly channel: string;
  readonly class: 'marketing' | 'transactional';
  readonly topic: string;
  readonly tags: string[];
  readonly offer: string | null;
  readonly state: string;
  readonly created_at: Date;
  readonly send_at: Date;
  readonly sent_at: Date | null;
  readonly delivered_at: Date | null;
  readonly approval_kind: 'person' | 'template' | 'threshold' | null;
  readonly provider: string | null;
  readonly key_id: string;
  readonly content: Sealed;
  readonly approval: Sealed;
  readonly outbox_at: Date | null;
  readonly wire: Sealed;
  readonly example_at: Date | null;
  readonly words: Sealed;
}

export async function selectMessages(
  db: Executor,
  family: readonly string[],
  after: After | null,
  limit: number,
): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select m.id, m.decision_id, m.action, m.channel, m.class, m.topic, m.tags, m.offer, m.state, m.created_at, m.send_at, m.sent_at,
      m.delivered_at, m.approval_kind, m.provider, m.key_id, m.content, m.approval, o.at as outbox_at, o.wire,
      x.approved_at as example_at, x.words
    from messages m left join outbox o on o.message_id = m.id left join past_messages x on x.message_id = m.id
    where m.profile_id = any(${family}) and ${behind(sql`m.created_at`, sql`m.id`, after)}
    order by m.created_at, m.id limit ${limit}`.execute(db);
  return rows;
}

export interface StepRow {
  readonly message_id: string;
  readonly at: Date;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly actor: string;
  readonly reason_code: string;
  readonly reason: string;
}

export async function selectSteps(db: Executor, messageIds: readonly string[]): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`
    select st.message_id, st.at, st.from_state, st.to_state, st.actor, st.reason_code, st.reason from message_steps st
    where st.message_id = any(${messageIds}) order by st.message_id, st.seq`.execute(db);
  return rows;
}

export interface DraftRow {
  readonly id: string;
  readonly message_id: string;
  readonly number: number;
  readonly written_at: Date;
  readonly origin: 'template' | 'model' | 'person';
  readonly template_id: string | null;
  readonly prompt_id: string | null;
  readonly prompt_version: string | null;
  readonly model: string | null;
  readonly fallback_reason: string | null;
  readonly key_id: string;
  readonly content: Sealed;
  readonly sent_to_model: Sealed;
}

export async function selectDrafts(db: Executor, messageIds: readonly string[]): Promise<DraftRow[]> {
  const { rows } = await sql<DraftRow>`
    select d.id, d.message_id, d.number, d.written_at, d.origin, d.template_id, d.prompt_id, d.prompt_version, d.model,
      d.fallback_reason, d.key_id, coalesce(c.content, nullif(d.content, ''::bytea)) as content,
      coalesce(c.sent_to_model, d.sent_to_model) as sent_to_model
    from drafts d left join draft_contents c on c.written_at = d.written_at and c.draft_id = d.id
    where d.message_id = any(${messageIds}) order by d.message_id, d.number`.execute(db);
  return rows;
}

export interface AssessmentRow {
  readonly message_id: string;
  readonly draft_id: string;
  readonly assessed_at: Date;
  readonly score: number;
  readonly tier: number;
  readonly engine: string;
  readonly key_id: string;
  readonly contributions: Uint8Array;
}

export async function selectAssessments(
  db: Executor,
  messageIds: readonly string[],
): Promise<AssessmentRow[]> {
  const { rows } = await sql<AssessmentRow>`
    select a.message_id, a.draft_id, a.assessed_at, a.score, a.tier, a.engine, a.key_id, a.contributions from assessments a
    where a.message_id = any(${messageIds}) order by a.message_id, a.seq`.execute(db);
  return rows;
}

export interface ReviewRow {
  readonly id: string;
  readonly message_id: string;
  readonly state: string;
  readonly tier: number;
  readonly why: string;
  readonly risk: number;
  readonly created_at: Date;
  readonly closed_at: Date | null;
}

export async function selectReviews(db: Executor, messageIds: readonly string[]): Promise<ReviewRow[]> {
  const { rows } = await sql<ReviewRow>`
    select r.id, r.message_id, r.state, r.tier, r.why, r.risk, r.created_at, r.closed_at from reviews r
    where r.message_id = any(${messageIds}) order by r.message_id, r.created_at, r.id`.execute(db);
  return rows;
}

export interface VerdictRow {
  readonly review_id: string;
  readonly verdict: string;
  readonly at: Date;
  readonly reasons: string[];
  readonly profile_id: string;
  readonly note: Sealed;
}

export async function selectVerdicts(db: Executor, messageIds: readonly string[]): Promise<VerdictRow[]> {
  const { rows } = await sql<VerdictRow>`
    select v.review_id, v.verdict, v.at, v.reasons, r.profile_id, v.note
    from verdicts v join reviews r on r.id = v.review_id
    where r.message_id = any(${messageIds}) order by v.review_id, v.seq`.execute(db);
  return rows;
}

export interface OutcomeRow {
  readonly message_id: string;
  readonly kind: string;
  readonly at: Date;
  readonly counted: boolean;
  readonly why_not_counted: string | null;
  readonly detail: string;
}

export async function selectOutcomes(db: Executor, messageIds: readonly string[]): Promise<OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`
    select o.message_id, o.kind, o.at, o.counted, o.why_not_counted, o.detail from outcomes o
    where o.message_id = any(${messageIds}) order by o.message_id, o.at, o.id`.execute(db);
  return rows;
}

export interface LinkRow {
  readonly message_id: string;
  readonly kind: string;
  readonly link: number | null;
  readonly created_at: Date;
}

export async function selectLinks(db: Executor, messageIds: readonly string[]): Promise<LinkRow[]> {
  const { rows } = await sql<LinkRow>`
    select l.message_id, l.kind, l.link, l.created_at from link_tokens l
    where l.message_id = any(${messageIds}) order by l.message_id, l.created_at, l.kind, l.link, l.token_hash`.execute(
    db,
  );
  return rows;
}

export interface TemplateRow {
  readonly template_id: string;
  readonly bundle_hash: string;
}

export async function selectTemplates(db: Executor, family: readonly string[]): Promise<TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`
    select t.template_id, t.bundle_hash from template_recipients t where t.profile_id = any(${family})
    order by t.template_id, t.bundle_hash`.execute(db);
  return rows;
}

export interface TaskRow {
  readonly id: string;
  readonly state: 'open' | 'closed';
  readonly reason_code: string;
  readonly reason: string;
  readonly decision_id: string | null;
  readonly message_id: string | null;
  readonly due_at: Date | null;
  readonly created_at: Date;
  readonly closed_at: Date | null;
  readonly outcome: string | null;
  readonly key_id: string | null;
  readonly note: Sealed;
}

export async function selectTasks(
  db: Executor,
  family: readonly string[],
  after: After | null,
  limit: number,
): Promise<TaskRow[]> {
  const { rows } = await sql<TaskRow>`
    select t.id, t.state, t.reason_code, t.reason, t.decision_id, t.message_id, t.due_at, t.created_at, t.closed_at, t.outcome,
      t.key_id, t.note
    from tasks t where t.profile_id = any(${family}) and ${behind(sql`t.created_at`, sql`t.id`, after)}
    order by t.created_at, t.id limit ${limit}`.execute(db);
  return rows;
}

export interface AuditRow {
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly key_id: string | null;
  readonly personal: Sealed;
}

/** What was written down about the person, their messages, reviews and tasks. @param after the last entry's number. */
export async function selectAudit(
  db: Executor,
  family: readonly string[],
  after: number,
  limit: number,
): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select a.seq, a.at, a.actor, a.action, a.subject, a.detail, a.key_id, a.personal from audit_entries a
    where a.seq > ${after} and a.subject in (
      select unnest(${family}::text[])
      union all select m.id from messages m where m.profile_id = any(${family})
      union all select r.id from reviews r where r.message_id in (select m.id from messages m where m.profile_id = any(${family}))
      union all select t.id from tasks t where t.profile_id = any(${family})
    )
    order by a.seq limit ${limit}`.execute(db);
  return rows;
}

type Fragment = ReturnType<typeof sql>;

function behind(at: Fragment, id: Fragment, after: After | null): Fragment {
  return after === null ? sql`true` : sql`(${at}, ${id}) > (${after.at}::timestamptz, ${after.id})`;
}
