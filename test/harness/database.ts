import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { sql } from 'kysely';
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

/** A migrated embedded database, kept in memory by every test file: unpacking it is most of what opening one takes. */
let image: Blob | undefined;

async function openEmbedded(): Promise<TestDatabase> {
  const path = join(process.env['COUNTERSIGN_TEST_DIR'] ?? '.', 'image.tar');
  image ??= await readFile(path).then(
    (bytes) => new Blob([bytes]),
    () => undefined,
  );
  const database = await Database.open({ engine: 'embedded', ...(image === undefined ? {} : { image }) });
  if (image === undefined) {
    await dropTemplates(database);
    image = await database.image();
    const part = `${path}.${process.pid}`;
    await writeFile(part, Buffer.from(await image.arrayBuffer()));
    await rename(part, path);
  }
  return { database, url: null, close: () => database.close() };
}

/** They are a third of it, and nobody makes further databases beside this one. */
async function dropTemplates(database: Database): Promise<void> {
  await sql`update pg_database set datistemplate = false`.execute(database.db);
  for (const name of ['template0', 'template1'])
    await sql`drop database ${sql.id(name)}`.execute(database.db);
}

async function openOn(server: string): Promise<TestDatabase> {
  const { url, drop } = await createOn(server, await (migrated ??= migratedOn(server)));
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

/** The name of a migrated database that others are made after; undefined where nobody would take it away again. */
let migrated: Promise<string | undefined> | undefined;

/** Migrates a database once for all test files; whoever comes first makes it, and global-teardown.js takes it away. */
async function migratedOn(server: string): Promise<string | undefined> {
  const template = process.env['COUNTERSIGN_TEST_TEMPLATE'];
  if (template === undefined) return undefined;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rows } = await client.query('select from pg_database where datname = $1', [template]);
    if (rows.length > 0) return template;
    const { name, url } = await createOn(server);
    await (await Database.open({ engine: 'postgres', url })).close();
    await client.query(`alter database ${name} rename to ${template}`);
    return template;
  } finally {
    await client.end();
  }
}

async function createOn(
  server: string,
  template = 'template1',
): Promise<{ name: string; url: string; drop: () => Promise<void> }> {
  const name = `countersign_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} template ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
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

/** The folder of an embedded database with nothing in it, closed. Making one takes seconds, so it is made once and copied. */
async function emptyEmbedded(): Promise<string> {
  const path = join(process.env['COUNTERSIGN_TEST_DIR'] ?? '.', 'empty');
  if (existsSync(path)) return path;
  const part = await mkdtemp(`${path}-`);
  const pglite = await PGlite.create({ dataDir: `file://${part}`, extensions: { vector } });
  await pglite.close();
  // Another test file was faster.
  await rename(part, path).catch(() => rm(part, { recursive: true }));
  return path;
}

async function createEmbedded(text: string | undefined): Promise<TestLocation> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-database-'));
  await cp(await emptyEmbedded(), join(directory, 'pg'), { recursive: true });
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
