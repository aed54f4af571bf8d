import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, sql } from 'kysely';
import { errorCode } from '../../shared/errors.js';
import { crashPoint } from '../crash-point.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';
import { type OpenedDialect } from './dialect.js';
import { type Db, type Tables, type Tx } from './handles.js';
import { type AskHome, differences, type Home, moveIn, readHome } from './home.js';
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

/** What `open` may be told. */
export interface OpenOptions extends Partial<MigrationOptions> {
  /** Another copy of the database has come into the place of the one that was moved into: whoever hears it ends this process. */
  readonly onReplaced?: (line: string) => void;
}

const RETRIED_SQL_STATES = new Set(['40001', '40P01']);
const ATTEMPTS = 5;

/** Where the database is, once it was moved into. */
interface Place {
  home: Home | null;
  readonly onReplaced: (line: string) => void;
}

/** A new connection may lead to another copy than the last one did: restored in its place, or promoted after a failover. */
async function requireSameHome(ask: AskHome, place: Place): Promise<void> {
  if (place.home === null) return;
  const changes = differences(place.home, await readHome(ask, place.home.directory));
  if (changes.length === 0) return;
  const line = `the database was replaced by another copy of it (${changes.join(', ')}): start the service again`;
  place.onReplaced(line);
  throw new Error(line);
}

function openChecked(location: DatabaseLocation & { engine: 'postgres' }, place: Place): OpenedDialect {
  return openPostgres({ ...location, onConnect: (ask) => requireSameHome(ask, place) });
}

/** The one database: embedded (PGlite) or PostgreSQL, behind the same SQL. */
export class Database {
  /** What is to run after the open transaction's commit; set while one is open. */
  private readonly insideTransaction = new AsyncLocalStorage<(() => void)[]>();
  /** What is closed together with this one. */
  private readonly others: Database[] = [];

  private constructor(
    private readonly location: DatabaseLocation,
    private readonly kysely: Db,
    private readonly dialect: OpenedDialect,
    private readonly place: Place,
  ) {}

  get engine(): Engine {
    return this.location.engine;
  }

  /**
   * Opens the database and brings its schema up to date.
   * @param migrating where else the migrations lie, who hears what is done, how long to wait for locks.
   * @throws SchemaError when the schema needs a newer version of the service, or when its locks are not to be had.
   */
  static open(location: DatabaseLocation, options: OpenOptions = {}): Promise<Database> {
    return Database.openWith(location, migrateToLatest, options);
  }

  /** Opens the database and changes nothing. @throws SchemaError when this version cannot work with its schema. */
  static openAsItIs(location: DatabaseLocation): Promise<Database> {
    return Database.openWith(location, requireMigrated, {});
  }

  private static async openWith(
    location: DatabaseLocation,
    prepare: (db: Db, options: MigrationOptions) => Promise<void>,
    { onReplaced, ...migrating }: OpenOptions,
  ): Promise<Database> {
    const place: Place = { home: null, onReplaced: onReplaced ?? (() => undefined) };
    const dialect =
      location.engine === 'embedded' ? await openEmbedded(location) : openChecked(location, place);
    const kysely: Db = new Kysely<Tables>({ dialect: dialect.dialect });
    const database = new Database(location, kysely, dialect, place);
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
   * The same database over connections of its own, for whoever must not wait behind everybody else's transactions. The embedded engine has one
   * connection: there it is this one itself.
   */
  apart(maxConnections: number): Database {
    if (this.location.engine === 'embedded') return this;
    const dialect = openChecked({ ...this.location, maxConnections }, this.place);
    const kysely: Db = new Kysely<Tables>({ dialect: dialect.dialect });
    const other = new Database(this.location, kysely, dialect, this.place);
    this.others.push(other);
    return other;
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

  /**
   * Writes down which copy of the database this is, and from now on uses no connection to another one.
   * @param onMoved what to do, in the same transaction, when another copy was worked on last.
   * @returns how they differ, in words; nothing when they are one.
   */
  async moveIn(onMoved: (tx: Tx, changes: readonly string[]) => Promise<void>): Promise<string[]> {
    const ask: AskHome = (statement) => sql.raw<Omit<Home, 'directory'>>(statement).execute(this.db);
    const home = await readHome(ask, await this.dialect.directory());
    const changes = await this.transaction(async (tx) => {
      const found = await moveIn(tx, home);
      if (found.length > 0) await onMoved(tx, found);
      return found;
    });
    this.place.home = home;
    return changes;
  }

  /** Connections of this process, those apart too, and how many callers wait for one. */
  connections(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    return this.others
      .map((other) => other.connections())
      .reduce(
        (sum, one) => ({
          total: sum.total + one.total,
          idle: sum.idle + one.idle,
          waiting: sum.waiting + one.waiting,
        }),
        this.dialect.connections(),
      );
  }

  /** Looks whether this version can work with the schema as it is now. @throws SchemaError */
  async requireMigrated(): Promise<void> {
    await requireMigrated(this.db, { folder: MIGRATIONS, alone: false, say: () => undefined });
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
    await Promise.all(this.others.map((other) => other.close()));
    await this.kysely.destroy();
    await this.dialect.close();
    // Until then Node carries it along with every promise of the process, for ever.
    this.insideTransaction.disable();
  }
}
