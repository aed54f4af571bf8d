import { countingCpu } from '../load/cpu.js';
import { batches, makeLoad } from '../load/load.js';
import { insertLimit } from '../limits/inserts.js';
import { row } from '../row.js';
import { untilNone } from '../world/checks.js';
import { startService } from '../world/service.js';

const BATCH = 100;
const IN_MIB = 2 ** 20;
const NOTHING_DUE = `select (select count(*) from signal_inbox)
  + (select count(*) from work where state = 'ready' and due_at <= now() + interval '1 second')`;

/**
 * What a million signals of a shop cost from the first byte to the last thing that follows at once: CPU of service and database, bytes on disk,
 * bytes of the database's log. Not a million is measured but as many as come in some seconds, multiplied. Two in a hundred fire a trigger and are
 * decided, drafted, assessed and queued for a person. Beside it the bare rows by multi-row INSERT.
 */
export const name = 'cost';
export const engines = ['embedded', 'postgres'];
export const slow = true;

export async function measure(bench) {
  const signals = bench.size(4_000, 20_000);
  const database = await bench.world.copy();
  const service = await startService(database);
  try {
    const before = await sizes(service);
    const { result: acknowledged, cpu } = await countingCpu(service, database, async () => {
      const load = await makeLoad({
        urls: [service.url],
        requests: batches(bench.world.people),
        connections: 4,
        seconds: 300,
        total: signals / BATCH,
      });
      await untilNone(service, NOTHING_DUE, { every: 250, stuckAfter: 60_000 });
      return load.acknowledged;
    });
    const after = await sizes(service);
    const [{ decided, body }] = await service.query(
      `select (select count(*)::int from decisions where created_at > now() - interval '1 hour' and mode = 'execute') as decided,
        (select avg(octet_length(body))::int from (select body from signals order by received_at desc limit 1000) s) as body`,
    );
    bench.say(`  ${acknowledged} signals led to ${decided} decisions`);
    bench.say(`  bytes on disk a signal: ${describeGrowth(before.tables, after.tables, acknowledged)}`);
    const empty = await bench.world.empty();
    const limit = await insertLimit(empty, { size: BATCH, seconds: 2, bodyBytes: body });
    await empty.drop();
    const million = 1e6 / acknowledged;
    const against = `the bare rows by multi-row INSERT; ${acknowledged.toLocaleString('en')} signals were measured, times ${million.toFixed(0)}`;
    const seconds = ((cpu.service + (cpu.database ?? 0)) / 1e6) * million;
    const limitSeconds = limit.cpu.client + (limit.cpu.database ?? 0);
    return [
      row('a million signals, CPU', seconds, limitSeconds, 's', 'lower', against),
      row(
        'a million signals, on disk',
        ((after.bytes - before.bytes) / IN_MIB) * million,
        (limit.bytes * 1e6) / IN_MIB,
        'MiB',
        'lower',
        against,
      ),
      row(
        'a million signals, log of the database',
        ((after.wal - before.wal) / IN_MIB) * million,
        (limit.wal * 1e6) / IN_MIB,
        'MiB',
        'lower',
        against,
      ),
    ];
  } finally {
    await service.kill();
    await database.drop();
  }
}

async function sizes(service) {
  const [{ bytes, wal }] = await service.query(
    `select pg_database_size(current_database())::float8 as bytes, (pg_current_wal_lsn() - '0/0')::float8 as wal`,
  );
  const tables = await service.query(
    `select regexp_replace(relname, '_[0-9_]+$', '') as name, sum(pg_total_relation_size(oid))::float8 as bytes
     from pg_class where relkind = 'r' group by 1`,
  );
  return { bytes, wal, tables: new Map(tables.map((table) => [table.name, table.bytes])) };
}

/** The tables that grew most, partitions taken together, indexes and large values included. */
function describeGrowth(before, after, signals) {
  return [...after]
    .map(([name, bytes]) => [name, (bytes - (before.get(name) ?? 0)) / signals])
    .filter(([, bytes]) => bytes >= 1)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([name, bytes]) => `${name} ${bytes.toFixed(0)}`)
    .join(', ');
}
