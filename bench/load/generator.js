// The load generator, a process of its own: gets one load to make over IPC, answers with what came of it, and ends.
import { Connection } from './connection.js';
import { requestsOf } from './requests.js';

const EXCUSED = 429;
/** How long a caller who is told to come back stays away in a closed loop: less than Retry-After says, to stay at the limit. */
const STAY_AWAY_MS = 50;
/** Who is still waiting so long after the end of an open loop waits no longer; what they have waited by then is their latency. */
const LAST_ANSWER_MS = 3_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What came back: latencies in milliseconds by whether it was taken or refused, and everything that should not have come. */
class Tally {
  taken = [];
  refused = [];
  worth = 0;
  /** Over the whole load, warm-up included: what must be in the database afterwards. */
  acknowledged = 0;
  requests = 0;
  /** Each request of an open loop: when it should have been sent (epoch ms), how it was answered, how long that took. */
  timeline = [];
  /** Requests of an open loop that nobody had answered when it was over. */
  unanswered = 0;
  bad = [];
  badCount = 0;
  tags = [];

  add({ status, body, worth, ms, counts, isGood }) {
    const good = status === 200 && isGood(body);
    if (good) this.acknowledged += worth;
    else if (status !== EXCUSED) {
      this.badCount++;
      if (this.bad.length < 3) this.bad.push(`${status} ${body.toString().slice(0, 300)}`);
    }
    if (!counts) return;
    this.requests++;
    if (good) {
      this.worth += worth;
      this.taken.push(ms);
    } else if (status === EXCUSED) this.refused.push(ms);
  }

  giveUp(ms) {
    this.unanswered++;
    this.taken.push(ms);
  }
}

/** Any request that costs nothing and is answered, by whichever server. */
const HELLO = Buffer.from('GET /nothing-here HTTP/1.1\r\nhost: bench\r\n\r\n');

/**
 * Callers who are connected already: Node takes one new connection at each turn of its event loop, so hundreds at once would wait for that and not
 * for what is measured.
 */
async function openAll(urls, count) {
  const opened = Array.from({ length: count }, (_, i) => Connection.open(urls[i % urls.length]));
  const connections = await Promise.all(opened);
  await Promise.all(connections.map((connection) => connection.send(HELLO)));
  return connections;
}

/** `connections` callers, each waiting for its answer before it asks again; `total` requests at most. */
async function closedLoop(load, requests, tally) {
  const connections = await openAll(load.urls, load.connections);
  // Hundreds of large requests take a while to write: that is no part of the load.
  const callers = connections.map((connection) => ({ connection, prepared: requests.prepare() }));
  const started = performance.now();
  const from = started + load.warmUp * 1000;
  const until = from + load.seconds * 1000;
  let sent = 0;
  await Promise.all(
    callers.map(async ({ connection, prepared }) => {
      for (;;) {
        const before = performance.now();
        if (before >= until || sent >= (load.total ?? Infinity)) break;
        sent++;
        requests.next(prepared);
        const { status, body } = await connection.send(prepared.bytes);
        const after = performance.now();
        const counts = before >= from && after <= until;
        tally.add({
          status,
          body,
          worth: prepared.worth,
          ms: after - before,
          counts,
          isGood: requests.isGood,
        });
        if (status === EXCUSED) await pause(STAY_AWAY_MS);
      }
    }),
  );
  for (const connection of connections) connection.close();
}

/**
 * Requests at their times, whatever becomes of the earlier ones. A latency counts from the moment at which the request should have been sent:
 * one that has to wait for a free connection has waited all the same.
 */
async function openLoop(load, requests, tally) {
  const free = (await openAll(load.urls, load.connections)).map((connection) => ({
    connection,
    prepared: requests.prepare(),
  }));
  const all = [...free];
  const started = performance.now();
  const from = started + load.warmUp * 1000;
  const total = Math.round(load.rate * (load.warmUp + load.seconds));
  const due = [];
  /** When each request under way should have been sent. */
  const underWay = new Map();
  const send = (at) => {
    const caller = free.pop();
    const tag = requests.next(caller.prepared);
    if (tag !== null) tally.tags.push([tag, performance.timeOrigin + at, at >= from]);
    const sent = caller.connection.send(caller.prepared.bytes).then(({ status, body }) => {
      const ms = performance.now() - at;
      if (load.timeline) tally.timeline.push({ at: performance.timeOrigin + at, status, ms });
      tally.add({
        status,
        body,
        worth: caller.prepared.worth,
        ms,
        counts: at >= from,
        isGood: requests.isGood,
      });
      free.push(caller);
      underWay.delete(sent);
      if (due.length > 0) send(due.shift());
    });
    underWay.set(sent, at);
  };
  for (let n = 0; n < total;) {
    const now = performance.now();
    for (; n < total; n++) {
      const at = started + (n * 1000) / load.rate;
      if (at > now) break;
      if (free.length > 0) send(at);
      else due.push(at);
    }
    if (n < total) await pause(Math.max(0, started + (n * 1000) / load.rate - performance.now()));
  }
  const deadline = performance.now() + LAST_ANSWER_MS;
  while (underWay.size > 0 && performance.now() < deadline)
    await Promise.race([...underWay.keys(), pause(100)]);
  for (const at of [...underWay.values(), ...due]) tally.giveUp(performance.now() - at);
  for (const { connection } of all) connection.close();
}

process.once('message', async (load) => {
  const tally = new Tally();
  const requests = requestsOf(load.requests);
  try {
    if (load.rate === undefined) await closedLoop(load, requests, tally);
    else await openLoop(load, requests, tally);
    const { user, system } = process.cpuUsage();
    process.send({ tally: { ...tally }, cpu: user + system }, () => process.exit(0));
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) }, () => process.exit(1));
  }
});
