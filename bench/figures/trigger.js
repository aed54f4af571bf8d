import { quantile } from '../load/quantile.js';
import { rawClient } from '../limits/raw-client.js';
import { row } from '../row.js';
import { firing, watchDecisions } from '../world/decided.js';
import { startService } from '../world/service.js';

/** What is aimed at; the embedded engine is measured at what a small shop sends. */
const PER_SECOND = { postgres: 2_000, embedded: 100 };
const CALLERS = 64;

/**
 * From the moment a signal should be sent to the commit of the decision it leads to: 2,000 signals a second (100 on the embedded engine), open loop, in batches of 20, two in a
 * hundred firing. Beside it the least this can take: three committed transactions of one raw client, one after another (the signal, its
 * application, the decision).
 */
export const name = 'trigger';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const perSecond = PER_SECOND[bench.engine];
  const at = `at ${perSecond.toLocaleString('en')} signals/s`;
  const database = await bench.world.copy();
  const limit = await limits(database);
  const service = await startService(database);
  try {
    await watchDecisions(service);
    const { acknowledged, latencies } = await firing(bench, service, {
      perSecond,
      connections: CALLERS,
      seconds: bench.size(4, 20),
      warmUp: 2,
    });
    const against = 'three commits of one raw client';
    return [
      row(`trigger to decision, p50 ${at}`, quantile(latencies, 0.5), limit.p50, 'ms', 'lower', against),
      row(`trigger to decision, p99 ${at}`, quantile(latencies, 0.99), limit.p99, 'ms', 'lower', against),
      row(
        'trigger to decision, signal acknowledged, p99',
        acknowledged.p99,
        limit.p99,
        'ms',
        'lower',
        against,
      ),
    ];
  } finally {
    await service.kill();
    await database.drop();
  }
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
