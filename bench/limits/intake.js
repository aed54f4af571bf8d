import { countingCpu } from '../load/cpu.js';
import { rawClient } from './raw-client.js';

const BATCH = 200;

/**
 * What the service reads for a batch, in its order (keys apart, which it mostly has at hand); what it writes comes after. Nothing is opened,
 * matched or computed in between.
 */
const WAITING = `select i.partition, i.seq, s.id, s.key_id, s.body from (select * from signal_inbox order by seq limit ${BATCH}) i
  join signals s on s.received_at = i.received_at and s.id = i.signal_id order by i.seq`;
const IDENTITIES =
  'select i.hash, p.id from identities i join profiles p on p.id = i.profile_id where i.hash = any($1)';
const PROFILES = 'select id, state from profiles where id = any($1) order by id for no key update';
const TIMERS = 'select * from timers where profile_id = any($1)';
const HITS = 'select * from trigger_hits where profile_id = any($1)';
const UPDATE = `update profiles p set state = decode(u.state, 'base64'), version = p.version + 1
  from jsonb_to_recordset($1::jsonb) as u(id text, state text) where p.id = u.id`;
const BEGIN_HITS = `insert into trigger_hits (profile_id, trigger_id, signal_id, at)
  select h.profile, 'limit', h.signal, now() from jsonb_to_recordset($1::jsonb) as h(profile text, signal text)`;
const BEGIN_TIMERS = `insert into timers (profile_id, trigger_id, occasion, since, due_at, created_at)
  select t.profile, 'limit', t.signal, now(), now() + interval '1 day', now()
  from jsonb_to_recordset($1::jsonb) as t(profile text, signal text)`;
const FIRE = `insert into firings (id, profile_id, trigger_id, occasion, bundle_hash, fired_at, evidence)
  select 'limit_' || f.signal, f.profile, 'limit', f.signal, 'limit', now(), '{}'
  from jsonb_to_recordset($1::jsonb) as f(profile text, signal text)`;
const HAND_OVER = `insert into work (kind, key, due_at, created_at)
  select 'limit', f.signal, now() + interval '1 day', now() from jsonb_to_recordset($1::jsonb) as f(profile text, signal text)`;
const END_WAITING =
  'delete from signal_inbox where partition = any($1::smallint[]) and seq = any($2::bigint[])';
/** Of the shop's mix: how many in a batch count towards a trigger, begin to wait, and fire. */
const SHARES = { hits: 0.2, timers: 0.04, fires: 0.02 };

/**
 * Signals a second that one raw client takes through the reads and writes of the service's intake, a transaction a batch. It writes each
 * profile's state back as it was.
 * @param database with a filled inbox and nobody at it @param {{ signals: number }} options how many to take
 * @returns {Promise<{ perSecond: number, cpu: { client: number, database: number | null } }>} `cpu`: microseconds a signal
 */
export async function intakeLimit(database, { signals }) {
  const raw = await rawClient(database);
  try {
    await raw.query('select count(*) from signal_inbox');
    await batch(raw); // Plans and caches.
    const { result, cpu } = await countingCpu(process, database, async () => {
      let taken = 0;
      const started = performance.now();
      while (taken < signals) taken += await batch(raw);
      return { taken, seconds: (performance.now() - started) / 1000 };
    });
    await raw.query(`delete from trigger_hits where trigger_id = 'limit'`);
    await raw.query(`delete from timers where trigger_id = 'limit'`);
    await raw.query(`delete from firings where trigger_id = 'limit'`);
    await raw.query(`delete from work where kind = 'limit'`);
    const { taken, seconds } = result;
    return {
      perSecond: taken / seconds,
      cpu: { client: cpu.service / taken, database: cpu.database === null ? null : cpu.database / taken },
    };
  } finally {
    await raw.end();
  }
}

async function batch(raw) {
  await raw.query('begin');
  const { rows: waiting } = await raw.query(WAITING);
  if (waiting.length < BATCH) throw new Error('the inbox was emptied before the limit was measured');
  const hashes = [...new Set(waiting.map((row) => row.key_id))];
  const { rows: identities } = await raw.query(IDENTITIES, [hashes]);
  const profileOf = new Map(identities.map((row) => [row.hash, row.id]));
  const ids = [...new Set(profileOf.values())];
  const { rows: profiles } = await raw.query(PROFILES, [ids]);
  await raw.query(TIMERS, [ids]);
  await raw.query(HITS, [ids]);
  await raw.query(UPDATE, [
    JSON.stringify(profiles.map(({ id, state }) => ({ id, state: Buffer.from(state).toString('base64') }))),
  ]);
  const some = (share) =>
    JSON.stringify(
      waiting.slice(0, BATCH * share).map((row) => ({ profile: profileOf.get(row.key_id), signal: row.id })),
    );
  await raw.query(BEGIN_HITS, [some(SHARES.hits)]);
  await raw.query(BEGIN_TIMERS, [some(SHARES.timers)]);
  await raw.query(FIRE, [some(SHARES.fires)]);
  await raw.query(HAND_OVER, [some(SHARES.fires)]);
  await raw.query(END_WAITING, [
    [...new Set(waiting.map((row) => row.partition))],
    waiting.map((row) => row.seq),
  ]);
  await raw.query('commit');
  return waiting.length;
}
