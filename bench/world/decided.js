import { firingBatches, makeLoad } from '../load/load.js';
import { untilNone } from './checks.js';

/**
 * The moment of each decision, written just before its transaction commits: a deferred constraint trigger runs at the commit, before the log
 * is flushed. In a table of its own, without a log.
 */
const WATCH = [
  `create unlogged table bench_decided (firing_id text, at timestamptz)`,
  `create function bench_note_decision() returns trigger language plpgsql as $$
    begin insert into bench_decided values (new.firing_id, clock_timestamp()); return null; end $$`,
  `create constraint trigger bench_note_decision after insert on decisions deferrable initially deferred
    for each row when (new.firing_id is not null) execute function bench_note_decision()`,
];

export async function watchDecisions(service) {
  for (const statement of WATCH) await service.query(statement);
}

/** Two signals in a hundred fire a trigger. */
const FIRES = 0.02;
const BATCH = 20;

/**
 * Sends signals in an open loop, in batches, and waits for what follows from them.
 * @param service whose decisions are watched
 * @returns how long it took to acknowledge them, as `makeLoad`, and from signal to decision, in ms
 */
export async function firing(bench, service, { perSecond, ...load }) {
  const sent = await makeLoad({
    urls: [service.url],
    requests: firingBatches(bench.world.people, BATCH, FIRES),
    rate: perSecond / BATCH,
    ...load,
  });
  if (sent.refused > 0) throw new Error(`${sent.refused} requests were refused`);
  await followed(service);
  return { acknowledged: sent, latencies: await latenciesOf(service, sent.tags) };
}

/** Waits until every signal is applied and every trigger that fired is decided. */
async function followed(service) {
  await untilNone(service, 'select count(*) from signal_inbox');
  await untilNone(service, `select count(*) from work where kind = 'trigger.fired' and state = 'ready'`);
}

/** Milliseconds from each firing signal's time to its decision's commit. @throws Error when one of them has none */
async function latenciesOf(service, tags) {
  const rows = await service.query(`
    select s.message_id as message, extract(epoch from b.at) * 1000 as at
    from bench_decided b join firings f on f.id = b.firing_id join signals s on s.id = f.signal_id`);
  const decidedAt = new Map(rows.map(({ message, at }) => [message, Number(at)]));
  const missing = tags.filter(([message]) => !decidedAt.has(message));
  if (missing.length > 0)
    throw new Error(`${missing.length} of ${tags.length} firing signals led to no decision`);
  if (rows.length > tags.length * 1.5)
    throw new Error(`${rows.length} decisions followed from triggers where ${tags.length} were meant`);
  return tags.flatMap(([message, sentAt, counts]) => (counts ? [decidedAt.get(message) - sentAt] : []));
}
