import { sql } from 'kysely';
import { type Executor, type Tx } from '../database/index.js';

/** Fingerprints of the secret keys that a database was written under. */
export interface KnownKeys {
  /** Of every key that may have encrypted or signed something. */
  readonly all: readonly string[];
  /** Of the oldest: hashes that are looked up were made with it. */
  readonly oldest: string;
}

export function selectKnownKeys(db: Executor): Promise<KnownKeys | null> {
  return readKnownKeys(db, sql``);
}

/** As `selectKnownKeys`; nobody else changes them until the transaction ends. */
export function lockKnownKeys(tx: Tx): Promise<KnownKeys | null> {
  return readKnownKeys(tx, sql`for update`);
}

async function readKnownKeys(db: Executor, lock: ReturnType<typeof sql>): Promise<KnownKeys | null> {
  const { rows } = await sql<{
    value: KnownKeys;
  }>`select value from settings where name = 'secret_keys' ${lock}`.execute(db);
  return rows[0]?.value ?? null;
}

/** Keeps the first that were ever known, when two processes start at once. @returns whether these were the first. */
export async function insertKnownKeys(tx: Tx, keys: KnownKeys): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    insert into settings (name, value) values ('secret_keys', ${JSON.stringify(keys)}::jsonb)
    on conflict (name) do nothing returning name`.execute(tx);
  return rows.length === 1;
}

export async function updateKnownKeys(tx: Tx, keys: KnownKeys): Promise<void> {
  await sql`update settings set value = ${JSON.stringify(keys)}::jsonb where name = 'secret_keys'`.execute(
    tx,
  );
}

/** Some person's key as it was wrapped, for a database of a version that kept no fingerprints; null when there is none. */
export async function selectAnyWrapped(db: Executor): Promise<Buffer | null> {
  const { rows } = await sql<{ wrapped: Buffer }>`
    select k.wrapped from person_keys k order by k.created_at desc limit 1`.execute(db);
  return rows[0]?.wrapped ?? null;
}
