import { quantile } from '../load/quantile.js';
import { rawClient } from '../limits/raw-client.js';
import { row } from '../row.js';
import { MARKER, untilNone } from '../world/checks.js';
import { startService } from '../world/service.js';

const DUE_PER_SECOND = 500;
/** Of those that are due so many in a hundred fire; the others waited for an order that came. */
const FIRE_PERCENT = 4;
/** Until the first is due: time to write them all down. */
const AHEAD_SECONDS = 0.5;

/** When each timer was let go, just before its transaction commits: see trigger.js. */
const WATCH = [
  `create unlogged table bench_let_go (occasion text, due_at timestamptz, at timestamptz)`,
  `create function bench_note_timer() returns trigger language plpgsql as $$
    begin insert into bench_let_go values (old.occasion, old.due_at, clock_timestamp()); return null; end $$`,
  `create constraint trigger bench_note_timer after delete on timers deferrable initially deferred
    for each row execute function bench_note_timer()`,
];

const HAS_ORDERED = `stage in ('new_customer', 'active', 'at_risk', 'lapsed')`;
/** Waiting for weeks yet, spread over everybody. */
const WAITING = (count) => `
  insert into timers (profile_id, trigger_id, occasion, since, due_at, created_at)
  select p.id, 'checkout-abandoned', 'bench ' || n.n, now(), now() + interval '1 hour' + random() * interval '30 days', now()
  from (select id, row_number() over () as nth, count(*) over () as people from profiles) p
  cross join lateral generate_series(p.nth, ${count}, p.people) n(n)`;

/**
 * Due one after another from a moment on, each for another person. What is waited for began before the person's last order, or for a few after
 * it: those fire. @param trigger whose timers they are
 */
const DUE = (count, trigger) => `
  insert into timers (profile_id, trigger_id, occasion, since, due_at, created_at)
  select p.id, '${trigger}', 'due ' || p.nth,
    case when p.nth % 100 < ${FIRE_PERCENT} then now() - interval '1 hour' else p.first_seen_at end,
    now() + (${AHEAD_SECONDS} + p.nth / ${DUE_PER_SECOND}.0) * interval '1 second', now()
  from (select id, first_seen_at, row_number() over (order by id) - 1 as nth from profiles where ${HAS_ORDERED} limit ${count}) p`;

/**
 * Inaction timers: 1,000,000 waiting, 500 due each second, how late each is let go (fired or found to be without cause). Beside it one raw client
 * that does nothing but delete what is due.
 */
export const name = 'timers';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const waiting = bench.size(200_000, 1_000_000);
  const database = await bench.world.copy();
  try {
    const raw = await rawClient(database);
    const { rows } = await raw.query(`select count(*)::int as customers from profiles where ${HAS_ORDERED}`);
    const due = Math.min(rows[0].customers, DUE_PER_SECOND * bench.size(4, 15));
    await raw.query(WAITING(waiting));
    await raw.query('analyze timers');
    const limit = await lagOfRaw(raw, due);
    await raw.end();
    const ours = await lagOfService(database, due);
    const against = 'one raw client that deletes what is due';
    const title = `inaction timers, ${waiting.toLocaleString('en')} waiting, 500 due/s`;
    return [
      row(`${title}, lag p50`, quantile(ours, 0.5), quantile(limit, 0.5), 'ms', 'lower', against),
      row(`${title}, lag p99`, quantile(ours, 0.99), quantile(limit, 0.99), 'ms', 'lower', against),
    ];
  } finally {
    await database.drop();
  }
}

async function lagOfRaw(raw, due) {
  await raw.query(DUE(due, 'limit'));
  const lags = [];
  while (lags.length < due) {
    const { rows } = await raw.query(
      `delete from timers where ctid = any(array(select ctid from timers where due_at <= now() order by due_at limit 100))
       returning extract(epoch from clock_timestamp() - due_at) * 1000 as lag`,
    );
    lags.push(...rows.map(({ lag }) => Number(lag)));
    if (rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return lags;
}

async function lagOfService(database, due) {
  const service = await startService(database, { paused: true });
  try {
    await service.resume('all');
    // At its start the loop looks for people who are silent already; a measurement of it begins after that.
    await service.query(MARKER);
    await untilNone(service, `select count(*) from timers where trigger_id = 'bench-marker'`, {
      stuckAfter: 120_000,
    });
    for (const statement of WATCH) await service.query(statement);
    await service.query(DUE(due, 'checkout-abandoned'));
    const before = `select count(*) from timers where trigger_id = 'checkout-abandoned' and occasion like 'due %'`;
    await untilNone(service, before, { every: 500, stuckAfter: 60_000 });
    const rows = await service.query(
      `select extract(epoch from at - due_at) * 1000 as lag from bench_let_go where occasion like 'due %'`,
    );
    if (rows.length < due) throw new Error(`${due} timers were due and ${rows.length} were let go`);
    await checkFired(service, due);
    return rows.map(({ lag }) => Number(lag));
  } finally {
    await service.kill();
  }
}

/** Some fired and most did not, or this was not a measurement of timers that are looked at. */
async function checkFired(service, due) {
  const [{ fired }] = await service.query(
    `select count(*)::int as fired from firings where trigger_id = 'checkout-abandoned'`,
  );
  const share = (fired / due) * 100;
  if (share < FIRE_PERCENT / 2) throw new Error(`only ${fired} of ${due} due timers fired`);
  if (share > 90) throw new Error(`${fired} of ${due} due timers fired`);
}
