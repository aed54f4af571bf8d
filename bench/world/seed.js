import { sql } from 'kysely';
import { DECISIONS_WITH_SITUATION, SITUATION } from '../../dist/decisions/index.js';
import { Database } from '../../dist/platform/database/index.js';
import { Secrets } from '../../dist/platform/secrets/secrets.js';
import { Vault } from '../../dist/platform/vault/index.js';
import { sha256Hex } from '../../dist/shared/hash.js';
import { addressHash, identityHash } from '../../dist/shared/identity.js';
import { Ids } from '../../dist/shared/ids.js';
import { population, random } from './people.js';

const DAY_MS = 86_400_000;
/** People of one transaction. */
const AT_ONCE = 500;
/** Their signals arrived within so many days: what lies in the log by its rule of retention, message ids included. */
const DAYS_OF_SIGNALS = 29;
/** Of so many people one had a mail lately. */
const ONE_MAILED_IN = 20;

/**
 * Fills the database of a running service with people who have a past: profiles as their signals would have left them, sealed by the service's
 * own vault under keys of their own, and `signals` signals each in the log, applied already. Written by few statements, not one by one through
 * the service: that would take as long as the past did.
 * @param app the Nest application
 * @param {{ people: number, signals: number, from?: number }} request `from`: how many there are already
 * @returns {Promise<{ seconds: number }>}
 */
export async function seed(app, { people, signals, from = 0 }) {
  const began = performance.now();
  const now = Date.now();
  const parts = {
    database: app.get(Database),
    vault: app.get(Vault),
    ids: app.get(Ids),
    identitySecret: app.get(Secrets).lookup('identity'),
    addressSecret: app.get(Secrets).lookup('address'),
    personOf: population(now),
    dice: random(from + 1),
    now,
  };
  await makeMonths(parts);
  parts.model = await modelDecision(parts);
  let next = from;
  const work = async () => {
    while (next < people) {
      const first = next;
      next = Math.min(people, first + AT_ONCE);
      await insertPeople(parts, first, next, signals);
    }
  };
  // Two at once: one seals while the other waits for the database. The embedded engine has one connection, so there they take turns.
  await Promise.all(parts.database.engine === 'postgres' ? [work(), work()] : [work()]);
  return { seconds: (performance.now() - began) / 1000 };
}

/** Partitions for the months in which the past signals arrived; the service itself makes those to come. */
async function makeMonths({ database, now }) {
  const month = (ms, ahead) => {
    const at = new Date(ms);
    return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1)).toISOString();
  };
  for (const from of new Set([month(now - DAYS_OF_SIGNALS * DAY_MS, 0), month(now, 0)])) {
    const name = `signals_${from.slice(0, 7).replace('-', '_')}`;
    await sql`create table if not exists ${sql.table(name)} partition of signals
      for values from (${sql.lit(from)}) to (${sql.lit(month(Date.parse(from), 1))})`.execute(database.db);
  }
}

/** A decision the service itself made, to be sealed again for others; null before there is one. */
async function modelDecision({ database, vault }) {
  const { rows } = await sql`
    select d.*, ${SITUATION} as kept from ${DECISIONS_WITH_SITUATION} limit 1`.execute(database.db);
  const row = rows[0];
  if (row === undefined) return null;
  const key = (await vault.keys(database.db, [row.key_id])).get(row.key_id);
  return {
    row,
    situation: vault.unsealText(key, row.kept),
    result: vault.unsealText(key, row.result),
  };
}

async function insertPeople(parts, first, last, signals) {
  const { database, vault, ids, identitySecret, addressSecret, personOf } = parts;
  const people = Array.from({ length: last - first }, (_, i) => {
    const id = ids.make('prf');
    const person = personOf(first + i, id);
    return {
      id,
      ...person,
      hash: identityHash(identitySecret, 'user', person.userId),
      address: addressHash(addressSecret, 'email', person.email),
    };
  });
  await database.transaction(async (tx) => {
    const keys = await vault.ensureKeys(
      tx,
      people.flatMap(({ id, hash }) => [id, hash]),
    );
    await insertProfiles(tx, parts, people, keys);
    if (parts.model !== null) await insertMails(tx, parts, people, keys);
    for (let i = 0; i < signals; i++) await insertPast(tx, parts, people, keys);
  });
}

/** What they said about mail, as a profile holds it; nothing for those who said nothing. */
function consentOf({ consents: [consent] }) {
  if (consent === undefined) return {};
  const { channel, topic, state, source, at } = consent;
  return { channel, topic, granted: state, source, said: at };
}

async function insertProfiles(tx, { vault, ids, now }, people, keys) {
  const rows = people.map(({ id, hash, address, text, profile }) => ({
    id,
    hash,
    address,
    signal: ids.make('sig'),
    consent: ids.make('con'),
    stage: profile.stage,
    country: profile.country,
    first: profile.firstSeenAt,
    last: profile.lastSeenAt,
    ...consentOf(profile),
    state: vault.sealText(keys.get(id), text).toString('base64'),
  }));
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json) as g(id text, hash text, address text, signal text, consent text,
    stage text, country text, first timestamptz, last timestamptz, channel text, topic text, granted text, source text, said timestamptz, state text)`;
  const at = new Date(now);
  await sql`
    insert into profiles (id, user_id_hash, stage, country, first_seen_at, last_seen_at, version, state)
    select g.id, g.hash, g.stage, g.country, g.first, g.last, 1, decode(g.state, 'base64') from ${given}`.execute(
    tx,
  );
  await sql`
    insert into identities (hash, kind, profile_id, signal_id, first_seen_at)
    select g.hash, 'user', g.id, g.signal, g.first from ${given}`.execute(tx);
  await sql`
    insert into consents (id, profile_id, channel, topic, state, source, at, recorded_at)
    select g.consent, g.id, g.channel, g.topic, g.granted, g.source, g.said, ${at} from ${given}
    where g.said is not null`.execute(tx);
  await sql`insert into claimed_addresses (address_hash) select g.address from ${given}`.execute(tx);
  await sql`
    insert into address_claims (address_hash, profile_id, claimed_at) select g.address, g.id, g.first from ${given}`.execute(
    tx,
  );
}

/** One past signal for each person; all of one call arrived at the same moment of the last weeks. */
async function insertPast(tx, { vault, ids, dice, now }, people, keys) {
  const at = new Date(now - dice() * DAYS_OF_SIGNALS * DAY_MS).toISOString();
  const rows = people.map(({ userId, hash }) => {
    const id = ids.make('sig');
    // Clients make message ids up at random, and a signal's place among those that are known is by its message id.
    const message = sha256Hex(id).slice(0, 32);
    const record = {
      id,
      source: 'bench-past',
      messageId: message,
      type: 'track',
      event: 'Product Viewed',
      userId,
      anonymousId: null,
      previousId: null,
      groupId: null,
      traits: {},
      properties: { product_id: 'cup-tide', name: 'Tide cup, 180 ml', price: 24, currency: 'EUR' },
      context: {
        library: { name: 'analytics-node', version: '6.2.0' },
        page: { path: '/products/cup-tide' },
      },
      occurredAt: at,
      receivedAt: at,
    };
    return {
      id,
      hash,
      message,
      body: vault.sealText(keys.get(hash), JSON.stringify(record)).toString('base64'),
    };
  });
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json) as g(id text, hash text, message text, body text)`;
  await sql`
    insert into signals (id, received_at, source, message_id, type, event, identity_hash, occurred_at, key_id, body)
    select g.id, ${at}, 'bench-past', g.message, 'track', 'Product Viewed', g.hash, ${at}, g.hash, decode(g.body, 'base64')
    from ${given}`.execute(tx);
  await sql`
    insert into signal_dedup (source, message_id, signal_id, seen_at)
    select 'bench-past', g.message, g.id, ${at} from ${given}`.execute(tx);
}

/** A mail sent some weeks ago to one person in a few, with the decision behind it. */
async function insertMails(tx, { vault, ids, dice, now, model }, people, keys) {
  const { row, situation, result } = model;
  const rows = people
    .filter((_, i) => i % ONE_MAILED_IN === 0)
    .map(({ id, address }) => ({
      decision: ids.make('dec'),
      message: ids.make('msg'),
      profile: id,
      address,
      at: new Date(now - (8 + dice() * 80) * DAY_MS).toISOString(),
      situation: vault.sealText(keys.get(id), situation).toString('base64'),
      result: vault.sealText(keys.get(id), result).toString('base64'),
    }));
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    as g(decision text, message text, profile text, address text, at timestamptz, situation text, result text)`;
  await sql`
    with g as (select * from ${given}), apart as (
      insert into situations (decision_id, created_at, situation) select g.decision, g.at, decode(g.situation, 'base64') from g
    )
    insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, bundle_hash, engine, models, seed, key_id,
      situation, result, situation_hash, result_hash, message_id)
    select g.decision, g.profile, g.at, 'act', 'execute', 'suggest-product', 'email', ${row.bundle_hash}, ${row.engine}, ${row.models},
      ${row.seed}, g.profile, ''::bytea, decode(g.result, 'base64'), ${row.situation_hash}, ${row.result_hash},
      g.message
    from g`.execute(tx);
  await sql`
    insert into messages (id, profile_id, decision_id, action, channel, class, tags, topic, state, send_at, expires_at, created_at,
      updated_at, sent_at, address_hash, key_id)
    select g.message, g.profile, g.decision, 'suggest-product', 'email', 'marketing', '{recommendation}', 'news', 'sent', g.at,
      g.at + interval '7 days', g.at, g.at, g.at, g.address, g.profile
    from ${given}`.execute(tx);
}
