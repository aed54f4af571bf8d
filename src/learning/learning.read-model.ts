import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type AuditItem, type LookResult } from './certify.js';
import { type Example } from './strengths.js';

/** Drafts that could go without a person, in the order their verdicts came: judged, or left alone by chance. */
export async function readAuditItems(
  db: Executor,
  action: string,
  fingerprint: string,
): Promise<AuditItem[]> {
  const { rows } = await sql<{ score: number; share: number; verdict: string | null }>`
    select j.score, j.share, j.verdict from judged_drafts j
    where j.action = ${action} and j.fingerprint = ${fingerprint} and j.candidate
      and (j.verdict is not null or not j.picked)
    order by coalesce(j.judged_at, j.routed_at), j.message_id`.execute(db);
  return rows.map(({ score, share, verdict }) => ({
    score,
    share,
    wrong: verdict === null ? null : verdict !== 'right',
  }));
}

/** What wrote and checked an action's drafts last; null while no model wrote any. */
export async function readFingerprint(db: Executor, action: string): Promise<string | null> {
  const { rows } = await sql<{ fingerprint: string }>`
    select j.fingerprint from judged_drafts j where j.action = ${action}
    order by j.routed_at desc, j.message_id desc limit 1`.execute(db);
  return rows[0]?.fingerprint ?? null;
}

/** A look as it was made. */
export interface MadeLook extends LookResult {
  readonly madeAt: Date;
}

export async function readLooks(db: Executor, action: string, fingerprint: string): Promise<MadeLook[]> {
  const { rows } = await sql<{ look: number; threshold: number | null; result: string; made_at: Date }>`
    select l.look, l.threshold, l.result, l.made_at from gate_looks l
    where l.action = ${action} and l.fingerprint = ${fingerprint} order by l.look`.execute(db);
  return rows.map((row) => ({
    ...(JSON.parse(row.result) as Pick<LookResult, 'audits' | 'misses' | 'pValue'>),
    look: row.look,
    threshold: row.threshold,
    madeAt: row.made_at,
  }));
}

/** Verdicts on what an open gate would have let go, since it was opened. */
export async function readSinceOpening(
  db: Executor,
  gate: {
    readonly action: string;
    readonly fingerprint: string;
    readonly threshold: number;
    readonly openedAt: string;
  },
): Promise<{ readonly audits: number; readonly misses: number }> {
  const { rows } = await sql<{ audits: number; misses: number }>`
    select count(*) as audits, count(*) filter (where j.verdict <> 'right') as misses from judged_drafts j
    where j.action = ${gate.action} and j.fingerprint = ${gate.fingerprint} and j.candidate and j.score < ${gate.threshold}
      and j.verdict is not null and j.routed_at >= ${gate.openedAt}::timestamptz`.execute(db);
  return rows[0] ?? { audits: 0, misses: 0 };
}

/** Risk of an action's drafts: those it was certified on, and the latest since. */
export async function readScores(
  db: Executor,
  gate: { readonly action: string; readonly fingerprint: string; readonly openedAt: string },
  latest: number,
): Promise<{ readonly before: number[]; readonly now: number[] }> {
  const scores = async (since: boolean) => {
    const { rows } = await sql<{ score: number }>`
      select j.score from judged_drafts j
      where j.action = ${gate.action} and j.fingerprint = ${gate.fingerprint}
        and (j.routed_at >= ${gate.openedAt}::timestamptz) = ${since}
      order by j.routed_at desc limit ${since ? latest : 5_000}`.execute(db);
    return rows.map(({ score }) => score);
  };
  return { before: await scores(false), now: await scores(true) };
}

/** Judged drafts of every action, the latest first. */
export async function readExamples(db: Executor, limit: number): Promise<Example[]> {
  const { rows } = await sql<{ signs: string; verdict: string }>`
    select j.signs, j.verdict from judged_drafts j where j.verdict is not null
    order by j.judged_at desc, j.message_id limit ${limit}`.execute(db);
  return rows.map(({ signs, verdict }) => ({
    signs: JSON.parse(signs) as Example['signs'],
    wrong: verdict !== 'right',
  }));
}

/** The last gate of an action that was closed. */
export interface ClosedGate {
  readonly at: Date;
  readonly by: string;
  readonly text: string;
}

export async function readLastClosed(db: Executor, action: string): Promise<ClosedGate | null> {
  const { rows } = await sql<{ at: Date; by: string; text: string }>`
    select g.closed_at as at, coalesce(who.name, 'the service') as by, g.closed_text as text
    from gates g left join people who on who.id = g.closed_by
    where g.action = ${action} and g.closed_at is not null order by g.closed_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}
