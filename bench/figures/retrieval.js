import pg from 'pg';
import { selectNearest } from '../../dist/drafting/past-messages.repository.js';
import { Database } from '../../dist/platform/database/index.js';
import { quantile } from '../load/quantile.js';
import { row } from '../row.js';
import { random } from '../world/people.js';

const AIM_MS = 20;
/** As many figures as the offline embedding model gives. */
const DIMENSIONS = 512;
const SHOWN = 3;
const SPACE = 'bench';
const SEEKS = 400;
const WARM_UP = 20;
/** Of the last there are two, the oldest: then other tones are looked through as well. */
const SOUGHT = ['new', 'active', 'rare'];

/** The approved messages nearest to one that is to be written, among 100,000 of one action and language, the embedding itself apart. */
export const name = 'retrieval';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const count = bench.size(20_000, 100_000);
  const copy = await bench.world.copy();
  try {
    await fill(copy.url, count);
    const database = await Database.openAsItIs({ engine: 'postgres', url: copy.url });
    const dice = random(7);
    const milliseconds = [];
    try {
      for (let i = 0; i < SEEKS + WARM_UP; i++) {
        const vector = Array.from({ length: DIMENSIONS }, () => dice() - 0.5);
        const near = {
          action: 'welcome',
          locale: 'en',
          stage: SOUGHT[i % SOUGHT.length],
          space: SPACE,
          vector,
        };
        const began = performance.now();
        const found = await selectNearest(database.db, near, SHOWN);
        if (i >= WARM_UP) milliseconds.push(performance.now() - began);
        if (found.length !== SHOWN) throw new Error(`${found.length} messages were found`);
      }
    } finally {
      await database.close();
    }
    const title = `past messages nearest to a point, of ${count.toLocaleString('en')}`;
    const against = 'what it may take';
    return [
      row(`${title}, p50`, quantile(milliseconds, 0.5), AIM_MS, 'ms', 'lower', against),
      row(`${title}, p99`, quantile(milliseconds, 0.99), AIM_MS, 'ms', 'lower', against),
    ];
  } finally {
    await copy.drop();
  }
}

/** Without the messages they were: only what is looked at is made. */
async function fill(url, count) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into past_messages (message_id, action, locale, stage, space, approved_at, key_id, words, embedding)
       select 'msg_bench_' || n, 'welcome', 'en', case when n > $3 - 2 then 'rare' else (array['new', 'active', 'lapsing'])[1 + n % 3] end, $1, now() - n * interval '1 minute', 'prf_bench',
         convert_to(repeat(md5(n::text), 30), 'UTF8'),
         (select array_agg((random() - 0.5 + 0 * (k + n))::real) from generate_series(1, $2::int) k)::vector
       from generate_series(1, $3::int) g(n)`,
      [SPACE, DIMENSIONS, count],
    );
    await client.query('analyze past_messages');
  } finally {
    await client.end();
  }
}
