import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { types, type OpenedDialect } from './dialect.js';
import { type AskHome } from './home.js';
import { type Connections, namingStatements } from './prepared.js';

/**
 * What is committed has to be on disk before it is acknowledged, whatever the database, the role or the server would have by default. A server
 * that waits for its standbys to apply what is committed goes on waiting for them.
 */
const DURABLE = `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') <> 'remote_apply'`;

/** Every connection is made durable and looked at once before it is used. */
function lookedAt(
  pool: pg.Pool,
  look: (ask: AskHome) => Promise<void> = () => Promise.resolve(),
): Connections {
  const known = new WeakSet<pg.PoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      if (known.has(client)) return client;
      try {
        await client.query(DURABLE);
        await look((statement) => client.query(statement));
      } catch (error) {
        client.release(true);
        throw error;
      }
      known.add(client);
      return client;
    },
    end: () => pool.end(),
  };
}

/** PostgreSQL 15 to 18 with the pgvector extension. */
export function openPostgres(location: {
  readonly url: string;
  readonly maxConnections?: number;
  /** Looks at every new connection before it is used; when it throws, the connection is not. */
  readonly onConnect?: (ask: AskHome) => Promise<void>;
}): OpenedDialect {
  const pool = new pg.Pool({
    connectionString: location.url,
    max: location.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    types,
    application_name: 'countersign',
  });
  // An idle connection that breaks is replaced by the pool at its next use; without a listener it would end the process. So would one that
  // breaks in a transaction between two statements, where the pool does not listen: the next statement is told.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    dialect: new PostgresDialect({ pool: namingStatements(lookedAt(pool, location.onConnect)) }),
    maintain: () => Promise.resolve(),
    directory: () => Promise.resolve(null),
    image: () => Promise.reject(new Error('only the embedded database has an image')),
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => Promise.resolve(),
  };
}
