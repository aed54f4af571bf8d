import pg from 'pg';

const EVERY_MS = 25;
const ACTIVE = `select coalesce(wait_event_type || ':' || wait_event, 'running') as wait, count(*)::int as count
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'
  group by 1`;
// Who waits for another's row waits for its transaction: which table it is, only the statement tells.
const QUEUES = `select coalesce(c.relname, l.locktype) || ' for «' || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 70) || '»' as what,
    count(*)::int as count
  from pg_locks l join pg_stat_activity a on a.pid = l.pid left join pg_class c on c.oid = l.relation
  where not l.granted and (l.database is null or l.database = (select oid from pg_database where datname = current_database()))
  group by 1`;

/**
 * Looks every 25 ms at what the backends of a database are doing and waiting for while something is done.
 * @param database of world.js @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, samples: number, waits: Map<string, number>, lockShare: number, longestQueue: number,
 *   queues: Map<string, number> }>} `waits`: backends seen by what they waited for; `lockShare`: of all seen in a transaction, in percent, those
 *   that waited for a lock; `longestQueue`: most waiters for locks at one moment; `queues`: waiters seen by what the lock was on and the statement that waited
 * @template T
 */
export async function watchingWaits(database, work) {
  const client = new pg.Client({ connectionString: database.url, application_name: 'bench' });
  await client.connect();
  const seen = { waits: new Map(), queues: new Map(), samples: 0, longestQueue: 0 };
  let running = true;
  const watching = (async () => {
    for (; running; await new Promise((resolve) => setTimeout(resolve, EVERY_MS))) await look(client, seen);
  })();
  let result;
  try {
    result = await work();
  } finally {
    running = false;
    await watching;
    await client.end();
  }
  const all = sum(seen.waits.values());
  const locked = sum([...seen.waits].flatMap(([wait, count]) => (wait.startsWith('Lock:') ? [count] : [])));
  return { result, ...seen, lockShare: all === 0 ? 0 : (locked / all) * 100 };
}

async function look(client, seen) {
  const add = (counts, what, count) => counts.set(what, (counts.get(what) ?? 0) + count);
  for (const { wait, count } of (await client.query(ACTIVE)).rows) add(seen.waits, wait, count);
  const { rows } = await client.query(QUEUES);
  for (const { what, count } of rows) add(seen.queues, what, count);
  seen.longestQueue = Math.max(seen.longestQueue, sum(rows.map(({ count }) => count)));
  seen.samples++;
}

const sum = (numbers) => [...numbers].reduce((total, number) => total + number, 0);
