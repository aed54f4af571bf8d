import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { types, type OpenedDialect } from './dialect.js';

/** PostgreSQL 15 to 18 with the pgvector extension. */
export function openPostgres(location: {
  readonly url: string;
  readonly maxConnections?: number;
}): OpenedDialect {
  const pool = new pg.Pool({
    connectionString: location.url,
    max: location.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    types,
    application_name: 'countersign',
  });
  // An idle connection that breaks is replaced by the pool at its next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    dialect: new PostgresDialect({ pool }),
    maintain: () => Promise.resolve(),
    image: () => Promise.reject(new Error('only the embedded database has an image')),
    close: () => Promise.resolve(),
  };
}
