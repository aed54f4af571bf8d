import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/platform/database/index.js';

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
  const name = `countersign_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = await Database.open({ engine: 'postgres', url: url.href });
  return {
    database,
    url: url.href,
    close: async () => {
      await database.close();
      await administer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
