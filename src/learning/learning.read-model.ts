import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Gate } from '../review/gate.js';
import { type AuditItem, type TestResult } from './certify.js';
import { type Drifting } from './drift.js';
import { type Example } from './strengths.js';

// `action` of the tables holds the key of what a gate is for, `recover-cart/email`.

const FATE = sql`case when not j.picked then 'unpicked' when j.verdict = 'right' then 'right' when j.verdict is not null then 'wrong'
  when m.state = 'in_review' then 'open' else 'unanswered' end`;

/** Whose drafts, what writes and checks them, and since when that counts; null: all along. */
export interface Makers {
  readonly subject: string;
  readonly fingerprint: string;
  readonly since: Date | null;
}

/**
 * Drafts of a subject that could have gone without a person, in the order they were routed. One that chance did not pick stays unpicked
 * whatever a person said of it later for another reason; one that was picked is open for as long as it lies in front of people.
 */
export async function readAuditItems(
  db: Executor,
  { subject, fingerprint, since }: Makers,
): Promise<AuditItem[]> {
  const { rows } = await sql<AuditItem>`
    select j.score, j.share, ${FATE} as fate from judged_drafts j join messages m on m.id = j.message_id
    where j.action = ${subject} and j.fingerprint = ${fingerprint} and j.candidate
      and j.routed_at > coalesce(${since}::timestamptz, '-infinity')
    order by j.routed_at, j.message_id`.execute(db);
  return rows;
}

/** What wrote and checked a subject's drafts last; null while no model wrote any. */
export async function readFingerprint(db: Executor, subject: string): Promise<string | null> {
  const { rows } = await sql<{ fingerprint: string }>`
    select j.fingerprint from judged_drafts j where j.action = ${subject}
    order by j.routed_at desc, j.message_id desc limit 1`.execute(db);
  return rows[0]?.fingerprint ?? null;
}

/** A look as it was made. */
export interface MadeLook extends TestResult {
  /** Its place among all that were made for this subject and these makers, 1 first. */
  readonly number: number;
  readonly madeAt: Date;
}

/** In the order they were made. */
export async function readLooks(db: Executor, { subject, fingerprint, since }: Makers): Promise<MadeLook[]> {
  const { rows } = await sql<{ number: number; result: string; made_at: Date }>`
    select l.look as number, l.result, l.made_at from gate_looks l
    where l.action = ${subject} and l.fingerprint = ${fingerprint}
      and l.made_at > coalesce(${since}::timestamptz, '-infinity')
    order by l.look`.execute(db);
  return rows.map(({ number, result, made_at: madeAt }) => ({
    ...(JSON.parse(result) as TestResult),
    number,
    madeAt,
  }));
}

/** The picks among what an open gate would have let go since it was opened, without those that are open. */
export interface SinceOpening {
  readonly audits: number;
  /** Those that count against the promise, unanswered ones among them. */
  readonly misses: number;
  readonly unanswered: number;
}

type OpenGate = Pick<Gate, 'subject' | 'fingerprint' | 'openedAt'>;

export async function readSinceOpening(
  db: Executor,
  gate: OpenGate & Pick<Gate, 'threshold'>,
): Promise<SinceOpening> {
  const { rows } = await sql<SinceOpening>`
    with audits as (
      select ${FATE} as fate from judged_drafts j join messages m on m.id = j.message_id
      where j.action = ${gate.subject} and j.fingerprint = ${gate.fingerprint} and j.candidate and j.score < ${gate.threshold}
        and j.picked and j.routed_at > ${gate.openedAt}::timestamptz)
    select count(*) as audits, count(*) filter (where a.fate <> 'right') as misses,
      count(*) filter (where a.fate = 'unanswered') as unanswered
    from audits a where a.fate <> 'open'`.execute(db);
  return rows[0] ?? { audits: 0, misses: 0, unanswered: 0 };
}

/** So many of the drafts before a gate was opened are compared with. */
const MOST_BEFORE = 2_000;

/** A subject's drafts as they are compared: those that its gate was certified on, and the latest since. */
export async function readDrifting(
  db: Executor,
  gate: OpenGate,
  latest: number,
): Promise<{ readonly before: Drifting[]; readonly now: Drifting[] }> {
  const drafts = async (since: boolean): Promise<Drifting[]> => {
    const { rows } = await sql<Omit<Drifting, 'signs'> & { signs: string }>`
      select j.score, j.channel, j.locale, j.stage, j.signs from judged_drafts j
      where j.action = ${gate.subject} and j.fingerprint = ${gate.fingerprint}
        and (j.routed_at > ${gate.openedAt}::timestamptz) = ${since}
      order by j.routed_at desc, j.message_id limit ${since ? latest : MOST_BEFORE}`.execute(db);
    return rows.map(({ signs, ...draft }) => ({ ...draft, signs: codesIn(signs) }));
  };
  return { before: await drafts(false), now: await drafts(true) };
}

function codesIn(signs: string): string[] {
  return [...new Set((JSON.parse(signs) as Example['signs']).map(({ code }) => code))];
}

/**
 * When a subject's gate was last closed because what its makers were certified for did not hold; null when it never was. What was judged
 * before says nothing any more.
 */
export async function readRefuted(db: Executor, subject: string, fingerprint: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(g.closed_at) as at from gates g
    where g.action = ${subject} and g.fingerprint = ${fingerprint} and g.closed_code in ('gate.misses', 'gate.drift')`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}

/** A judged draft, and when the verdict was given. */
interface JudgedExample extends Example {
  readonly at: Date;
}

/**
 * Judged drafts of every action, the latest first, each with the chance with which it was picked. What a person said of one that was not picked
 * (it came back for a new price, say) teaches nothing, nor does it say anything against a draft that another wording was preferred.
 */
export async function readExamples(db: Executor, limit: number): Promise<JudgedExample[]> {
  const { rows } = await sql<{ signs: string; verdict: string; share: number; at: Date }>`
    select j.signs, j.verdict, j.share, j.judged_at as at from judged_drafts j
    where j.verdict is not null and j.picked and not j.passed_over
    order by j.judged_at desc, j.message_id limit ${limit}`.execute(db);
  return rows.map(({ signs, verdict, share, at }) => ({
    at,
    share,
    signs: JSON.parse(signs) as Example['signs'],
    wrong: verdict !== 'right',
  }));
}

/** The last gate of a subject that was closed. */
export interface ClosedGate {
  readonly at: Date;
  readonly by: string;
  readonly text: string;
}

export async function readLastClosed(db: Executor, subject: string): Promise<ClosedGate | null> {
  const { rows } = await sql<{ at: Date; by: string; text: string }>`
    select g.closed_at as at, coalesce(who.name, 'the service') as by, g.closed_text as text
    from gates g left join people who on who.id = g.closed_by
    where g.action = ${subject} and g.closed_at is not null order by g.closed_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}
