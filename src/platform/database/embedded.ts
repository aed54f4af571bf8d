import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import { PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { makeFolder } from '../data-folder.js';
import { lockDirectory } from './directory-lock.js';
import { type Db } from './handles.js';
import { types, type OpenedDialect } from './dialect.js';
import { namingStatements } from './prepared.js';

/**
 * The embedded engine runs in this thread, so an unbroken chain of queries starves timers and HTTP: each query is followed by one turn
 * of the event loop.
 */
const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The embedded engine (PGlite): one process, one connection. It survives a killed process, but never calls fsync, so it does not
 * survive a power cut.
 * @throws DirectoryLockedError when another process has the directory open.
 */
export async function openEmbedded(location: {
  readonly directory?: string;
  readonly image?: Blob;
}): Promise<OpenedDialect> {
  let unlock = (): Promise<void> => Promise.resolve();
  if (location.directory !== undefined) {
    await makeFolder(location.directory);
    unlock = await lockDirectory(location.directory);
  }
  const pglite = new PGlite({
    ...(location.directory === undefined ? {} : { dataDir: `file://${location.directory}/pg` }),
    ...(location.image === undefined ? {} : { loadDataDir: location.image }),
    extensions: { vector },
  });
  try {
    await pglite.waitReady;
  } catch (error) {
    await unlock();
    throw error;
  }
  const config = createPgConfig(pglite) as unknown as pg.PoolConfig;
  const pool = new pg.Pool({
    ...config,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 30_000,
    types,
  });
  return {
    dialect: new PostgresDialect({ pool: namingStatements(pool, yieldToEventLoop) }),
    maintain: async (db: Db) => {
      await sql`checkpoint`.execute(db);
      await sql`vacuum analyze`.execute(db);
    },
    image: () => pglite.dumpDataDir('none'),
    directory: async () =>
      location.directory === undefined
        ? null
        : String((await stat(join(location.directory, 'pg', 'PG_VERSION'))).ino),
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      await pglite.close();
      await unlock();
    },
  };
}
