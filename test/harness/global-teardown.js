import { rmSync } from 'node:fs';
import pg from 'pg';

export default async function globalTeardown() {
  const {
    COUNTERSIGN_TEST_DIR: directory,
    COUNTERSIGN_TEST_TEMPLATE: template,
    DATABASE_URL: server,
  } = process.env;
  if (directory) rmSync(directory, { recursive: true, force: true });
  if (!server || !template) return;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`drop database if exists ${template} with (force)`).finally(() => client.end());
}
