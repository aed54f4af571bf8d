import { countingCpu } from '../load/cpu.js';
import { batches, makeLoad, singles } from '../load/load.js';
import { insertLimit } from '../limits/inserts.js';
import { startLimitServer } from '../limits/limit-server.js';
import { row } from '../row.js';
import { watchLog } from '../world/checks.js';
import { startService } from '../world/service.js';

const BATCH = 100;
const CALLERS = 16;
const SINGLE_CALLERS = 64;
const BARE = 'the empty server';

/**
 * Durable ingest through HTTP, beside (a) one raw client's multi-row INSERT of the same rows and (b) a server of the same kind with nothing behind
 * it; the ratio is against the smaller of the two. Every acknowledged signal is counted in the database afterwards. Also what one process costs
 * before and meanwhile: start and memory.
 */
export const name = 'ingest';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const apart = await withService(bench, { paused: true }, (service, database) =>
    ingestAlone(bench, service, database),
  );
  const together = await withService(bench, {}, (service) =>
    acknowledged(bench, service, batches(bench.world.people), CALLERS),
  );
  const firstStartMs = bench.engine === 'postgres' ? await firstStart(bench) : null;
  const { batch: batchLimit, single: singleLimit } = await limits(bench, apart.bodyBytes);
  return [
    perSecond('durable ingest, batches of 100', apart.batch, batchLimit),
    perSecond('durable ingest, batches of 100, everything running', together, batchLimit),
    row('durable ingest, batches of 100, p99', apart.batch.p99, batchLimit.server.p99, 'ms', 'lower', BARE),
    perSecond('durable ingest, single signals', apart.single, singleLimit),
    row(
      'durable ingest, CPU of the service',
      apart.cpu.service,
      batchLimit.server.cpu,
      'µs/signal',
      'lower',
      BARE,
    ),
    row('start on a database that is there', apart.startMs, batchLimit.server.startMs, 'ms', 'lower', BARE),
    ...(firstStartMs === null
      ? []
      : [
          row(
            'first start, on an empty database',
            firstStartMs,
            batchLimit.server.startMs,
            'ms',
            'lower',
            BARE,
          ),
        ]),
    row('memory at rest', apart.rest, batchLimit.server.rest, 'MiB', 'lower', BARE),
    row('memory at its highest under ingest', apart.highest, batchLimit.server.highest, 'MiB', 'lower', BARE),
    ...(apart.cpu.database === null
      ? []
      : [
          row(
            'durable ingest, CPU of the database',
            apart.cpu.database,
            batchLimit.insert.cpu.database,
            'µs/signal',
            'lower',
            'multi-row INSERT',
          ),
        ]),
  ];
}

function perSecond(title, ours, { insert, server }) {
  const rounded = (value) => Math.round(value).toLocaleString('en');
  const against = `the smaller of multi-row INSERT (${rounded(insert.perSecond)}) and the empty server (${rounded(server.perSecond)})`;
  const limit = Math.min(insert.perSecond, server.perSecond);
  return row(title, ours.perSecond, limit, 'signals/s', 'higher', against);
}

async function withService(bench, options, use) {
  const database = await bench.world.copy();
  const service = await startService(database, options);
  try {
    return await use(service, database);
  } finally {
    await service.kill();
    await database.drop();
  }
}

/** From the start of a process to its open door where nothing is: migrations, the playbook, the first administrator. */
async function firstStart(bench) {
  const database = await bench.world.empty();
  try {
    const service = await startService(database, { paused: true });
    await service.kill();
    return service.startMs;
  } finally {
    await database.drop();
  }
}

async function ingestAlone(bench, service, database) {
  const { now: rest } = await service.memory();
  const { result: batch, cpu } = await countingCpu(service, database, () =>
    acknowledged(bench, service, batches(bench.world.people), CALLERS),
  );
  const single = await acknowledged(bench, service, singles(bench.world.people), SINGLE_CALLERS);
  const [{ bytes }] = await service.query(
    `select avg(octet_length(body))::float8 as bytes from (select body from signals order by received_at desc limit 1000) s`,
  );
  const each = (microseconds) => (microseconds === null ? null : microseconds / batch.acknowledged);
  return {
    batch,
    single,
    rest,
    startMs: service.startMs,
    highest: (await service.memory()).highest,
    bodyBytes: Math.round(bytes),
    cpu: { service: each(cpu.service), database: each(cpu.database) },
  };
}

/** One closed loop, and a look at whether what was acknowledged is there. */
async function acknowledged(bench, service, requests, connections) {
  const isInLog = await watchLog(service);
  const { seconds, warmUp } = bench;
  const load = await makeLoad({ urls: [service.url], requests, connections, seconds, warmUp });
  await isInLog(load.acknowledged);
  return load;
}

async function limits(bench, bodyBytes) {
  const seconds = Math.min(bench.seconds, 4);
  const insert = async (size) => {
    const database = await bench.world.empty();
    try {
      return await insertLimit(database, { size, seconds, bodyBytes });
    } finally {
      await database.drop();
    }
  };
  const inserts = { batch: await insert(BATCH), single: await insert(1) };
  const database = await bench.world.empty();
  const server = await startLimitServer(database, { people: 1, stateBytes: 1, decisionBytes: 1 });
  const { startMs } = server;
  const { now: rest } = await server.memory();
  const empty = async (requests, connections) => {
    const { result, cpu } = await countingCpu(server, database, () =>
      makeLoad({
        urls: [server.url],
        requests: { ...requests, path: '/empty' },
        connections,
        seconds,
        warmUp: bench.warmUp,
      }),
    );
    const { highest } = await server.memory();
    return { ...result, startMs, rest, highest, cpu: cpu.service / result.acknowledged };
  };
  try {
    return {
      batch: { insert: inserts.batch, server: await empty(batches(bench.world.people), CALLERS) },
      single: { insert: inserts.single, server: await empty(singles(bench.world.people), SINGLE_CALLERS) },
    };
  } finally {
    await server.stop();
    await database.drop();
  }
}
