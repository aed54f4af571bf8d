import { sql } from 'kysely';
import { type DecisionResult, HOLD } from '../../decisions/decision.js';
import { type Executor } from '../../platform/database/index.js';
import { type SealedReader } from '../sealed-reader.service.js';

/** What came of the decisions and messages since a time, each counted once under what happened to it first. */
export interface Outcomes {
  readonly held: number;
  readonly suppressed: number;
  readonly automatic: number;
  readonly reviewed: number;
  readonly handedOff: number;
  /** Of `automatic` and `reviewed`, those that left. */
  readonly sent: number;
  /** Why nothing was done, most frequent first; counted among at most `lookedAt` decisions. */
  readonly whyNot: readonly { readonly text: string; readonly count: number }[];
  readonly lookedAt: number;
}

interface CountRow {
  holds: number;
  handoffs: number;
  suppressed: number;
  automatic: number;
  reviewed: number;
  sent: number;
}

/** Opening a decision costs about a tenth of a millisecond: enough of them to see what prevails, without keeping the page waiting. */
const OPENED = 300;
const REASONS_SHOWN = 6;

export async function readOutcomes(db: Executor, reader: SealedReader, since: Date): Promise<Outcomes> {
  const counts = await sql<CountRow>`
    select (select count(*) from decisions d where d.created_at >= ${since} and d.outcome = 'hold') as holds,
      (select count(*) from tasks t where t.created_at >= ${since}) as handoffs,
      count(*) filter (where m.state in ('suppressed', 'expired', 'cancelled')) as suppressed,
      count(*) filter (where m.approval_kind in ('template', 'threshold')) as automatic,
      count(*) filter (where m.approval_kind = 'person') as reviewed,
      count(*) filter (where m.sent_at is not null) as sent
    from messages m where m.created_at >= ${since}`.execute(db);
  const holds = await sql<{ key_id: string; result: Uint8Array }>`
    select d.key_id, d.result from decisions d
    where d.created_at >= ${since} and d.outcome = 'hold'
    order by d.created_at desc limit ${OPENED}`.execute(db);
  const opened = (
    await reader.open<DecisionResult>(
      db,
      holds.rows.map((row) => ({ keyId: row.key_id, sealed: row.result })),
    )
  ).filter((result) => result !== null);
  const blocked = opened.filter(wasForbidden).length;
  const row = counts.rows[0] ?? { holds: 0, handoffs: 0, suppressed: 0, automatic: 0, reviewed: 0, sent: 0 };
  const suppressedAtDecision = opened.length === 0 ? 0 : Math.round((row.holds * blocked) / opened.length);
  return {
    held: row.holds - suppressedAtDecision,
    suppressed: row.suppressed + suppressedAtDecision,
    automatic: row.automatic,
    reviewed: row.reviewed,
    handedOff: row.handoffs,
    sent: row.sent,
    whyNot: mostFrequent(opened.map(whyNot)),
    lookedAt: opened.length,
  };
}

/** Nothing forbade it: the person is kept out for comparison, is not one it is meant for, or it was not worth the contact. */
const NOT_FORBIDDEN = new Set(['held_out', 'not_eligible', 'not_worth_it', 'no_candidates', 'no_channel']);

/** Whether consent, a rule, or something unknown forbade everything that could have been done. */
function wasForbidden(result: DecisionResult): boolean {
  const acting = result.candidates.filter((candidate) => candidate.action !== HOLD);
  return (
    acting.length > 0 &&
    acting.every((candidate) => candidate.blockedBy.length > 0) &&
    acting.every((candidate) => !candidate.blockedBy.some((block) => NOT_FORBIDDEN.has(block.code)))
  );
}

/** The first thing that spoke against acting, in words. */
function whyNot(result: DecisionResult): string {
  const reason = result.reasons[0]?.text;
  if (reason !== undefined) return reason;
  const blocked = result.candidates.flatMap((candidate) => candidate.blockedBy)[0];
  return blocked?.text ?? 'doing nothing was worth most';
}

function mostFrequent(texts: readonly string[]): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, REASONS_SHOWN);
}

export interface AuditLine {
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
  readonly sealedIn: number | null;
}

interface AuditRow {
  seq: number;
  at: Date;
  actor: string;
  actor_name: string | null;
  action: string;
  subject: string;
  detail: string;
  sealed_in: number | null;
}

/** The audit log, newest first, going on before `before`. */
export async function readAudit(
  db: Executor,
  request: { before: number | null; actor: string | null; subject: string | null; limit: number },
): Promise<AuditLine[]> {
  const { rows } = await sql<AuditRow>`
    select a.seq, a.at, a.actor, who.name as actor_name, a.action, a.subject, a.detail, a.sealed_in
    from audit_entries a left join people who on who.id = a.actor
    where (${request.before}::bigint is null or a.seq < ${request.before}::bigint)
      and (${request.actor}::text is null or a.actor = ${request.actor}::text)
      and (${request.subject}::text is null or a.subject = ${request.subject}::text)
    order by a.seq desc limit ${request.limit}`.execute(db);
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    action: row.action,
    subject: row.subject,
    detail: JSON.parse(row.detail) as unknown,
    sealedIn: row.sealed_in,
  }));
}

export async function readSealState(
  db: Executor,
): Promise<{ seals: number; unsealed: number; lastHash: string | null }> {
  const { rows } = await sql<{ seals: number; unsealed: number; last_hash: string | null }>`
    select (select count(*) from audit_seals) as seals,
      (select count(*) from audit_entries a where a.sealed_in is null) as unsealed,
      (select s.hash from audit_seals s order by s.number desc limit 1) as last_hash`.execute(db);
  const row = rows[0];
  return { seals: row?.seals ?? 0, unsealed: row?.unsealed ?? 0, lastHash: row?.last_hash ?? null };
}

export async function hasDecisions(db: Executor): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`select exists (select 1 from decisions) as some`.execute(db);
  return rows[0]?.some ?? false;
}
