import { batches, makeLoad, singles } from '../load/load.js';
import { row } from '../row.js';
import { watchLog } from '../world/checks.js';
import { startService } from '../world/service.js';

const BATCH = 100;
const TIMES = 3;
const CALLERS = 400;
const PROBES_PER_SECOND = 20;
/** Recovered is who answers each of a second's probes as fast as the slowest before, or as fast as this. */
const WELL_MS = 50;

/** What is taken under overload may be this much more than the capacity it was made from, by chance. */
const NOISE = 1.15;
const ATTEMPTS = 3;

/**
 * Three times as many signals as the service can take, for some seconds: how long what is accepted takes, how much is refused (the limit is the
 * share that must be), and how soon a quiet caller is answered again as before. Everything acknowledged is counted afterwards.
 *
 * What it can take is what it takes from the same callers when each asks again as soon as it is answered. Where more is taken under overload
 * after all, that was no overload of three times: it is made again from what was taken.
 */
export const name = 'overload';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  let capacity = await onNewService(bench, (service) => saturate(bench, service));
  for (let attempt = 1; ; attempt++) {
    const { rows, taken } = await onNewService(bench, (service) => overload(bench, service, capacity));
    if (taken <= capacity.perSecond * NOISE) return rows;
    const told = `${taken.toFixed(0)} signals/s were taken and ${capacity.perSecond.toFixed(0)} thought to be the capacity`;
    if (attempt === ATTEMPTS) throw new Error(`${told}: it was no overload of ${TIMES} times`);
    bench.say(`  ${told}; once more`);
    capacity = { ...capacity, perSecond: taken };
  }
}

async function onNewService(bench, measureOn) {
  const database = await bench.world.copy();
  const service = await startService(database);
  try {
    return await measureOn(service);
  } finally {
    await service.kill();
    await database.drop();
  }
}

const loadOn = (bench, service) => (options) =>
  makeLoad({
    urls: [service.url],
    requests: batches(bench.world.people),
    connections: CALLERS,
    ...options,
  });

/** As much as these callers get through at the most. */
async function saturate(bench, service) {
  const isInLog = await watchLog(service);
  const most = await loadOn(bench, service)({ seconds: bench.size(4, 10), warmUp: 2 });
  await isInLog(most.acknowledged);
  if (most.perSecond === 0) throw new Error('nothing was taken at all');
  return most;
}

async function overload(bench, service, capacity) {
  const load = loadOn(bench, service);
  // Long enough to fill every queue there is: what waits in one is not refused yet.
  const seconds = bench.size(6, 12);
  const isInLog = await watchLog(service);
  // What is compiled and remembered in the first seconds is not what recovers.
  const warm = await load({ connections: 64, seconds: bench.size(3, 6) });
  const probed = probe(bench, service, 2 + seconds + bench.size(8, 30));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const beganAt = performance.timeOrigin + performance.now();
  const over = await load({ seconds, warmUp: 0, rate: (TIMES * capacity.perSecond) / BATCH });
  const endedAt = performance.timeOrigin + performance.now();
  const probes = await probed;
  await isInLog(
    warm.acknowledged + over.acknowledged + probes.acknowledged,
    (over.unanswered + probes.unanswered) * BATCH,
  );
  if (over.unanswered > 0) bench.say(`  ${over.unanswered} requests were not answered within 3 s of the end`);
  const offered = over.requests + over.unanswered;
  const rows = [
    row(
      `overload ${TIMES} ×, p99 of what is accepted`,
      over.p99,
      capacity.p99,
      'ms',
      'lower',
      'the same at capacity',
    ),
    row(`overload ${TIMES} ×, taken`, over.perSecond, capacity.perSecond, 'signals/s', 'higher', 'capacity'),
    row(
      `overload ${TIMES} ×, told to come back (429)`,
      (over.refused / offered) * 100,
      (1 - 1 / TIMES) * 100,
      '%',
      'higher',
      'the share that is too much',
    ),
    recovery(bench, probes, { beganAt, endedAt }),
  ];
  return { rows, taken: over.perSecond };
}

/** A quiet caller, before, during and after. */
function probe(bench, service, seconds) {
  return makeLoad({
    urls: [service.url],
    requests: singles(bench.world.people),
    connections: 64,
    rate: PROBES_PER_SECOND,
    seconds,
    timeline: true,
  });
}

function recovery(bench, { timeline }, { beganAt, endedAt }) {
  const before = timeline.filter(({ at }) => at < beganAt).map(({ ms }) => ms);
  const wellMs = Math.max(WELL_MS, ...before);
  const after = timeline.filter(({ at }) => at > endedAt);
  const well = ({ ms, status }) => status === 200 && ms <= wellMs;
  const since = after.findIndex(
    (_, i) => after.slice(i, i + PROBES_PER_SECOND).every(well) && i + PROBES_PER_SECOND <= after.length,
  );
  const watched = (after.at(-1)?.at ?? endedAt) - endedAt;
  if (since < 0) bench.say(`  not recovered in the ${(watched / 1000).toFixed(1)} s it was watched for`);
  bench.say(`  a quiet caller, slowest of each second after it: ${slowest(after, endedAt).join(', ')} ms`);
  const took = since < 0 ? watched : after[since].at - endedAt;
  return row(
    `overload ${TIMES} ×, until a quiet caller is answered within ${wellMs.toFixed(0)} ms again`,
    Math.max(1, took),
    1_000 / PROBES_PER_SECOND,
    'ms',
    'lower',
    'the time between two of their calls',
  );
}

function slowest(probes, from) {
  const seconds = [];
  for (const { at, ms } of probes) {
    const second = Math.floor((at - from) / 1_000);
    seconds[second] = Math.max(seconds[second] ?? 0, Math.round(ms));
  }
  return seconds;
}
