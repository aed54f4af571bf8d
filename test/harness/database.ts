import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import { Database, type DatabaseLocation } from '../../src/platform/database/index.js';

/** A fresh, migrated database of its own: embedded by default, on PostgreSQL when DATABASE_URL names a server. */
export interface TestDatabase {
  readonly database: Database;
  /** For a second `Database` on the same data (PostgreSQL only). */
  readonly url: string | null;
  close(): Promise<void>;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const server = process.env['DATABASE_URL'];
  return server === undefined || server === '' ? openEmbedded() : openOn(server);
}

async function openEmbedded(): Promise<TestDatabase> {
  const path = join(process.env['COUNTERSIGN_TEST_DIR'] ?? '.', 'image.tar');
  const image = await readFile(path).catch(() => null);
  const database = await Database.open(
    image === null
      ? { engine: 'embedded' }
      : { engine: 'embedded', image: new Blob([new Uint8Array(image)]) },
  );
  if (image === null) {
    const part = `${path}.${process.pid}`;
    await writeFile(part, Buffer.from(await (await database.image()).arrayBuffer()));
    await rename(part, path);
  }
  return { database, url: null, close: () => database.close() };
}

async function openOn(server: string): Promise<TestDatabase> {
  const { url, drop } = await createOn(server);
  const database = await Database.open({ engine: 'postgres', url });
  return {
    database,
    url,
    close: async () => {
      await database.close();
      await drop();
    },
  };
}

async function createOn(server: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `countersign_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

/** Where an empty database, or one filled by plain SQL, can be opened, more than once on PostgreSQL; and what takes it away again. */
export interface TestLocation {
  readonly location: DatabaseLocation;
  readonly drop: () => Promise<void>;
}

/** @param dump what pg_dump wrote, without COPY. */
export async function createTestLocation(dump?: string): Promise<TestLocation> {
  // psql's own commands are no SQL.
  const text = dump?.replace(/^\\.*$/gm, '');
  const server = process.env['DATABASE_URL'];
  if (server === undefined || server === '') return createEmbedded(text);
  const { url, drop } = await createOn(server);
  if (text !== undefined) await administer(url, text);
  return { location: { engine: 'postgres', url }, drop };
}

async function createEmbedded(text: string | undefined): Promise<TestLocation> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-database-'));
  if (text !== undefined) {
    const pglite = new PGlite({ dataDir: `file://${directory}/pg`, extensions: { vector } });
    await pglite.exec(text);
    await pglite.close();
  }
  return {
    location: { engine: 'embedded', directory },
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Runs statements on a connection of their own. */
export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
