import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/**
 * One connection with nothing around it, to either engine.
 * @param database of world.js
 * @returns {Promise<{ query: (text: string, values?: unknown[]) => Promise<{ rows: object[] }>, end: () => Promise<void> }>}
 */
export async function rawClient(database) {
  if (database.url === undefined) {
    const { vector } = await import('@electric-sql/pglite-pgvector');
    const embedded = new PGlite(`file://${database.directory}/pg`, { extensions: { vector } });
    await embedded.waitReady;
    return { query: (text, values) => embedded.query(text, values), end: () => embedded.close() };
  }
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return { query: (text, values) => client.query(text, values), end: () => client.end(), client };
}
