import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely } from 'kysely';
import { errorCode } from '../../shared/errors.js';
import { crashPoint } from '../crash-point.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';
import { type OpenedDialect } from './dialect.js';
import { type Db, type Tables, type Tx } from './handles.js';
import { MIGRATIONS } from './migration-file.js';
import { migrateToLatest, type MigrationOptions, requireMigrated } from './migrator.js';

type Engine = 'embedded' | 'postgres';

export type DatabaseLocation =
  | {
      readonly engine: 'embedded';
      /** A folder, or `undefined` for memory. */ readonly directory?: string;
      /** A dumped data directory to start from. */ readonly image?: Blob;
    }
  | { readonly engine: 'postgres'; readonly url: string; readonly maxConnections?: number };

const RETRIED_SQL_STATES = new Set(['40001', '40P01']);
const ATTEMPTS = 5;

/** The one database: embedded (PGlite) or PostgreSQL, behind the same SQL. */
export class Database {
  /** What is to run after the open transaction's commit; set while one is open. */
  private readonly insideTransaction = new AsyncLocalStorage<(() => void)[]>();

  private constructor(
    readonly engine: Engine,
    private readonly kysely: Db,
    private readonly dialect: OpenedDialect,
  ) {}

  /**
   * Opens the database and brings its schema up to date.
   * @param migrating where else the migrations lie, who hears what is done, how long to wait for locks.
   * @throws SchemaError when the schema needs a newer version of the service, or when its locks are not to be had.
   */
  static open(location: DatabaseLocation, migrating: Partial<MigrationOptions> = {}): Promise<Database> {
    return Database.openWith(location, migrateToLatest, migrating);
  }

  /** Opens the database and changes nothing. @throws SchemaError when this version cannot work with its schema. */
  static openAsItIs(location: DatabaseLocation): Promise<Database> {
    return Database.openWith(location, requireMigrated, {});
  }

  private static async openWith(
    location: DatabaseLocation,
    prepare: (db: Db, options: MigrationOptions) => Promise<void>,
    migrating: Partial<MigrationOptions>,
  ): Promise<Database> {
    const dialect = location.engine === 'embedded' ? await openEmbedded(location) : openPostgres(location);
    const kysely: Db = new Kysely<Tables>({ dialect: dialect.dialect });
    const database = new Database(location.engine, kysely, dialect);
    try {
      const alone = location.engine === 'embedded';
      await prepare(kysely, { folder: MIGRATIONS, alone, say: () => undefined, ...migrating });
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /**
   * The handle for single statements outside a transaction.
   * @throws Error inside `transaction`: there the embedded engine's one connection is taken and a second use would wait for ever.
   */
  get db(): Db {
    if (this.insideTransaction.getStore())
      throw new Error('inside a transaction everything goes through its own handle');
    return this.kysely;
  }

  /**
   * Runs `work` in one transaction; commits when it returns, rolls back when it throws. A deadlock or serialization failure is
   * tried again, so `work` must do nothing but SQL. No network call belongs in here.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.insideTransaction.getStore()) throw new Error('transactions do not nest: pass the open one on');
    for (let attempt = 1; ; attempt++) {
      try {
        const afterCommit: (() => void)[] = [];
        const result = await this.insideTransaction.run(afterCommit, () =>
          this.kysely.transaction().execute(async (tx) => {
            const done = await work(tx);
            crashPoint('transaction.before_commit');
            return done;
          }),
        );
        crashPoint('transaction.after_commit');
        for (const listener of afterCommit) listener();
        return result;
      } catch (error) {
        if (attempt >= ATTEMPTS || !RETRIED_SQL_STATES.has(errorCode(error))) throw error;
      }
    }
  }

  /**
   * Runs `listener` once the open transaction has committed, outside it; never when it rolls back. At once when none is open.
   */
  afterCommit(listener: () => void): void {
    const waiting = this.insideTransaction.getStore();
    if (waiting) waiting.push(listener);
    else listener();
  }

  /** Checkpoint and vacuum for the engine that has no background processes of its own; nothing on PostgreSQL. */
  async maintain(): Promise<void> {
    await this.dialect.maintain(this.kysely);
  }

  /** The whole data directory as one file (embedded engine only): tests start from it. */
  async image(): Promise<Blob> {
    return this.dialect.image();
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
    await this.dialect.close();
  }
}
