import pg from 'pg';

const EVERY_MS = 25;
const ACTIVE = `select coalesce(wait_event_type || ':' || wait_event, 'running') as wait, count(*)::int as count
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'
  group by 1`;
const QUEUES = `select coalesce(c.relname, l.locktype) as what, count(*)::int as count
  from pg_locks l left join pg_class c on c.oid = l.relation
  where not l.granted and (l.database is null or l.database = (select oid from pg_database where datname = current_database()))
  group by 1`;

/**
 * Looks every 25 ms at what the backends of a database are doing and waiting for.
 * @param database of world.js
 * @returns {Promise<{ end: () => Promise<{ samples: number, waits: Map<string, number>, lockShare: number, longestQueue: number,
 *   queues: Map<string, number> }> }>} `waits`: backends seen by what they waited for; `lockShare`: of all seen in a transaction, in percent,
 *   those that waited for a lock; `longestQueue`: most waiters for locks at one moment; `queues`: waiters seen by what the lock was on
 */
export async function watchWaits(database) {
  const client = new pg.Client({ connectionString: database.url, application_name: 'bench' });
  await client.connect();
  const waits = new Map();
  const queues = new Map();
  let samples = 0;
  let longestQueue = 0;
  let running = true;
  const add = (counts, rows, name) => {
    for (const row of rows) counts.set(row[name], (counts.get(row[name]) ?? 0) + row.count);
  };
  const watching = (async () => {
    while (running) {
      add(waits, (await client.query(ACTIVE)).rows, 'wait');
      const { rows } = await client.query(QUEUES);
      add(queues, rows, 'what');
      longestQueue = Math.max(
        longestQueue,
        rows.reduce((sum, { count }) => sum + count, 0),
      );
      samples++;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    end: async () => {
      running = false;
      await watching;
      await client.end();
      const all = [...waits.values()].reduce((sum, count) => sum + count, 0);
      const locked = [...waits]
        .filter(([wait]) => wait.startsWith('Lock:'))
        .reduce((sum, [, count]) => sum + count, 0);
      return { samples, waits, queues, longestQueue, lockShare: all === 0 ? 0 : (locked / all) * 100 };
    },
  };
}
