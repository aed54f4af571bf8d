import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

interface BundleRow {
  hash: string;
  counts: Record<string, number>;
  created_at: Date;
  activated_at: Date | null;
  person_id: string | null;
  person_name: string | null;
  active: boolean;
}

/** A kept bundle, with its latest activation. */
export interface BundleSummary {
  readonly hash: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly createdAt: string;
  readonly active: boolean;
  readonly activatedAt: string | null;
  readonly activatedBy: { readonly id: string; readonly name: string } | null;
}

const latest = sql`
  from bundles b
  left join lateral (
    select a.seq, a.activated_at, p.id as person_id, p.name as person_name
    from bundle_activations a join people p on p.id = a.activated_by
    where a.bundle_hash = b.hash order by a.seq desc limit 1
  ) last on true`;

const columns = sql`
  b.hash, b.counts, b.created_at, last.activated_at, last.person_id, last.person_name,
  coalesce(last.seq = (select max(seq) from bundle_activations), false) as active`;

function toSummary(row: BundleRow): BundleSummary {
  return {
    hash: row.hash,
    counts: row.counts,
    createdAt: row.created_at.toISOString(),
    active: row.active,
    activatedAt: row.activated_at?.toISOString() ?? null,
    activatedBy:
      row.person_id === null ? null : { id: row.person_id, name: row.person_name ?? row.person_id },
  };
}

export async function findBundle(db: Executor, hash: string): Promise<BundleSummary | null> {
  const { rows } = await sql<BundleRow>`select ${columns} ${latest} where b.hash = ${hash}`.execute(db);
  return rows[0] === undefined ? null : toSummary(rows[0]);
}

/** Kept bundles, newest first. @param after where the page before ended. */
export async function listBundles(
  db: Executor,
  after: readonly [createdAt: string, hash: string] | null,
  limit: number,
): Promise<BundleSummary[]> {
  const [at, hash] = after ?? [null, null];
  const { rows } = await sql<BundleRow>`
    select ${columns} ${latest}
    where ${at}::timestamptz is null or (b.created_at, b.hash) < (${at}::timestamptz, ${hash}::text)
    order by b.created_at desc, b.hash desc limit ${limit}`.execute(db);
  return rows.map(toSummary);
}
