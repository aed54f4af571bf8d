import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { decisions, makeLoad } from '../load/load.js';
import { quantile } from '../load/quantile.js';
import { row } from '../row.js';
import { askPolicies, changedPlaybook, withPlaybook } from '../world/playbook.js';
import { startService } from '../world/service.js';

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
  const plain = await changedPlaybook(removeLimits);
  const [limited, free] = [await bench.world.copy(), await bench.world.copy()];
  const services = [];
  try {
    services.push(await startService(limited));
    services.push(await startService(free, { env: withPlaybook(plain) }));
    const [ours, other] = services;
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

const median = (values) => quantile(values, 0.5);

/** Takes the rules that hold caps or hours out of a playbook. */
async function removeLimits(folder) {
  const guardrails = join(folder, 'guardrails');
  for (const file of await readdir(guardrails)) {
    const path = join(guardrails, file);
    const rules = parse(await readFile(path, 'utf8')).filter(
      (rule) => rule.caps === undefined && rule.hours === undefined,
    );
    await writeFile(path, stringify(rules));
  }
}

const guardrailsOf = async (service) => (await askPolicies(service, '')).counts.guardrails;
