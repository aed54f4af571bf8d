import { quantile } from '../load/quantile.js';
import { row } from '../row.js';
import { firing, watchDecisions } from '../world/decided.js';
import { startRedis } from '../world/redis.js';
import { startService } from '../world/service.js';

const PER_SECOND = 200;
const CALLERS = 16;

/**
 * An api and a worker that share a Redis, with and without it: from the first signals on its connections stay open and it answers nothing. What
 * it carries are row ids and wake-ups, so signals are taken as before and what they lead to is found by looking. Open loop, two signals in a
 * hundred firing.
 */
export const name = 'redis';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const well = await withRedis(bench, false);
  const frozen = await withRedis(bench, true);
  const against = 'the same with a Redis that answers';
  const at = `at ${PER_SECOND} signals/s`;
  return [
    row(
      `Redis frozen: signal acknowledged, p99 ${at}`,
      frozen.acknowledged,
      well.acknowledged,
      'ms',
      'lower',
      against,
    ),
    row(`Redis frozen: trigger to decision, p50 ${at}`, frozen.p50, well.p50, 'ms', 'lower', against),
    row(`Redis frozen: trigger to decision, p99 ${at}`, frozen.p99, well.p99, 'ms', 'lower', against),
  ];
}

async function withRedis(bench, freeze) {
  const redis = await startRedis();
  if (redis === null) throw new Error('redis-server is not installed');
  const database = await bench.world.copy();
  const services = [];
  try {
    for (const role of ['api', 'worker'])
      services.push(await startService(database, { env: { ROLE: role, REDIS_URL: redis.url } }));
    const [api] = services;
    await watchDecisions(api);
    if (freeze) redis.freeze();
    const { acknowledged, latencies } = await firing(bench, api, {
      perSecond: PER_SECOND,
      connections: CALLERS,
      seconds: bench.size(4, 15),
      warmUp: 5,
    });
    return { acknowledged: acknowledged.p99, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  } finally {
    await Promise.all(services.map((service) => service.kill()));
    await redis.stop();
    await database.drop();
  }
}
