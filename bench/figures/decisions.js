import { decisions, makeLoad } from '../load/load.js';
import { startLimitServer } from '../limits/limit-server.js';
import { row } from '../row.js';
import { startService } from '../world/service.js';

const CALLERS = 8;
/** The embedded engine has one connection: a SELECT and an INSERT of these sizes alone bring it to 230 a second. */
const RATE = { embedded: 100, postgres: 500 };
const RATE_CALLERS = 128;

/**
 * The decision API for people with a past, nothing else going on: as many as it gives in a closed loop, and how late answers are at 500 a second
 * (100 on the embedded engine) in an open one, beside a server of the same kind that reads a state and writes a decision of the same sizes.
 */
export const name = 'decisions';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const database = await bench.world.copy();
  const service = await startService(database);
  let ours;
  let sizes;
  try {
    const before = await counted(service);
    ours = await loads(bench, service.url, '/v1/decisions');
    const made = (await counted(service)) - before;
    // Those who gave up waiting were decided about all the same.
    if (made < ours.answered || made > ours.answered + ours.open.unanswered)
      throw new Error(`${ours.answered} decisions were answered and ${made} are kept`);
    [sizes] = await service.query(
      `select (select avg(octet_length(state))::int from profiles) as state,
        (select avg(octet_length(situation) + octet_length(result))::int from decisions) as decision`,
    );
  } finally {
    await service.kill();
    await database.drop();
  }
  const limit = await limits(bench, sizes);
  const against = 'same kind of server: one SELECT, one INSERT';
  return [
    row('decision API', ours.closed.perSecond, limit.closed.perSecond, 'requests/s', 'higher', against),
    row(
      `decision API, p50 at ${RATE[bench.engine]}/s`,
      ours.open.p50,
      limit.open.p50,
      'ms',
      'lower',
      against,
    ),
    row(
      `decision API, p99 at ${RATE[bench.engine]}/s`,
      ours.open.p99,
      limit.open.p99,
      'ms',
      'lower',
      against,
    ),
    row(
      `decision API, told to come back (429) at ${RATE[bench.engine]}/s`,
      (ours.open.refused / ours.open.requests) * 100,
      Math.max(1, (1 - ours.closed.perSecond / RATE[bench.engine]) * 100),
      '%',
      'lower',
      'the share that is too much, 1 at the least',
    ),
  ];
}

async function counted(service) {
  const [{ count }] = await service.query('select count(*)::int as count from decisions');
  return count;
}

async function loads(bench, url, path) {
  const requests = { ...decisions(bench.world.people), path };
  const { seconds, warmUp } = bench;
  const closed = await makeLoad({ urls: [url], requests, connections: CALLERS, seconds, warmUp });
  const open = await makeLoad({
    urls: [url],
    requests,
    connections: RATE_CALLERS,
    seconds,
    warmUp,
    rate: RATE[bench.engine],
  });
  return { closed, open, answered: closed.acknowledged + open.acknowledged };
}

async function limits(bench, sizes) {
  const database = await bench.world.empty();
  const server = await startLimitServer(database, {
    people: bench.world.people,
    stateBytes: sizes.state,
    decisionBytes: sizes.decision,
  });
  try {
    return await loads({ ...bench, seconds: Math.min(bench.seconds, 5) }, server.url, '/select-insert');
  } finally {
    await server.stop();
    await database.drop();
  }
}
