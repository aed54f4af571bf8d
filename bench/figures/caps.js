import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { decisions, makeLoad } from '../load/load.js';
import { row } from '../row.js';
import { startService, TOKEN } from '../world/service.js';

const POLICIES = new URL('../../policies', import.meta.url).pathname;
const ADDS_AT_MOST_MS = 1;
const ROUNDS = 5;
const WRITERS = 64;

/**
 * What caps and hours add to a decision that nobody else stands in the way of: one caller, the shipped playbook beside the same without any cap
 * or hours, in turns. And 64 callers who decide at once.
 */
export const name = 'caps';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const plain = await withoutLimits();
  const [limited, free] = [await bench.world.copy(), await bench.world.copy()];
  const services = [];
  try {
    services.push(await startService(limited));
    services.push(await startService(free, { env: { POLICIES_DIR: plain } }));
    const [ours, other] = services;
    await activateKept(services[1]);
    const rules = await Promise.all(services.map(guardrailsOf));
    if (rules[0] <= rules[1]) throw new Error(`${rules[0]} guardrails with limits and ${rules[1]} without`);
    const pairs = [];
    for (let round = 0; round < ROUNDS; round++)
      pairs.push([await alone(bench, ours), await alone(bench, other)]);
    const many = await loadOf(bench, ours, WRITERS);
    const [withLimits, without] = [0, 1].map((i) => median(pairs.map((pair) => pair[i].p99)));
    const [atHalf, freeAtHalf] = [0, 1].map((i) => median(pairs.map((pair) => pair[i].p50)));
    bench.say(
      `  one caller: p50 ${atHalf.toFixed(2)} ms, ${freeAtHalf.toFixed(2)} ms without; ${rules[0] - rules[1]} rules with caps or hours`,
    );
    return [
      row(
        'caps and hours: what they add to a decision, p50',
        atHalf - freeAtHalf,
        ADDS_AT_MOST_MS,
        'ms',
        'lower',
        'what they may add',
      ),
      row(
        'caps and hours: what they add to a decision, p99',
        withLimits - without,
        ADDS_AT_MOST_MS,
        'ms',
        'lower',
        'what they may add',
      ),
      row(
        `decisions with caps and hours, ${WRITERS} callers, p99`,
        many.p99,
        withLimits,
        'ms',
        'lower',
        'one caller',
      ),
      row(
        `decisions with caps and hours, ${WRITERS} callers`,
        many.perSecond,
        median(pairs.map(([one]) => one.perSecond)),
        'requests/s',
        'higher',
        'one caller',
      ),
    ];
  } finally {
    for (const service of services) await service.kill();
    await limited.drop();
    await free.drop();
    await rm(plain, { recursive: true, force: true });
  }
}

function loadOf(bench, service, connections) {
  const requests = decisions(bench.world.people);
  return makeLoad({ urls: [service.url], requests, connections, seconds: bench.size(2, 6), warmUp: 1 });
}

const alone = (bench, service) => loadOf(bench, service, 1);

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The shipped playbook without its rules that hold caps or hours; without its tests, which speak of them. */
async function withoutLimits() {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-playbook-'));
  await cp(POLICIES, folder, { recursive: true });
  await rm(join(folder, 'tests'), { recursive: true });
  const guardrails = join(folder, 'guardrails');
  for (const file of await readdir(guardrails)) {
    const path = join(guardrails, file);
    const rules = parse(await readFile(path, 'utf8')).filter(
      (rule) => rule.caps === undefined && rule.hours === undefined,
    );
    await writeFile(path, stringify(rules));
  }
  return folder;
}

async function ask({ url }, path, init = {}) {
  const answer = await fetch(`${url}/v1/policies${path}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    ...init,
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const guardrailsOf = async (service) => (await ask(service, '')).counts.guardrails;

/** Puts the folder's playbook in force, which the start has kept. */
async function activateKept(service) {
  const { data } = await ask(service, '/bundles');
  const kept = data.find(({ activatedAt }) => activatedAt === null);
  if (kept === undefined) throw new Error('no playbook waits to be put in force');
  await ask(service, `/bundles/${kept.hash}/activate`, { method: 'POST' });
}
