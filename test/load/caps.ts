import { parseArgs } from 'node:util';
import { type CapsResult, CapsWorld } from '../harness/caps-world.js';
import { administer } from '../harness/database.js';
import { Database } from '../../src/platform/database/index.js';

const { values: options } = parseArgs({
  options: {
    writers: { type: 'string', default: '64' },
    decisions: { type: 'string', default: '100000' },
    people: { type: 'string', default: '400' },
    seed: { type: 'string', default: 'caps' },
  },
});
const [writers, decisions, people] = [options.writers, options.decisions, options.people].map(Number);
if (!writers || !decisions || !people) throw new Error('writers, decisions and people are numbers above 0');
const server = process.env['DATABASE_URL'];
if (server === undefined)
  throw new Error('DATABASE_URL names a PostgreSQL server on which a database may be made');

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)} ms`;
}

function lines(what: string, { decisions: made, latencies, seconds, ...result }: CapsResult): string[] {
  return [
    `${what}: ${made} decisions in ${seconds.toFixed(0)} s, ${result.messages} messages, ${result.cancelled} taken back`,
    `  a decision took ${quantile(latencies, 0.5)} in the middle, ${quantile(latencies, 0.99)} at the 99th percentile`,
    `  ${result.cards} places on site, ${result.reviewed} planned to leave after a review, ${result.tooSoon} of them too soon`,
    `  ${result.looks} looks of the oracle: ${result.over.length} over, ${result.full} windows full to the last place`,
    ...result.over.slice(0, 20).map((line) => `  ${line}`),
  ];
}

const name = `countersign_caps_${process.pid}`;
await administer(server, `create database ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;
let failed = false;
try {
  const database = await Database.open({ engine: 'postgres', url: url.href, maxConnections: writers });
  const world = await CapsWorld.open(database);
  try {
    const say = (line: string): void => {
      console.error(line);
    };
    const one = { people, seed: options.seed, decisions: Math.min(2_000, decisions) };
    const alone = await world.run({ ...one, writers: 1 });
    const many = await world.run({ ...one, decisions, writers, say });
    for (const line of [...lines('1 writer', alone), ...lines(`${writers} writers`, many)]) console.log(line);
    failed =
      alone.over.length + many.over.length + many.tooSoon > 0 ||
      Math.min(many.full, many.cards, many.reviewed) === 0 ||
      many.decisions !== decisions;
  } finally {
    await world.close();
    await database.close();
  }
} finally {
  await administer(server, `drop database if exists ${name} with (force)`);
}
process.exitCode = failed ? 1 : 0;
