// One route, one SELECT and one INSERT: what a decision over HTTP costs at least on this database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import Fastify from 'fastify';
import pg from 'pg';

const databaseUrl = process.argv[2];
const directory = mkdtempSync(join(tmpdir(), 'countersign-limit-'));
const pool = databaseUrl
  ? new pg.Pool({ connectionString: databaseUrl, max: 10 })
  : new PGlite(`file://${directory}/pg`);
await pool.query('create table limit_people (id text primary key, state jsonb)');
await pool.query(
  'create table limit_decisions (id bigint generated always as identity primary key, person text, result jsonb)',
);
await pool.query(
  `insert into limit_people select 'bench-' || n, '{"stage":"active"}' from generate_series(0, 999) n`,
);

const app = Fastify();
app.post('/', async (request) => {
  const { rows } = await pool.query('select state from limit_people where id = $1', [request.body.userId]);
  const inserted = await pool.query(
    'insert into limit_decisions (person, result) values ($1, $2) returning id',
    [request.body.userId, JSON.stringify(rows[0])],
  );
  return { id: inserted.rows[0].id };
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
process.on('SIGTERM', async () => {
  await app.close();
  await (databaseUrl ? pool.end() : pool.close());
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
