import { decisions, makeLoad } from '../load/load.js';
import { row } from '../row.js';
import { askPolicies } from '../world/playbook.js';
import { startService } from '../world/service.js';

/** Decisions asked for over HTTP, for so many different people; the rest are copies of theirs. */
const MADE = 500;
const AIM_S = 20;
const AIM_OF = 100_000;
const LOOK_EVERY_MS = 250;

/**
 * Deciding stored decisions again under the playbook in force, as a strategist asks for it: all of them must come out the same, byte for byte.
 * Also how much the process grows meanwhile.
 */
export const name = 'replay';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const count = bench.size(10_000, AIM_OF);
  const database = await bench.world.copy();
  const service = await startService(database);
  try {
    await makeLoad({
      urls: [service.url],
      requests: decisions(bench.world.people),
      connections: 4,
      total: MADE,
      warmUp: 0,
    });
    await copyDecisions(service, count);
    const before = await service.memory();
    const cpuBefore = await service.cpu();
    const began = performance.now();
    const replay = await replayed(service);
    const seconds = (performance.now() - began) / 1_000;
    const cpu = (await service.cpu()) - cpuBefore;
    const after = await service.memory();
    if (replay.reproduced !== replay.decisions || replay.decisions < count)
      throw new Error(`${replay.reproduced} of ${replay.decisions} decisions came out the same`);
    const title = 'replay of 100,000 decisions';
    return [
      row(
        title,
        (seconds / replay.decisions) * AIM_OF,
        AIM_S,
        's',
        'lower',
        `what it may take; ${replay.decisions.toLocaleString('en')} were replayed`,
      ),
      row(
        `${title}, CPU of the service`,
        (cpu / 1e6 / replay.decisions) * AIM_OF,
        AIM_S * 2,
        's',
        'lower',
        'two cores for as long as it may take',
      ),
      row(
        `${title}, memory at its highest`,
        after.highest,
        before.highest,
        'MiB',
        'lower',
        'the highest before it',
      ),
    ];
  } finally {
    await service.kill();
    await database.drop();
  }
}

/** Executed ones, so that everything a replay counts is counted. */
async function copyDecisions(service, count) {
  const columns = await service.query(
    `select column_name as name from information_schema.columns where table_name = 'decisions' and table_schema = current_schema()
     order by ordinal_position`,
  );
  const own = { id: `d.id || '_' || n`, mode: `'execute'`, firing_id: 'null', message_id: 'null' };
  const names = columns.map(({ name }) => name);
  await service.query(`
    with made as materialized (select * from decisions order by created_at desc limit ${MADE}),
      copied as (
        insert into decisions (${names.join(', ')})
        select ${names.map((column) => own[column] ?? `d.${column}`).join(', ')}
        from made d cross join generate_series(1, ${Math.ceil(count / MADE)}) n)
    insert into situations (decision_id, created_at, situation)
    select s.decision_id || '_' || n, s.created_at, s.situation
    from made d join situations s on s.decision_id = d.id and s.created_at = d.created_at
      cross join generate_series(1, ${Math.ceil(count / MADE)}) n`);
  await service.query('analyze decisions, situations');
}

async function replayed(service) {
  const ask = (path, init) => askPolicies(service, path, init);
  const { hash } = await ask('');
  const { id } = await ask('/replay', { method: 'POST', body: JSON.stringify({ bundle: hash }) });
  for (;;) {
    const replay = await ask(`/replay/${id}`);
    if (replay.state === 'failed') throw new Error(`the replay failed: ${replay.error}`);
    if (replay.state === 'done') return replay;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
