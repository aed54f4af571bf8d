import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

const LIMIT_SERVER = fileURLToPath(new URL('./limit-server.js', import.meta.url));

/**
 * Signals per second of one raw client that inserts the same rows, 100 a statement, each statement a committed transaction: what durable
 * ingest cannot beat by more than parallel connections.
 * @param {{ databaseUrl?: string, seconds: number }} options
 */
export async function rawInsertRate({ databaseUrl, seconds }) {
  const table = `create table limit_signals (id text, received_at timestamptz, source text, message_id text, body bytea, primary key (source, message_id))`;
  const insert = `insert into limit_signals select s.id, now(), 'limit', s.message_id, s.body::bytea
    from jsonb_to_recordset($1::jsonb) as s(id text, message_id text, body text)`;
  const body = `\\x${randomBytes(640).toString('hex')}`;
  let count = 0;
  const rows = () =>
    JSON.stringify(
      Array.from({ length: 100 }, () => ({ id: `sig_${count}`, message_id: `m-${count++}`, body })),
    );
  const measure = async (query) => {
    await query(table);
    const started = performance.now();
    let inserted = 0;
    while (performance.now() - started < seconds * 1000) {
      await query(insert, [rows()]);
      inserted += 100;
    }
    return inserted / ((performance.now() - started) / 1000);
  };
  if (databaseUrl !== undefined) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return await measure((text, values) => client.query(text, values));
    } finally {
      await client.end();
    }
  }
  const directory = await mkdtemp(join(tmpdir(), 'countersign-limit-'));
  const database = new PGlite(`file://${directory}/pg`);
  try {
    return await measure((text, values) => database.query(text, values));
  } finally {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A bare Fastify server whose one route does one SELECT and one INSERT, as a process of its own. */
export async function startLimitServer({ databaseUrl }) {
  const child = spawn(process.execPath, [LIMIT_SERVER, databaseUrl ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    child.stdout.once('data', (part) => resolve(String(part).trim()));
    exited.then((code) => reject(new Error(`the limit server ended with ${code}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
