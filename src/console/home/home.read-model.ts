import { sql } from 'kysely';
import { type DecisionResult, wasForbidden } from '../../decisions/decision.js';
import { type Executor } from '../../platform/database/index.js';
import { type SealedReader } from '../sealed-reader.service.js';

/** A gate that closed by itself and was not opened again. */
export interface FallenGate {
  /** An action's id. */
  readonly action: string;
  readonly at: Date;
  readonly text: string;
}

export async function readFallenGates(db: Executor, since: Date): Promise<FallenGate[]> {
  const { rows } = await sql<FallenGate>`
    select split_part(g.action, '/', 1) as action, g.closed_at as at, g.closed_text as text from gates g
    where g.closed_by = 'system' and g.closed_at > ${since}
      and not exists (select from gates later where later.action = g.action and later.opened_at > g.opened_at)
    order by g.closed_at desc, g.id`.execute(db);
  return rows;
}

/** What came of the decisions and messages since a time, each counted once under what happened to it first. */
export interface Outcomes {
  readonly held: number;
  readonly suppressed: number;
  readonly automatic: number;
  readonly reviewed: number;
  readonly handedOff: number;
  /** Of `automatic` and `reviewed`, those that left. */
  readonly sent: number;
  /** Why nothing was done, most frequent first: how often, and in the words of the latest of them. */
  readonly whyNot: readonly { readonly text: string; readonly count: number }[];
}

interface CountRow {
  holds: number;
  forbidden: number;
  untold: number;
  handoffs: number;
  suppressed: number;
  automatic: number;
  reviewed: number;
  sent: number;
}

const REASONS_SHOWN = 6;
/** Opening a decision costs about a tenth of a millisecond: enough of them to see what prevails, without keeping the page waiting. */
const OPENED = 300;

export async function readOutcomes(db: Executor, reader: SealedReader, since: Date): Promise<Outcomes> {
  const { rows } = await sql<CountRow>`
    select d.holds, d.forbidden, d.untold, (select count(*) from tasks t where t.created_at >= ${since}) as handoffs,
      m.suppressed, m.automatic, m.reviewed, m.sent
    from (
      select count(*) as holds, count(*) filter (where d.forbidden) as forbidden,
        count(*) filter (where d.forbidden is null) as untold
      from decisions d where d.created_at >= ${since} and d.outcome = 'hold'
    ) d, (
      select count(*) filter (where m.state in ('suppressed', 'expired', 'cancelled')) as suppressed,
        count(*) filter (where m.approval_kind in ('template', 'threshold')) as automatic,
        count(*) filter (where m.approval_kind = 'person') as reviewed,
        count(*) filter (where m.sent_at is not null) as sent
      from messages m where m.created_at >= ${since}
    ) m`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('counting gave nothing');
  const untold = row.untold === 0 ? [] : await readUntold(db, reader, since);
  const each = row.untold / Math.max(1, untold.length);
  const forbidden = row.forbidden + Math.round(each * untold.filter(wasForbidden).length);
  return {
    held: row.holds - forbidden,
    suppressed: row.suppressed + forbidden,
    automatic: row.automatic,
    reviewed: row.reviewed,
    handedOff: row.handoffs,
    sent: row.sent,
    whyNot: mostFrequent([
      ...(await readWhyNot(db, reader, since)),
      ...untold.map((result) => ({ ...whyHeld(result), count: each })),
    ]),
  };
}

interface Frequency {
  readonly code: string;
  readonly text: string;
  readonly count: number;
}

/** The commonest first reasons for doing nothing, as far as rows tell them. */
async function readWhyNot(db: Executor, reader: SealedReader, since: Date): Promise<Frequency[]> {
  const { rows } = await sql<{ code: string; count: number; key_id: string; result: Uint8Array }>`
    select common.code, common.count, latest.key_id, latest.result
    from (
      select d.reason_code as code, count(*) as count
      from decisions d
      where d.created_at >= ${since} and d.outcome = 'hold' and d.reason_code is not null
      group by d.reason_code order by count(*) desc, d.reason_code limit ${REASONS_SHOWN}
    ) common
    cross join lateral (
      select d.key_id, d.result from decisions d
      where d.created_at >= ${since} and d.outcome = 'hold' and d.reason_code = common.code
      order by d.created_at desc limit 1
    ) latest`.execute(db);
  const opened = await reader.open<DecisionResult>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.result })),
  );
  return rows.map(({ code, count }, i) => ({ code, count, text: opened[i]?.reasons[0]?.text ?? code }));
}

/** Holds that the release before wrote, whose rows tell nothing of why: the latest of them, to go by for all. */
async function readUntold(db: Executor, reader: SealedReader, since: Date): Promise<DecisionResult[]> {
  const { rows } = await sql<{ key_id: string; result: Uint8Array }>`
    select d.key_id, d.result from decisions d
    where d.created_at >= ${since} and d.outcome = 'hold' and d.forbidden is null
    order by d.created_at desc limit ${OPENED}`.execute(db);
  const opened = await reader.open<DecisionResult>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.result })),
  );
  return opened.filter((result) => result !== null);
}

function whyHeld({ reasons }: DecisionResult): { code: string; text: string } {
  return reasons[0] ?? { code: 'not_worth_it', text: 'doing nothing was worth most' };
}

/** The words of the first with a code stand for all with it. */
function mostFrequent(found: readonly Frequency[]): Frequency[] {
  const sums = new Map<string, Frequency>();
  for (const { code, text, count } of found) {
    const earlier = sums.get(code) ?? { code, text, count: 0 };
    sums.set(code, { ...earlier, count: earlier.count + count });
  }
  return [...sums.values()]
    .map((sum) => ({ ...sum, count: Math.round(sum.count) }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
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
