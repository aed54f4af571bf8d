import { randomBytes } from 'node:crypto';
import { countingCpu } from '../load/cpu.js';
import { rawClient } from './raw-client.js';

/** The row of a signal as the service keeps it, once by source and message id: one table, without what the service needs besides. */
const TABLE = `create table limit_signals (id text, received_at timestamptz, source text, message_id text, type text, event text,
  identity_hash text, occurred_at timestamptz, key_id text, body bytea, primary key (source, message_id))`;
const INSERT = `insert into limit_signals
  select s.id, now(), 'limit', s.message_id, 'track', 'Product Viewed', s.hash, now(), s.hash, decode(s.body, 'base64')
  from jsonb_to_recordset($1::jsonb) as s(id text, message_id text, hash text, body text)`;

const hex = (bytes) => randomBytes(bytes).toString('hex');

/**
 * Rows a second that one raw client inserts with `size` rows a statement, each statement a commit. The statements are written beforehand.
 * @param database an empty one @param {{ size: number, seconds: number, bodyBytes: number }} options
 * @returns {Promise<{ perSecond: number, cpu: { client: number, database: number | null }, wal: number,
 *   bytes: number }>} `cpu`: microseconds a row, the
 *   database's null where it cannot be read (the embedded engine is part of the client); `wal`, `bytes`: of the
 *   database's log and on disk, a row
 */
export async function insertLimit(database, { size, seconds, bodyBytes }) {
  const raw = await rawClient(database);
  try {
    await raw.query(TABLE);
    const body = randomBytes(bodyBytes).toString('base64');
    const rows = () =>
      JSON.stringify(
        Array.from({ length: size }, () => ({
          id: `sig_${hex(13)}`,
          message_id: hex(16),
          hash: hex(32),
          body,
        })),
      );
    for (let i = 0; i < 20; i++) await raw.query(INSERT, [rows()]);
    // More than can be inserted in the time: a statement used twice would break the key, which would end the measurement loudly.
    const prepared = Array.from({ length: Math.ceil((40_000 * seconds) / Math.max(size, 5)) }, rows);
    const walBefore = await walOf(raw);
    const { result, cpu } = await countingCpu(process, database, () =>
      insertAll(raw, prepared, { size, seconds }),
    );
    const { inserted, took } = result;
    const { rows: kept } = await raw.query(
      `select count(*)::int as count, pg_total_relation_size('limit_signals')::float8 as bytes from limit_signals`,
    );
    if (kept[0].count !== inserted + 20 * size)
      throw new Error(`${kept[0].count} rows are there, ${inserted + 20 * size} were inserted`);
    const wal = ((await walOf(raw)) - walBefore) / inserted;
    return {
      perSecond: inserted / took,
      cpu: {
        client: cpu.service / inserted,
        database: cpu.database === null ? null : cpu.database / inserted,
      },
      wal,
      bytes: kept[0].bytes / kept[0].count,
    };
  } finally {
    await raw.end();
  }
}

async function insertAll(raw, statements, { size, seconds }) {
  const started = performance.now();
  let inserted = 0;
  for (const statement of statements) {
    if (performance.now() - started >= seconds * 1000) break;
    await raw.query(INSERT, [statement]);
    inserted += size;
  }
  return { inserted, took: (performance.now() - started) / 1000 };
}

async function walOf(raw) {
  const { rows } = await raw.query(`select (pg_current_wal_lsn() - '0/0')::float8 as bytes`);
  return rows[0].bytes;
}
