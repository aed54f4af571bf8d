import pg from 'pg';
import { row } from '../row.js';
import { untilNone } from '../world/checks.js';
import { keptWorld } from '../world/world.js';
import { startService } from '../world/service.js';
import * as decisions from './decisions.js';
import * as ingest from './ingest.js';
import * as processing from './processing.js';
import * as scaleOut from './scale-out.js';
import * as timers from './timers.js';
import * as trigger from './trigger.js';

/** People, and signals each has in the log. */
const SIZES = [
  [10_000, 10],
  [100_000, 10],
  [1_000_000, 10],
];
/** Ingest last: it leaves most to be done. */
const FIGURES = [decisions, timers, processing, trigger, scaleOut, ingest];
/** Above it a copy for each figure takes too long: each goes on where the last one has been brought to its end, and there is one database to scale out on. */
const MOST_COPIED = 100_000;
const IN_MIB = 2 ** 20;
const SECONDS = 5;

/**
 * The same figures with ten and a hundred times as many people and signals; the limit of each is what it was at the smallest size. Also what it
 * takes on disk, how long a month of signals takes to be dropped, and, on stderr, where reads left the cache.
 */
export const name = 'growth';
export const engines = ['postgres'];

export async function measure(bench) {
  const rows = [];
  const first = new Map();
  const add = (people, one) => {
    if (!first.has(one.name)) first.set(one.name, one.ours);
    const title = `${people.toLocaleString('en')} people: ${one.name}`;
    bench.say(`  ${title}: ${one.ours} ${one.unit}`);
    rows.push(row(title, one.ours, first.get(one.name), one.unit, one.better, 'the same with 10,000 people'));
  };
  const sizes = bench.size([SIZES[0], SIZES[1]], SIZES);
  const worlds = [];
  for (const [people, signals] of sizes) {
    const kept = await keptWorld({ server: bench.server, people, signals });
    worlds.push(kept);
    bench.say(`${kept.name}: ${kept.seconds === 0 ? 'was there' : `made in ${kept.seconds.toFixed(0)} s`}`);
  }
  if (bench.onlyWorlds) return rows;
  for (const [i, [people, signals]] of sizes.entries()) {
    const original = await worlds[i].copy();
    const isCopied = people <= MOST_COPIED;
    const world = {
      engine: 'postgres',
      people,
      original,
      copy: isCopied ? worlds[i].copy : async () => ({ ...original, drop: () => settle(original) }),
      empty: worlds[i].empty,
    };
    try {
      for (const one of await onDisk(world, people * signals)) add(people, one);
      for (const figure of FIGURES.filter((each) => isCopied || each !== scaleOut)) {
        const before = await readsOf(world);
        for (const one of await figure.measure({ ...bench, seconds: SECONDS, world })) add(people, one);
        if (!isCopied)
          bench.say(`  ${figure.name} at ${people}: ${describeReads(before, await readsOf(world))}`);
      }
      add(people, await dropMonth(world));
    } finally {
      await original.drop();
    }
  }
  return rows;
}

/** What people and signals take with their indexes. */
async function onDisk(world, signals) {
  const service = await startService(world.original, { paused: true });
  try {
    const [{ log, dedup, people, all }] = await service.query(`
      select sum(size) filter (where name like 'signals%')::float8 as log, sum(size) filter (where name like 'signal_dedup%')::float8 as dedup,
        sum(size) filter (where name in ('profiles', 'identities', 'person_keys', 'consents', 'address_claims', 'claimed_addresses', 'timers'))::float8 as people,
        pg_database_size(current_database())::float8 as all
      from (select relname as name, pg_total_relation_size(oid) as size from pg_class where relkind = 'r') t`);
    const each = (title, bytes, count) => row(title, bytes / count, 1, 'bytes', 'lower', '');
    return [
      row('on disk', all / IN_MIB, 1, 'MiB', 'lower', ''),
      each('on disk, a signal in the log', log, signals),
      each('on disk, a signal against duplicates', dedup, signals),
      each('on disk, a person with keys, identities, claims and timers', people, world.people),
    ];
  } finally {
    await service.stop();
  }
}

/** Retention: a month leaves as a whole, whatever lies in it. */
async function dropMonth(world) {
  const service = await startService(world.original, { paused: true });
  try {
    const [oldest] = await service.query(
      `select c.relname as name, c.reltuples::float8 as signals from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'signals'::regclass and c.relname <> 'signals_rest' order by 1 limit 1`,
    );
    if (oldest.signals < 1) throw new Error(`${oldest.name} is empty: there is nothing to drop`);
    const started = performance.now();
    await service.query(`drop table ${oldest.name}`);
    return row('dropping a month of signals', performance.now() - started, 1, 'ms', 'lower', '');
  } finally {
    await service.stop();
  }
}

/** Longer than the longest lease: figures end their services at once, and what those held is taken up when its lease is over. */
const LEASES_END_MS = 180_000;

/** Lets everything happen that follows from what was sent. */
async function settle(database) {
  const service = await startService(database);
  try {
    await untilNone(service, 'select count(*) from signal_inbox', { every: 500, stuckAfter: LEASES_END_MS });
    await untilNone(service, `select count(*) from work where state = 'ready' and due_at <= now()`, {
      every: 500,
      stuckAfter: LEASES_END_MS,
    });
  } finally {
    await service.stop();
  }
}

/** Pages asked for so far, found in shared buffers or not. */
async function readsOf({ original }) {
  const client = new pg.Client({ connectionString: original.url });
  await client.connect();
  const { rows } = await client.query(
    `select blks_hit::float8 as hit, blks_read::float8 as read from pg_stat_database where datname = current_database()`,
  );
  await client.end();
  return rows[0];
}

function describeReads(before, after) {
  const [hit, read] = [after.hit - before.hit, after.read - before.read];
  return `${((hit / Math.max(1, hit + read)) * 100).toFixed(2)} % of ${hit + read} pages were in shared buffers`;
}
