import { sql } from 'kysely';
import { errorCode } from '../../shared/errors.js';
import { type Db, type Executor } from './handles.js';
import { type MigrationFile, readMigrations, statementsOf } from './migration-file.js';

/**
 * How long a migration may wait for a lock. Whoever comes after it waits behind it, so this is also how long it may hold up traffic; when
 * it gets no lock it steps back and comes again.
 */
const LOCK_TIMEOUT_MS = 1_000;
const STEP_BACK_MS = 500;
const PATIENCE_MS = 10 * 60_000;
const SAY_EVERY_MS = 10_000;

/** Lock not available, deadlock, serialization failure: nothing happened, it can be tried again. */
const TRY_AGAIN = new Set(['55P03', '40P01', '40001']);
/** Another process made the same table in the same moment: the table, its row of the catalogue, or the type that comes with it was there first. */
const MADE_MEANWHILE = new Set(['42P07', '23505', '42710']);

/** The schema and this version do not fit together. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

export interface MigrationOptions {
  readonly folder: string;
  /** No other process can have this database open: nothing needs a lock, and there is one connection only. */
  readonly alone: boolean;
  readonly say: (line: string) => void;
  /** How long to go on trying while others hold the locks. */
  readonly patienceMs?: number;
}

interface Applied {
  readonly name: string;
  readonly minimum_reader: string | null;
}

/**
 * Brings the schema up to date, while processes of the version before go on working: each migration in a transaction of its own, one process
 * at a time, never queueing for a lock for long.
 * @throws SchemaError when this version is too old for the schema, or when the locks are not to be had.
 */
export async function migrateToLatest(db: Db, options: MigrationOptions): Promise<void> {
  const files = await readMigrations(options.folder);
  await makeLedger(db);
  const applied = await selectApplied(db);
  requireNewEnough(applied, files);
  sayUnknown(applied, files, options.say);
  const names = new Set(applied.map(({ name }) => name));
  const pending = files.filter(({ name }) => !names.has(name));
  // A new database gets its schema in one line, not in a line for each file.
  const say = applied.length === 0 ? () => undefined : options.say;
  for (const file of pending) await applyPatiently(db, file, { ...options, say });
  if (applied.length === 0 && pending.length > 0)
    options.say(`made the schema, up to ${pending.at(-1)?.name ?? ''}`);
}

/** @throws SchemaError when a migration is missing, or when this version is too old for the schema. */
export async function requireMigrated(db: Db, options: MigrationOptions): Promise<void> {
  const files = await readMigrations(options.folder);
  const applied = (await hasLedger(db)) ? await selectApplied(db) : await selectFormer(db);
  requireNewEnough(applied, files);
  const names = new Set(applied.map(({ name }) => name));
  const missing = files.find(({ name }) => !names.has(name));
  if (missing !== undefined)
    throw new SchemaError(`the database lacks ${missing.name}: start this version of the service once`);
}

function requireNewEnough(applied: readonly Applied[], files: readonly MigrationFile[]): void {
  const minimum = applied
    .flatMap(({ minimum_reader }) => minimum_reader ?? [])
    .sort()
    .at(-1);
  if (minimum === undefined || files.some(({ name }) => name === minimum)) return;
  throw new SchemaError(
    `the database needs a version of the service that knows ${minimum}; this one ends at ${files.at(-1)?.name ?? 'nothing'}`,
  );
}

function sayUnknown(
  applied: readonly Applied[],
  files: readonly MigrationFile[],
  say: MigrationOptions['say'],
): void {
  const known = new Set(files.map(({ name }) => name));
  const unknown = applied.filter(({ name }) => !known.has(name));
  if (unknown.length === 0) return;
  const names = unknown.map(({ name }) => name).join(', ');
  say(`the schema is newer than this version (${names}); it allows this version to go on`);
}

async function applyPatiently(db: Db, file: MigrationFile, options: MigrationOptions): Promise<void> {
  const started = performance.now();
  let saidAt = -Infinity;
  for (;;) {
    try {
      const attempted = performance.now();
      const done = await apply(db, file, options);
      const took = Math.round(performance.now() - attempted);
      options.say(
        done ? `${file.name} applied in ${took} ms` : `${file.name} was applied by another process`,
      );
      return;
    } catch (error) {
      if (!TRY_AGAIN.has(errorCode(error)))
        throw new Error(`${file.name} failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
    }
    const waited = performance.now() - started;
    if (waited > (options.patienceMs ?? PATIENCE_MS))
      throw new SchemaError(
        `${file.name} could not be applied within ${Math.round(waited / 1000)} s: ${await whoHolds(db)}`,
      );
    if (performance.now() - saidAt > SAY_EVERY_MS) {
      options.say(`${file.name} waits for its locks and tries again: ${await whoHolds(db)}`);
      saidAt = performance.now();
    }
    // Longer than the attempt itself may hold others up, and never in step with another process.
    await new Promise((resolve) => setTimeout(resolve, STEP_BACK_MS * (1 + Math.random())));
  }
}

/** @returns false when another process was faster. */
async function apply(db: Db, file: MigrationFile, options: MigrationOptions): Promise<boolean> {
  if (options.alone && file.outsideTransaction) {
    for (const statement of statementsOf(file.text)) await sql.raw(statement).execute(db);
    await insertApplied(db, file);
    return true;
  }
  return db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(tx);
    // One process at a time, until the end of this transaction; a process that dies lets go of it. Everybody else may read it.
    await sql`lock table schema_migrations in exclusive mode`.execute(tx);
    if ((await selectApplied(tx)).some(({ name }) => name === file.name)) return false;
    if (file.outsideTransaction) {
      // On another connection, while this one keeps other processes out.
      for (const statement of statementsOf(file.text)) await sql.raw(statement).execute(db);
    } else {
      await sql.raw(file.text).execute(tx);
    }
    await insertApplied(tx, file);
    return true;
  });
}

async function hasLedger(db: Executor): Promise<boolean> {
  const { rows } = await sql<{ found: string | null }>`
    select to_regclass('schema_migrations')::text as found`.execute(db);
  return rows[0]?.found != null;
}

/** Releases up to 0010 kept their record in a table of another shape, and refuse to start when they find a name in it that they do not know. */
async function hasFormerLedger(db: Executor): Promise<boolean> {
  const { rows } = await sql<{ found: string | null }>`
    select to_regclass('kysely_migration')::text as found`.execute(db);
  return rows[0]?.found != null;
}

async function selectFormer(db: Executor): Promise<Applied[]> {
  if (!(await hasFormerLedger(db))) return [];
  const { rows } = await sql<Applied>`
    select m.name, null as minimum_reader from kysely_migration m`.execute(db);
  return rows;
}

/** The record of what was applied. The former one is taken over and then left as it is, so that the release that wrote it still starts. */
async function makeLedger(db: Db): Promise<void> {
  if (await hasLedger(db)) return;
  try {
    await db.transaction().execute(async (tx) => {
      await sql`
        create table schema_migrations (
          name text primary key,
          hash text, -- SHA-256 of the file; null for what an earlier release applied
          minimum_reader text,
          applied_at timestamptz not null default now()
        )`.execute(tx);
      if (await hasFormerLedger(tx))
        await sql`
          insert into schema_migrations (name, applied_at)
          select m.name, m.timestamp::timestamptz from kysely_migration m`.execute(tx);
    });
  } catch (error) {
    if (!MADE_MEANWHILE.has(errorCode(error))) throw error;
  }
}

async function selectApplied(db: Executor): Promise<Applied[]> {
  const { rows } = await sql<Applied>`
    select m.name, m.minimum_reader from schema_migrations m order by m.name`.execute(db);
  return rows;
}

async function insertApplied(db: Executor, file: MigrationFile): Promise<void> {
  await sql`
    insert into schema_migrations (name, hash, minimum_reader)
    values (${file.name}, ${file.hash}, ${file.minimumReader})`.execute(db);
}

/** Who has had a transaction open for longest: most likely the one to wait for. */
async function whoHolds(db: Db): Promise<string> {
  const { rows } = await sql<{ pid: number; who: string; seconds: number }>`
    select a.pid, coalesce(nullif(a.application_name, ''), a.usename, 'somebody') as who,
      floor(extract(epoch from clock_timestamp() - a.xact_start))::integer as seconds
    from pg_stat_activity a
    where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
    order by a.xact_start limit 1`.execute(db);
  const [oldest] = rows;
  return oldest === undefined
    ? 'nobody holds a transaction open now'
    : `${oldest.who} (process ${oldest.pid} of the server) has had a transaction open for ${oldest.seconds} s`;
}
