import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';

/** A kept bundle, without its files. */
export interface KeptBundle {
  readonly createdAt: Date;
  readonly counts: Readonly<Record<string, number>>;
  readonly isActive: boolean;
}

export async function readBundle(db: Executor, hash: string): Promise<KeptBundle | null> {
  const { rows } = await sql<KeptBundle>`
    select b.created_at as "createdAt", b.counts,
      coalesce(b.hash = (select a.bundle_hash from bundle_activations a order by a.seq desc limit 1), false) as "isActive"
    from bundles b where b.hash = ${hash}`.execute(db);
  return rows[0] ?? null;
}

/** A time for which a bundle was in force. */
export interface BundleActivation {
  readonly at: Date;
  readonly by: string;
  /** Null while it is. */
  readonly until: Date | null;
}

/** When a bundle was in force, the latest first. */
export async function readBundleActivations(
  db: Executor,
  hash: string,
  limit: number,
): Promise<BundleActivation[]> {
  const { rows } = await sql<BundleActivation>`
    select a.activated_at as at, who.name as by,
      (select n.activated_at from bundle_activations n where n.seq > a.seq order by n.seq limit 1) as until
    from bundle_activations a join people who on who.id = a.activated_by
    where a.bundle_hash = ${hash} order by a.seq desc limit ${limit}`.execute(db);
  return rows;
}

/** A decision made under a bundle. */
export interface DecisionUnder {
  readonly id: string;
  readonly at: Date;
  readonly outcome: string;
  readonly action: string;
}

/** More are not counted: it would take as long as there are decisions. */
export const MOST_COUNTED = 10_000;
/** A process that has not heard of an activation decides under the earlier playbook for so long at most. */
const LATE_MS = 60_000;

/** Decisions made under a bundle, looked for in the times in which it was in force: at most one more than are counted, and the latest. */
export async function readDecisionsUnder(
  db: Executor,
  hash: string,
  { spans, limit }: { readonly spans: readonly BundleActivation[]; readonly limit: number },
): Promise<{ count: number; latest: DecisionUnder[] }> {
  let count = 0;
  const latest: DecisionUnder[] = [];
  for (const { at, until } of spans) {
    const before = until === null ? sql`` : sql`and d.created_at < ${new Date(until.getTime() + LATE_MS)}`;
    const within = sql`from decisions d where d.bundle_hash = ${hash} and d.created_at >= ${at} ${before}`;
    const { rows: counted } = await sql<{ count: number }>`
      select count(*)::int as count from (select 1 ${within} limit ${MOST_COUNTED + 1 - count}) as found`.execute(
      db,
    );
    count += counted[0]?.count ?? 0;
    if (latest.length < limit) {
      const { rows } = await sql<DecisionUnder>`
        select d.id, d.created_at as at, d.outcome, d.action ${within}
        order by d.created_at desc, d.id desc limit ${limit - latest.length}`.execute(db);
      latest.push(...rows);
    }
    if (count > MOST_COUNTED) break;
  }
  return { count, latest };
}
