import { batches, makeLoad } from '../load/load.js';
import { watchingWaits } from '../load/waits.js';
import { row } from '../row.js';
import { MARKER, untilNone, watchLog } from '../world/checks.js';
import { startRedis } from '../world/redis.js';
import { startService } from '../world/service.js';

const APIS = 2;
const WORKERS = 4;
const CALLERS = 16;
const SHOWN = 6;

/**
 * Two api and four worker processes on one PostgreSQL and one Redis, beside one process that does everything: signals taken, signals applied
 * (from the first request until none waits), and all that follows from them done (decisions, drafts, reviews), with what the database's backends wait
 * for meanwhile. On one machine all share the cores: what this shows is whether they stand in each other's way. Signals applied alone do not: one
 * process decides hardly anything while signals wait, four workers do it meanwhile. And what memory each role takes.
 */
export const name = 'scale-out';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const redis = await startRedis();
  if (redis === null) throw new Error('redis-server is not installed');
  try {
    const one = await measureProcesses(bench, [{}]);
    const roles = [
      ...Array.from({ length: APIS }, () => 'api'),
      ...Array.from({ length: WORKERS }, () => 'worker'),
    ];
    const many = await measureProcesses(
      bench,
      roles.map((role) => ({ ROLE: role, REDIS_URL: redis.url })),
    );
    const against = 'one process';
    const title = `${APIS} api, ${WORKERS} workers`;
    return [
      row(`${title}: durable ingest`, many.ingest, one.ingest, 'signals/s', 'higher', against),
      row(`${title}: taken and applied`, many.applied, one.applied, 'signals/s', 'higher', against),
      row(
        `${title}: taken, applied and followed`,
        many.followed,
        one.followed,
        'signals/s',
        'higher',
        against,
      ),
      row(
        `${title}: backends waiting for a lock`,
        many.waits.lockShare,
        Math.max(one.waits.lockShare, 0.1),
        '%',
        'lower',
        against,
      ),
      row(
        `${title}: longest queue for locks`,
        many.waits.longestQueue,
        Math.max(one.waits.longestQueue, 1),
        'backends',
        'lower',
        against,
      ),
      row(
        `${title}: memory of an api at its highest`,
        Math.max(...many.memory.slice(0, APIS)),
        one.memory[0],
        'MiB',
        'lower',
        against,
      ),
      row(
        `${title}: memory of a worker at its highest`,
        Math.max(...many.memory.slice(APIS)),
        one.memory[0],
        'MiB',
        'lower',
        against,
      ),
    ];
  } finally {
    await redis.stop();
  }
}

/** @param environments of each process; those that take requests come first */
async function measureProcesses(bench, environments) {
  const database = await bench.world.copy();
  const services = [];
  try {
    for (const env of environments) services.push(await startService(database, { env }));
    const urls = services.filter((_, i) => environments[i].ROLE !== 'worker').map(({ url }) => url);
    // What processes do at their start, each of them, is over when a timer that is due is let go.
    await services[0].query(MARKER);
    await untilNone(services[0], `select count(*) from timers where trigger_id = 'bench-marker'`, {
      stuckAfter: 60_000,
    });
    const { result, ...waits } = await watchingWaits(database, async () => {
      const isInLog = await watchLog(services[0]);
      const started = performance.now();
      const load = await makeLoad({
        urls,
        requests: batches(bench.world.people),
        connections: CALLERS,
        seconds: bench.size(4, bench.seconds + 5),
        warmUp: 2,
      });
      await untilNone(services[0], 'select count(*) from signal_inbox', { every: 100 });
      const perSecond = () => load.acknowledged / ((performance.now() - started) / 1000);
      const applied = perSecond();
      const meanwhile = await decided(services[0]);
      await untilNone(services[0], `select count(*) from work where state = 'ready' and due_at <= now()`, {
        stuckAfter: 60_000,
      });
      const followed = perSecond();
      await isInLog(load.acknowledged);
      bench.say(
        `  ${environments.length} processes: ${meanwhile} decisions before all signals were applied, ${await decided(services[0])} in the end`,
      );
      return { ingest: load.perSecond, applied, followed };
    });
    tell(bench, environments.length, waits);
    const memory = await Promise.all(services.map((service) => service.memory()));
    return { ...result, waits, memory: memory.map(({ highest }) => highest) };
  } finally {
    await Promise.all(services.map((service) => service.kill()));
    await database.drop();
  }
}

/** @returns decisions that followed from signals. */
async function decided(service) {
  const [{ count }] = await service.query(
    'select count(*)::int as count from decisions where firing_id is not null',
  );
  return count;
}

function tell(bench, processes, { samples, waits, queues }) {
  const most = (counts) =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SHOWN)
      .map(([what, count]) => `${what} ${(count / samples).toFixed(2)}`)
      .join(', ');
  bench.say(`  ${processes} processes, backends on average: ${most(waits)}`);
  bench.say(`  queues for locks, waiters on average: ${queues.size === 0 ? 'none' : most(queues)}`);
}
