import { CompiledQuery, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { type Executor } from './handles.js';

const names = new Map<string, string>();

/**
 * A statement that a connection plans once and keeps under a name: for the few on the path of a request, where planning would cost more than
 * running. List the columns one by one: a kept plan outlives a migration.
 * @param name of its own in the whole service.
 * @param text with `$1`, `$2` and so on.
 */
export function prepared<Row>(
  name: string,
  text: string,
): (db: Executor, values: readonly unknown[]) => Promise<Row[]> {
  names.set(text, name);
  return async (db, values) => (await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
}

/** What hands out connections. */
export interface Connections {
  readonly connect: () => Promise<pg.PoolClient>;
  readonly end: () => Promise<void>;
}

/** A pool whose connections run such statements under their names. @param after follows each query. */
export function namingStatements(pool: Connections, after?: () => Promise<void>): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const named = (client: pg.PoolClient): PostgresPoolClient => {
    const query = async (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
      const name = names.get(text);
      try {
        return name === undefined
          ? await client.query(text, [...values])
          : await client.query({ name, text, values: [...values] });
      } finally {
        await after?.();
      }
    };
    // Kysely asks a connection for these two and, without a cursor, for nothing else.
    return {
      query,
      release: () => {
        client.release();
      },
    } as unknown as PostgresPoolClient;
  };
  return {
    connect: async () => {
      const client = await pool.connect();
      let wrapped = known.get(client);
      if (wrapped === undefined) known.set(client, (wrapped = named(client)));
      return wrapped;
    },
    end: () => pool.end(),
  };
}
