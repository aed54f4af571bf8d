import { countingCpu } from '../load/cpu.js';
import { batches, makeLoad } from '../load/load.js';
import { intakeLimit } from '../limits/intake.js';
import { row } from '../row.js';
import { untilNone, waitingSignals } from '../world/checks.js';
import { startService } from '../world/service.js';

const BATCH = 100;
const WAITING = 'select count(*) from signal_inbox';
/** Of what waits, so much is left when the clock starts: until then code and caches get warm. */
const MEASURED = 0.8;

/**
 * From the log to what is handed over: the loops are off while signals are sent, then only the intake runs (projection, triggers, timers
 * begun, work asked for), until nothing waits. Beside it one raw client doing the same reads and writes in batches of the same size.
 */
export const name = 'processing';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const signals = bench.engine === 'embedded' ? bench.size(6_000, 20_000) : bench.size(12_000, 60_000);
  const limited = bench.size(2_000, 10_000);
  const database = await bench.world.copy();
  try {
    await fill(bench, database, signals + limited + BATCH * 2);
    const limit = await intakeLimit(database, { signals: limited });
    const ours = await drain(database, signals);
    const against = 'one raw client: same reads and writes';
    return [
      row('processing from the log', ours.perSecond, limit.perSecond, 'signals/s', 'higher', against),
      row(
        'processing, CPU of the service',
        ours.cpu.service,
        limit.cpu.client,
        'µs/signal',
        'lower',
        against,
      ),
      ...(ours.cpu.database === null
        ? []
        : [
            row(
              'processing, CPU of the database',
              ours.cpu.database,
              limit.cpu.database,
              'µs/signal',
              'lower',
              against,
            ),
          ]),
    ];
  } finally {
    await database.drop();
  }
}

/** Puts exactly so many signals into the inbox, through the service and its HTTP. */
async function fill(bench, database, signals) {
  const service = await startService(database, { paused: true });
  try {
    const { acknowledged } = await makeLoad({
      urls: [service.url],
      requests: batches(bench.world.people),
      connections: 8,
      seconds: 120,
      total: Math.ceil(signals / BATCH),
    });
    const waiting = await waitingSignals(service);
    if (waiting !== acknowledged) throw new Error(`${acknowledged} were acknowledged and ${waiting} wait`);
  } finally {
    await service.stop();
  }
}

async function drain(database, signals) {
  const service = await startService(database, { paused: true });
  try {
    const [{ fired }] = await service.query('select count(*)::int as fired from firings');
    await service.resume('intake');
    let left = await waitingSignals(service);
    while (left > signals * MEASURED) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      left = await waitingSignals(service);
    }
    const { result: seconds, cpu } = await countingCpu(service, database, async () => {
      const started = performance.now();
      await untilNone(service, WAITING, { every: 100 });
      return (performance.now() - started) / 1000;
    });
    await check(service, signals, fired);
    return {
      perSecond: left / seconds,
      cpu: { service: cpu.service / left, database: cpu.database === null ? null : cpu.database / left },
    };
  } finally {
    await service.kill();
  }
}

/** What was taken was applied: none stands aside, and the two in a hundred that fire by themselves have fired. */
async function check(service, signals, firedBefore) {
  const [{ failed, fired }] = await service.query(
    'select (select count(*)::int from signal_failures) as failed, (select count(*)::int from firings) as fired',
  );
  if (failed > 0) throw new Error(`${failed} signals stand aside`);
  if (fired - firedBefore < signals * 0.015)
    throw new Error(`only ${fired - firedBefore} triggers fired for ${signals} signals`);
}
