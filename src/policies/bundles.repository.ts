import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

export type ActivationOrigin = 'folder' | 'person';

interface ActivationRow {
  seq: number;
  bundle_hash: string;
  activated_at: Date;
}

/** The activation that is in force. */
export interface Activation {
  readonly seq: number;
  readonly hash: string;
  readonly activatedAt: Date;
}

/** Keeps a bundle's files under their hash; the same bundle is kept once. */
export async function insertBundle(
  tx: Tx,
  bundle: {
    hash: string;
    files: Readonly<Record<string, string>>;
    counts: Readonly<Record<string, number>>;
    at: Date;
  },
): Promise<void> {
  await sql`
    insert into bundles (hash, files, counts, created_at)
    values (${bundle.hash}, ${JSON.stringify(bundle.files)}::jsonb, ${JSON.stringify(bundle.counts)}::jsonb, ${bundle.at})
    on conflict (hash) do nothing`.execute(tx);
}

/** The files of a bundle, or null when there is none of this hash. */
export async function selectBundleFiles(db: Executor, hash: string): Promise<Record<string, string> | null> {
  const { rows } = await sql<{ files: Record<string, string> }>`
    select files from bundles where hash = ${hash}`.execute(db);
  return rows[0]?.files ?? null;
}

/** One activation at a time, so that processes that start together do not activate the same folder twice. */
export async function lockActivations(tx: Tx): Promise<void> {
  await sql`lock table bundle_activations in exclusive mode`.execute(tx);
}

export async function insertActivation(
  tx: Tx,
  activation: { hash: string; at: Date; by: string; origin: ActivationOrigin },
): Promise<void> {
  await sql`
    insert into bundle_activations (bundle_hash, activated_at, activated_by, origin)
    values (${activation.hash}, ${activation.at}, ${activation.by}, ${activation.origin})`.execute(tx);
}

/** The latest activation, of any origin or of one; null when there was none. */
export async function latestActivation(
  db: Executor,
  origin: ActivationOrigin | null = null,
): Promise<Activation | null> {
  const { rows } = await sql<ActivationRow>`
    select seq, bundle_hash, activated_at from bundle_activations
    where ${origin}::text is null or origin = ${origin}
    order by seq desc limit 1`.execute(db);
  const [row] = rows;
  return row === undefined ? null : { seq: row.seq, hash: row.bundle_hash, activatedAt: row.activated_at };
}

/** Whether a bundle was ever in force. */
export async function wasActivated(db: Executor, hash: string): Promise<boolean> {
  const { rows } = await sql`select 1 from bundle_activations where bundle_hash = ${hash} limit 1`.execute(
    db,
  );
  return rows.length > 0;
}
