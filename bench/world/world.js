import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { sampleFacts } from '../../dist/demo/catalogue.js';
import { MARKER, untilNone, untilStill } from './checks.js';
import { userIdOf } from './people.js';
import { startService, TOKEN } from './service.js';

/**
 * A place with databases of one engine that are all copies of one: migrated, with the sample playbook and catalogue, and `people` who have a
 * past. Each figure takes a copy, so that none finds what another one left.
 * @typedef {{ url?: string, directory?: string, drop: () => Promise<void> }} BenchDatabase
 */

/** @param {string} server a PostgreSQL where databases may be made and dropped */
function postgresPlace(server) {
  const prefix = `countersign_bench_${randomBytes(3).toString('hex')}`;
  let made = 0;
  const administer = async (statement) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };
  const database = (name) => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    return {
      name,
      url: url.href,
      drop: () => administer(`drop database if exists ${name} with (force)`),
    };
  };
  const create = async (template) => {
    const name = `${prefix}_${++made}`;
    await administer(`create database ${name}${template === undefined ? '' : ` template ${template.name}`}`);
    return database(name);
  };
  return {
    create,
    copy: create,
    /** One under a name of its own, kept from run to run: made by `fillIt` where it was not made to its end. */
    kept: async (name, fillIt) => {
      const there = database(name);
      const [kept] = await administer(
        `select shobj_description(d.oid, 'pg_database') as said from pg_database d where d.datname = '${name}'`,
      );
      if (kept?.said === WHOLE) return there;
      await there.drop();
      await administer(`create database ${name}`);
      await fillIt(there);
      await administer(`comment on database ${name} is '${WHOLE}'`);
      return there;
    },
  };
}

const WHOLE = 'made to its end';

function embeddedPlace() {
  const folder = async () => {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-data-'));
    return { directory, drop: () => rm(directory, { recursive: true, force: true }) };
  };
  return {
    create: folder,
    copy: async (template) => {
      const database = await folder();
      await cp(template.directory, database.directory, { recursive: true });
      return database;
    },
  };
}

async function post(url, path, body) {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}

/** Fills a new database by a service that runs for as long as that takes. The first person's decision is the model for past ones. */
async function fill(engine, database, { people, signals }) {
  const service = await startService(database, { paused: true });
  try {
    const facts = sampleFacts(new Date(), 'https://marrow-and-pine.example.com');
    await post(service.url, '/v1/facts/batch', { facts });
    await service.seed({ people: 1, signals: 0 });
    await post(service.url, '/v1/decisions', { userId: userIdOf(0) });
    const { seconds } = await service.seed({ people, signals, from: 1 });
    // Everybody's silence is watched from now on; what was due by then has been looked at.
    await service.resume('all');
    await service.query(MARKER);
    await untilNone(service, `select count(*) from timers where trigger_id = 'bench-marker'`, {
      stuckAfter: 300_000,
    });
    await untilNone(service, `select count(*) from work where state = 'ready' and due_at <= now()`);
    // Where there are many people, they are still being looked at.
    await untilStill(service, 'select count(*) from timers');
    await service.query(engine === 'postgres' ? 'vacuum analyze' : 'analyze');
    await service.maintain();
    return seconds;
  } finally {
    await service.stop();
  }
}

/**
 * @param {'embedded' | 'postgres'} engine
 * @param {{ server?: string, people: number, signals: number }} options `signals`: past ones for each person
 */
export async function makeWorld(engine, { server, people, signals }) {
  const place = engine === 'postgres' ? postgresPlace(server) : embeddedPlace();
  const original = await place.create();
  try {
    const seconds = await fill(engine, original, { people, signals });
    return {
      engine,
      people,
      original,
      seconds,
      /** A database of its own for one figure; whoever takes it drops it. @returns {Promise<BenchDatabase>} */
      copy: () => place.copy(original),
      /** One for limits: empty, or on the embedded engine, which takes long to make one, another copy. */
      empty: () => (engine === 'postgres' ? place.create() : place.copy(original)),
      end: () => original.drop(),
    };
  } catch (error) {
    await original.drop();
    throw error;
  }
}

/**
 * A world that takes long to make: made once under a name that tells its size, and kept for later runs, of which each works on a copy.
 * Drop the databases `countersign_bench_kept_…` by hand when the schema or the seed has changed so much that they are no longer what would be made.
 * @param {{ server: string, people: number, signals: number }} options as of `makeWorld`
 */
export async function keptWorld({ server, people, signals }) {
  const place = postgresPlace(server);
  let seconds = 0;
  const name = `countersign_bench_kept_${people}_${signals}`;
  const original = await place.kept(name, async (database) => {
    seconds = await fill('postgres', database, { people, signals });
  });
  return { name, seconds, copy: () => place.copy(original), empty: () => place.create() };
}
