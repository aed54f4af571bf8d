// npm run bench: each figure beside its limit, measured in the same run on this machine. docs/performance.md says what they mean.
//
//   --quick            within two minutes: smaller loads, fewer people; without it about a quarter of an hour
//   --only NAME,NAME   these figures alone
//   --embedded-only, --postgres-only
//   --growth           the curve over 10,000, 100,000 and 1,000,000 people, the last with 10,000,000 signals: an hour, 40 GB of disk.
//                      What takes longest, making these people, is done once and kept; --only-worlds does no more than that
//   --json FILE        [{ name, ours, limit, ratio, unit, better }]
//   --markdown         prints the table as it stands in docs/performance.md
//
// A figure is a module below figures/ that exports `name`, `slow` when it is left out of --quick, `engines` ('embedded', 'postgres', or 'none' for what needs no database) and
// `measure(bench)`, which returns rows made by row.js and throws when what it measured was not what it meant to measure.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../scripts/build.js';
import { print } from './table.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    'embedded-only': { type: 'boolean', default: false },
    'postgres-only': { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    'only-worlds': { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});
buildIfStale('main.js');
const { makeWorld } = await import('./world/world.js');
const figures = await Promise.all(
  (options.growth
    ? ['growth']
    : [
        'ingest',
        'decisions',
        'processing',
        'trigger',
        'timers',
        'cost',
        'overload',
        'scale-out',
        'redis',
        'expressions',
        'checks',
        'replay',
        'caps',
        'retrieval',
        'drafts',
      ]
  ).map((name) => import(`./figures/${name}.js`)),
);

const server = process.env.DATABASE_URL;
const engines = [
  ['none', ''],
  ['embedded', 'embedded: '],
  ['postgres', 'PostgreSQL: '],
].filter(
  ([engine]) =>
    !(engine === 'embedded' && options['postgres-only']) &&
    !(engine === 'postgres' && (options['embedded-only'] || server === undefined)),
);
const wanted = options.only?.split(',');
const unknown = wanted?.filter((name) => !figures.some((figure) => figure.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `no such figure: ${unknown.join(', ')}; there are ${figures.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

const rows = [];
let failures = 0;
const began = performance.now();
const say = (line) =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);

async function measureAll([engine, prefix]) {
  const ofEngine = figures.filter(
    (figure) =>
      figure.engines.includes(engine) &&
      (wanted === undefined ? !(options.quick && figure.slow) : wanted.includes(figure.name)),
  );
  if (ofEngine.length === 0) return;
  const size = (quick, full) => (options.quick ? quick : full);
  const base = {
    engine,
    server,
    size,
    seconds: size(1.5, 10),
    warmUp: size(0.7, 2),
    say,
    onlyWorlds: options['only-worlds'],
  };
  // Growth makes worlds of its own, and what needs no database needs none.
  const world =
    engine === 'none' || options.growth
      ? undefined
      : await makeWorld(engine, { server, people: size(2_500, 10_000), signals: size(0, 5) });
  if (world !== undefined) say(`${prefix}${world.people} people made`);
  try {
    for (const figure of ofEngine) {
      say(`${prefix}${figure.name} …`);
      try {
        const measured = await figure.measure({ ...base, world });
        rows.push(...measured.map((one) => ({ ...one, name: `${prefix}${one.name}` })));
        for (const one of measured) say(`  ${one.name}: ${one.ours} (${one.limit}) ${one.unit}`);
      } catch (error) {
        failures++;
        say(`${prefix}${figure.name} could not be measured: ${error.stack}`);
      }
    }
  } finally {
    await world?.end();
  }
}

for (const engine of engines) await measureAll(engine);
if (server === undefined && !options['embedded-only'])
  console.error('DATABASE_URL is not set: PostgreSQL was not measured.');
print(rows, { markdown: options.markdown });
if (options.json !== undefined) {
  const plain = rows.map(({ name, ours, limit, ratio, unit, better }) => ({
    name,
    ours,
    limit,
    ratio,
    unit,
    better,
  }));
  await writeFile(options.json, `${JSON.stringify(plain, null, 2)}\n`);
}
process.exitCode = failures === 0 ? 0 : 1;
