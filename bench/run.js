// npm run bench [-- --quick] [-- --json FILE]: each figure beside its limit, measured in the same run on this machine. The embedded database
// always; PostgreSQL too when DATABASE_URL names a server where databases may be made and dropped.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { rawInsertRate, startLimitServer } from './limits.js';
import { closedLoop, connections, send } from './load.js';
import { startServer, TOKEN, WRITE_KEY } from './server.js';
import { batch } from './signals.js';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const seconds = options.quick ? 4 : 15;
const PEOPLE = 1_000;
const BATCH = 100;
const basic = {
  authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
  'content-type': 'application/json',
};
const bearer = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  console.error('build first: npm run build');
  process.exit(1);
}

/** @type {{ name: string, ours: number, limit: number, ratio: number, unit: string, better: 'higher' | 'lower' }[]} */
const results = [];
const report = (name, ours, limit, unit, better) => {
  const round = (value) => Number(value.toPrecision(4));
  console.error(`${name}: ${round(ours)} (${round(limit)}) ${unit}`);
  results.push({ name, ours: round(ours), limit: round(limit), ratio: round(ours / limit), unit, better });
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const expectStatus = (answer, status) => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.body.slice(0, 300)}`);
  return answer;
};

async function fresh(server) {
  const name = `countersign_bench_${randomBytes(4).toString('hex')}`;
  const administer = async (statement) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await administer(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`drop database if exists ${name} with (force)`) };
}

/** Waits until the metric of unapplied signals is zero; returns how long that took in seconds. */
async function drained(url, agent) {
  const started = performance.now();
  for (;;) {
    const { body } = await send(agent, `${url}/metrics`);
    if (!body.includes('# HELP countersign_inbox_signals'))
      throw new Error('GET /metrics shows no countersign_inbox_signals');
    const depth = [...body.matchAll(/^countersign_inbox_signals\{[^}]*\} (\d+)/gm)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    );
    if (depth === 0) return (performance.now() - started) / 1000;
    if (performance.now() - started > 600_000)
      throw new Error(`${depth} signals still unapplied after ten minutes`);
    await pause(200);
  }
}

/** Waits until what the signals led to has been decided, drafted and assessed, so that it is not measured as part of something else. */
async function settled(url, agent) {
  const busy =
    /^countersign_work_rows\{[^}]*kind="(?:trigger\.fired|message\.opened|draft\.written|draft\.assessed)"[^}]*\} [1-9]/m;
  for (const until = performance.now() + 600_000; ; await pause(500)) {
    const { body } = await send(agent, `${url}/metrics`);
    if (!busy.test(body)) return;
    if (performance.now() > until) throw new Error('decisions still under way after ten minutes');
  }
}

/** Milliseconds from sending a signal to the decision it led to, for `rounds` people one after another on an idle service. */
async function triggerToDecision(url, agent, rounds) {
  const acknowledged = [];
  const decided = [];
  for (let i = 0; i < rounds; i++) {
    const userId = `fresh-${process.pid}-${i}`;
    const before = Date.now();
    const started = performance.now();
    expectStatus(
      await send(agent, `${url}/v1/track`, {
        method: 'POST',
        headers: basic,
        body: JSON.stringify({
          userId,
          event: 'Signed Up',
          messageId: `fresh-${userId}`,
          timestamp: new Date(before).toISOString(),
          properties: {},
        }),
      }),
      200,
    );
    acknowledged.push(performance.now() - started);
    for (let attempt = 0; ; attempt++) {
      const answer = await send(agent, `${url}/v1/decisions?userId=${userId}`, { headers: bearer });
      const [decision] = answer.status === 200 ? JSON.parse(answer.body).data : [];
      if (decision) {
        decided.push(Date.parse(decision.createdAt) - before);
        break;
      }
      if (attempt > 500) throw new Error(`no decision about ${userId}`);
      await pause(10);
    }
  }
  const at = (list, share) =>
    [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
  return {
    p50: at(decided, 0.5),
    p99: at(decided, 0.99),
    ackP50: at(acknowledged, 0.5),
    ackP99: at(acknowledged, 0.99),
  };
}

async function measure(engine, server) {
  const database = async () =>
    server === undefined ? { url: undefined, drop: async () => {} } : fresh(server);
  const agent = connections(32);

  const insertDatabase = await database();
  const insertLimit = await rawInsertRate({ databaseUrl: insertDatabase.url, seconds: Math.min(seconds, 5) });
  await insertDatabase.drop();

  const ours = await database();
  const service = await startServer({ databaseUrl: ours.url });
  try {
    const idleMemory = await service.peakMemory();
    const latency = await triggerToDecision(service.url, agent, options.quick ? 40 : 200);
    report(
      `${engine}: signal to decision, idle, p50`,
      latency.p50,
      latency.ackP50,
      'ms (limit: acknowledging the signal)',
      'lower',
    );
    report(
      `${engine}: signal to decision, idle, p99`,
      latency.p99,
      latency.ackP99,
      'ms (limit: acknowledging the signal)',
      'lower',
    );

    const ingest = await closedLoop({
      clients: 16,
      seconds,
      call: async (index) => {
        const answer = await send(agent, `${service.url}/v1/batch`, {
          method: 'POST',
          headers: basic,
          body: batch(index, BATCH, PEOPLE),
        });
        if (answer.status === 429) {
          await pause(100); // Told to wait: nothing was kept, nothing counts.
          return 0;
        }
        expectStatus(answer, 200);
        return BATCH;
      },
    });
    report(
      `${engine}: durable ingest, batches of ${BATCH}`,
      ingest.perSecond,
      insertLimit,
      'signals/s (limit: one raw client, multi-row INSERT)',
      'higher',
    );
    const drainSeconds = await drained(service.url, agent);
    report(
      `${engine}: applied end to end`,
      (ingest.perSecond * (seconds + 1)) / (seconds + 1 + drainSeconds),
      ingest.perSecond,
      'signals/s (limit: ingest of this run)',
      'higher',
    );
    await settled(service.url, agent);

    const decide = await closedLoop({
      clients: 8,
      seconds,
      call: async (index) => {
        const body = JSON.stringify({ userId: `bench-${index % PEOPLE}` });
        expectStatus(
          await send(agent, `${service.url}/v1/decisions`, { method: 'POST', headers: bearer, body }),
          200,
        );
        return 1;
      },
    });
    const limitDatabase = await database();
    const limitServer = await startLimitServer({ databaseUrl: limitDatabase.url });
    const limit = await closedLoop({
      clients: 8,
      seconds: Math.min(seconds, 5),
      call: async (index) => {
        const body = JSON.stringify({ userId: `bench-${index % PEOPLE}` });
        expectStatus(
          await send(agent, limitServer.url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          }),
          200,
        );
        return 1;
      },
    });
    await limitServer.stop();
    await limitDatabase.drop();
    const unit = '(limit: bare server, one SELECT and one INSERT)';
    report(`${engine}: decision API`, decide.perSecond, limit.perSecond, `requests/s ${unit}`, 'higher');
    report(`${engine}: decision API, p50`, decide.p50, limit.p50, `ms ${unit}`, 'lower');
    report(`${engine}: decision API, p99`, decide.p99, limit.p99, `ms ${unit}`, 'lower');
    report(
      `${engine}: peak memory`,
      await service.peakMemory(),
      idleMemory,
      'MiB (limit: the same process after its start)',
      'lower',
    );
  } finally {
    agent.destroy();
    await service.stop();
    await ours.drop();
  }
}

await measure('embedded', undefined);
if (process.env.DATABASE_URL) await measure('PostgreSQL', process.env.DATABASE_URL);
else console.log('DATABASE_URL is not set: PostgreSQL was not measured.');

const width = Math.max(...results.map((result) => result.name.length));
console.log(
  `${'figure'.padEnd(width)}  ${'ours'.padStart(10)}  ${'limit'.padStart(10)}  ${'ratio'.padStart(8)}  unit`,
);
for (const { name, ours, limit, ratio, unit } of results) {
  console.log(
    `${name.padEnd(width)}  ${String(ours).padStart(10)}  ${String(limit).padStart(10)}  ${String(ratio).padStart(8)}  ${unit}`,
  );
}
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
