import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type ItemChange, type Severity } from './diff.js';
import { type TestReport } from './test-report.js';

/** Who wrote it: a person here, or somebody in the playbook's folder. */
export type ProposalOrigin = 'person' | 'folder';
export type ProposalState = 'open' | 'approved' | 'rejected' | 'withdrawn' | 'activated';

interface ProposalVerdict {
  readonly by: { readonly id: string; readonly name: string };
  readonly verdict: 'approve' | 'reject';
  readonly note: string | null;
  readonly at: string;
}

/** A change of the playbook, and what became of it. */
export interface Proposal {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly state: ProposalState;
  readonly base: string;
  readonly bundle: string;
  readonly changes: readonly ItemChange[];
  readonly severity: Severity;
  readonly needed: number;
  readonly tests: TestReport;
  readonly replayId: string | null;
  readonly origin: ProposalOrigin;
  readonly author: { readonly id: string; readonly name: string };
  /** Who wrote what is proposed: the author of a change made here, of a folder whom the environment names; null where nobody said. */
  readonly writers: readonly { readonly id: string; readonly name: string }[] | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly verdicts: readonly ProposalVerdict[];
}

interface ProposalRow {
  id: string;
  title: string;
  reason: string;
  state: ProposalState;
  base_hash: string;
  bundle_hash: string;
  changes: string;
  severity: Severity;
  needed: number;
  tests: string;
  replay_id: string | null;
  origin: ProposalOrigin;
  author: string;
  author_name: string;
  writers: { id: string; name: string }[] | null;
  created_at: Date;
  ended_at: Date | null;
  verdicts: { id: string; name: string; verdict: 'approve' | 'reject'; note: string | null; at: string }[];
}

const proposal = sql`
  select p.id, p.title, p.reason, p.state, p.base_hash, p.bundle_hash, p.changes, p.severity, p.needed, p.tests, p.replay_id, p.origin, p.author,
    a.name as author_name, p.created_at, p.ended_at,
    (select jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name) order by w.name, w.id)
      from people w where p.writers is not null and w.id in (select jsonb_array_elements_text(p.writers::jsonb))) as writers,
    (select coalesce(jsonb_agg(jsonb_build_object('id', v.person_id, 'name', w.name, 'verdict', v.verdict, 'note', v.note, 'at', v.at)
        order by v.at, v.person_id), '[]'::jsonb)
      from proposal_verdicts v join people w on w.id = v.person_id where v.proposal_id = p.id) as verdicts
  from proposals p join people a on a.id = p.author`;

function toProposal(row: ProposalRow): Proposal {
  return {
    id: row.id,
    title: row.title,
    reason: row.reason,
    state: row.state,
    base: row.base_hash,
    bundle: row.bundle_hash,
    changes: JSON.parse(row.changes) as ItemChange[],
    severity: row.severity,
    needed: row.needed,
    tests: JSON.parse(row.tests) as TestReport,
    replayId: row.replay_id,
    origin: row.origin,
    author: { id: row.author, name: row.author_name },
    writers: row.writers ?? (row.origin === 'person' ? [{ id: row.author, name: row.author_name }] : null),
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    verdicts: row.verdicts.map(({ id, name, at, ...verdict }) => ({
      ...verdict,
      by: { id, name },
      at: new Date(at).toISOString(),
    })),
  };
}

export async function insertProposal(
  tx: Tx,
  made: Omit<Proposal, 'state' | 'author' | 'writers' | 'createdAt' | 'endedAt' | 'verdicts'> & {
    readonly author: string;
    /** Ids; null where it is the author, or nobody knows. */
    readonly writers: readonly string[] | null;
    readonly at: Date;
  },
): Promise<void> {
  await sql`
    insert into proposals (id, title, reason, state, base_hash, bundle_hash, changes, severity, needed, tests, replay_id, origin, author, writers, created_at)
    values (${made.id}, ${made.title}, ${made.reason}, 'open', ${made.base}, ${made.bundle}, ${canonicalJson(made.changes)},
      ${made.severity}, ${made.needed}, ${canonicalJson(made.tests)}, ${made.replayId}, ${made.origin}, ${made.author},
      ${made.writers === null ? null : JSON.stringify(made.writers)}, ${made.at})`.execute(tx);
}

/** One proposal at a time is judged or made: what collides is seen by whoever comes second. */
export async function lockProposals(tx: Tx): Promise<void> {
  await sql`lock table proposals in share row exclusive mode`.execute(tx);
}

export async function selectProposal(db: Executor, id: string): Promise<Proposal | null> {
  const { rows } = await sql<ProposalRow>`${proposal} where p.id = ${id}`.execute(db);
  return rows[0] === undefined ? null : toProposal(rows[0]);
}

/** Newest first, of some states or all. @param after where the page before ended. */
export async function selectProposals(
  db: Executor,
  query: {
    readonly states: readonly ProposalState[] | null;
    readonly after: readonly [createdAt: string, id: string] | null;
    readonly limit: number;
  },
): Promise<Proposal[]> {
  const conditions = [
    ...(query.states === null ? [] : [sql`p.state = any(${query.states})`]),
    ...(query.after === null
      ? []
      : [sql`(p.created_at, p.id) < (${query.after[0]}::timestamptz, ${query.after[1]})`]),
  ];
  const { rows } = await sql<ProposalRow>`
    ${proposal} ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
    order by p.created_at desc, p.id desc limit ${query.limit}`.execute(db);
  return rows.map(toProposal);
}

/** Proposals that wait for a verdict or for their activation, oldest first. */
export async function selectWaiting(db: Executor): Promise<Proposal[]> {
  const { rows } = await sql<ProposalRow>`
    ${proposal} where p.state in ('open', 'approved') order by p.created_at, p.id`.execute(db);
  return rows.map(toProposal);
}

/** The proposal of a bundle that waits, else the latest; null when nobody proposed it. The same bundle may be proposed again. */
export async function selectLatestOf(db: Executor, bundle: string): Promise<Proposal | null> {
  const { rows } = await sql<ProposalRow>`
    ${proposal} where p.bundle_hash = ${bundle}
    order by p.state in ('open', 'approved') desc, p.created_at desc, p.id desc limit 1`.execute(db);
  return rows[0] === undefined ? null : toProposal(rows[0]);
}

/** Everybody who wrote a bundle or had it proposed as their own, in any proposal of it. */
export async function selectWriters(db: Executor, bundle: string): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select p.author as id from proposals p where p.bundle_hash = ${bundle} and p.origin = 'person'
    union
    select jsonb_array_elements_text(p.writers::jsonb) from proposals p where p.bundle_hash = ${bundle} and p.writers is not null`.execute(
    db,
  );
  return new Set(rows.map(({ id }) => id));
}

export async function insertVerdict(
  tx: Tx,
  given: { id: string; by: string; verdict: 'approve' | 'reject'; note: string | null; at: Date },
): Promise<void> {
  await sql`
    insert into proposal_verdicts (proposal_id, person_id, verdict, note, at)
    values (${given.id}, ${given.by}, ${given.verdict}, ${given.note}, ${given.at})`.execute(tx);
}

export async function updateState(tx: Tx, id: string, state: ProposalState, at: Date | null): Promise<void> {
  await sql`update proposals set state = ${state}, ended_at = ${at} where id = ${id}`.execute(tx);
}
