import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TOKEN, WRITE_KEY } from '../world/service.js';
import { quantile } from './quantile.js';

const GENERATOR = fileURLToPath(new URL('./generator.js', import.meta.url));
const BASIC = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

/** Signals by the hundred, as a server of the customer sends them. */
export const batches = (people, size = 100) => ({
  kind: 'signals',
  path: '/v1/batch',
  authorization: BASIC,
  people,
  size,
});
/** Signals one by one, as a browser sends them. */
export const singles = (people) => ({
  kind: 'signals',
  path: '/v1/track',
  authorization: BASIC,
  people,
  size: 0,
});
/** Batches in which `fires` of all signals fire a trigger, each for another person. */
export const firingBatches = (people, size, fires) => ({ ...batches(people, size), fires });
export const decisions = (people) => ({
  kind: 'decision',
  path: '/v1/decisions',
  authorization: `Bearer ${TOKEN}`,
  people,
});

/**
 * Makes a load from a process of its own: a closed loop, or with `rate` (requests a second) an open one.
 * @param {{ urls: string[], requests: object, connections: number, seconds: number, warmUp?: number, rate?: number, total?: number, timeline?: boolean }} load
 * @returns {Promise<{ perSecond: number, p50: number, p99: number, acknowledged: number, requests: number, refused: number,
 *   timeline: { at: number, status: number, ms: number }[],
 *   unanswered: number, generatorCpu: number, tags: [string, number, boolean][] }>}
 *   `perSecond` counts what was answered 200 after the warm-up; latencies in ms; `acknowledged` counts from the first request on
 * @throws Error when any answer was neither a good 200 nor a 429
 */
export async function makeLoad(load) {
  const child = fork(GENERATOR, [], { stdio: ['ignore', 2, 2, 'ipc'], serialization: 'advanced' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.send({ warmUp: 1, ...load });
  const answer = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    void exited.then((code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  await exited;
  if (answer.error !== undefined) throw new Error(answer.error);
  const { tally, cpu } = answer;
  if (tally.badCount > 0)
    throw new Error(`${tally.badCount} answers were no good, such as ${tally.bad.join('; ')}`);
  return {
    perSecond: tally.worth / load.seconds,
    p50: quantile(tally.taken, 0.5),
    p99: quantile(tally.taken, 0.99),
    requests: tally.requests,
    refused: tally.refused.length,
    /** Still waiting when an open loop was over: counted with as long as they had waited. */
    unanswered: tally.unanswered,
    acknowledged: tally.acknowledged,
    tags: tally.tags,
    timeline: tally.timeline.sort((a, b) => a.at - b.at),
    /** Microseconds. */
    generatorCpu: cpu,
  };
}
