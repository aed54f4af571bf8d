import { Agent, request } from 'node:http';

/**
 * One HTTP request over kept-alive connections.
 * @param {Agent} agent
 * @param {string} url
 * @param {{ method?: string, headers?: Record<string, string>, body?: string | Buffer }} options
 * @returns {Promise<{ status: number, body: string }>}
 */
export function send(agent, url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        agent,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (incoming) => {
        const parts = [];
        incoming.on('data', (part) => parts.push(part));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
        );
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const connections = (count) => new Agent({ keepAlive: true, maxSockets: count });

/**
 * A closed loop: `clients` callers, each waiting for its answer before it asks again, for `seconds` after `warmUp` seconds.
 * @param {(index: number) => Promise<number>} call does one request and returns what it was worth (signals, requests)
 * @returns {Promise<{ perSecond: number, p50: number, p99: number }>} latencies in milliseconds
 */
export async function closedLoop({ clients, seconds, warmUp = 1, call }) {
  const latencies = [];
  let worth = 0;
  let index = 0;
  const started = performance.now();
  const countFrom = started + warmUp * 1000;
  const until = countFrom + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (;;) {
        const before = performance.now();
        if (before >= until) return;
        const done = await call(index++);
        const after = performance.now();
        if (before >= countFrom && after <= until) {
          worth += done;
          latencies.push(after - before);
        }
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { perSecond: worth / seconds, p50: at(0.5), p99: at(0.99) };
}
