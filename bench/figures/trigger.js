import { firingBatches, makeLoad } from '../load/load.js';
import { quantile } from '../load/quantile.js';
import { rawClient } from '../limits/raw-client.js';
import { row } from '../row.js';
import { untilNone } from '../world/checks.js';
import { startService } from '../world/service.js';

const PER_SECOND = 2_000;
const FIRES = 0.02;
const BATCH = 20;
const CALLERS = 64;

/**
 * The moment of each decision, written just before its transaction commits: a deferred constraint trigger runs at the commit, before the log
 * is flushed. In a table of its own, without a log.
 */
const WATCH = `
  create unlogged table bench_decided (firing_id text, at timestamptz);
  create function bench_note_decision() returns trigger language plpgsql as $$
    begin insert into bench_decided values (new.firing_id, clock_timestamp()); return null; end $$;
  create constraint trigger bench_note_decision after insert on decisions deferrable initially deferred
    for each row when (new.firing_id is not null) execute function bench_note_decision();`;

/**
 * From the moment a signal should be sent to the commit of the decision it leads to: 2,000 signals a second, open loop, in batches of 20, two in a
 * hundred firing. Beside it the least this can take: three committed transactions of one raw client, one after another (the signal, its
 * application, the decision).
 */
export const name = 'trigger';
export const engines = ['postgres'];

export async function measure(bench) {
  const database = await bench.world.copy();
  const limit = await limits(database);
  const service = await startService(database);
  try {
    await service.query(WATCH);
    const load = await makeLoad({
      urls: [service.url],
      requests: firingBatches(bench.world.people, BATCH, FIRES),
      connections: CALLERS,
      rate: PER_SECOND / BATCH,
      seconds: bench.size(4, 20),
      warmUp: 2,
    });
    if (load.refused > 0) throw new Error(`${load.refused} requests were refused`);
    await untilNone(service, 'select count(*) from signal_inbox');
    await untilNone(service, `select count(*) from work where kind = 'trigger.fired' and state = 'ready'`);
    const latencies = await latenciesOf(service, load.tags);
    const against = 'three commits of one raw client';
    return [
      row(
        'trigger to decision, p50 at 2,000 signals/s',
        quantile(latencies, 0.5),
        limit.p50,
        'ms',
        'lower',
        against,
      ),
      row(
        'trigger to decision, p99 at 2,000 signals/s',
        quantile(latencies, 0.99),
        limit.p99,
        'ms',
        'lower',
        against,
      ),
      row('trigger to decision, signal acknowledged, p99', load.p99, limit.p99, 'ms', 'lower', against),
    ];
  } finally {
    await service.kill();
    await database.drop();
  }
}

/** Milliseconds from each firing signal's time to its decision's commit. @throws Error when one of them has none */
async function latenciesOf(service, tags) {
  const rows = await service.query(`
    select s.message_id as message, extract(epoch from b.at) * 1000 as at
    from bench_decided b join firings f on f.id = b.firing_id join signals s on s.id = f.signal_id`);
  const decidedAt = new Map(rows.map(({ message, at }) => [message, Number(at)]));
  const missing = tags.filter(([message]) => !decidedAt.has(message));
  if (missing.length > 0)
    throw new Error(`${missing.length} of ${tags.length} firing signals led to no decision`);
  if (rows.length > tags.length * 1.5)
    throw new Error(`${rows.length} decisions followed from triggers where ${tags.length} were meant`);
  return tags.flatMap(([message, sentAt, counts]) => (counts ? [decidedAt.get(message) - sentAt] : []));
}

async function limits(database) {
  const raw = await rawClient(database);
  try {
    await raw.query(
      'create table limit_rows (id bigint generated always as identity primary key, body bytea)',
    );
    const body = Buffer.alloc(2_000, 7);
    const latencies = [];
    for (let i = 0; i < 300; i++) {
      const started = performance.now();
      for (let step = 0; step < 3; step++)
        await raw.query('insert into limit_rows (body) values ($1)', [body]);
      if (i >= 50) latencies.push(performance.now() - started);
    }
    await raw.query('drop table limit_rows');
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  } finally {
    await raw.end();
  }
}
