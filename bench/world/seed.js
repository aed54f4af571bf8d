import { sql } from 'kysely';
import { Database } from '../../dist/platform/database/index.js';
import { Secrets } from '../../dist/platform/secrets/secrets.js';
import { Vault } from '../../dist/platform/vault/index.js';
import {
  claimAddresses,
  insertConsents,
  insertIdentities,
  insertProfiles,
  updateProfiles,
} from '../../dist/profiles/profiles.repository.js';
import { addressHash, identityHash } from '../../dist/shared/identity.js';
import { Ids } from '../../dist/shared/ids.js';
import { createPartition, insertSignals, partitionExists } from '../../dist/signals/signals.repository.js';
import { population, random } from './people.js';

const DAY_MS = 86_400_000;
/** People of one transaction. */
const AT_ONCE = 500;
/** Their signals arrived within so many days: what lies in the log by its rule of retention, message ids included. */
const DAYS_OF_SIGNALS = 29;
/** Of so many people one had a mail lately. */
const ONE_MAILED_IN = 20;
const NOBODY_YET = new Date(0);

/**
 * Fills the database of a running service with people who have a past, through its own repositories and its own vault: profiles as their
 * signals would have left them, sealed under keys of their own, and `signals` signals each in the log, applied already.
 * @param app the Nest application
 * @param {{ people: number, signals: number, from?: number }} request `from`: how many there are already
 * @returns {{ people: number, seconds: number }}
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
  await makeMonths(parts.database, now);
  const model = await modelDecision(parts);
  let next = from;
  const work = async () => {
    while (next < people) {
      const first = next;
      next = Math.min(people, first + AT_ONCE);
      await insertPeople(parts, { first, last: next, signals, model });
    }
  };
  // Two at once: one seals while the other waits for the database. The embedded engine has one connection, so there they take turns.
  await Promise.all(parts.database.engine === 'postgres' ? [work(), work()] : [work()]);
  return { people, seconds: (performance.now() - began) / 1000 };
}

/** Partitions for the months in which the past signals arrived; the service itself makes those to come. */
async function makeMonths({ db }, now) {
  for (let day = 0; day <= DAYS_OF_SIGNALS; day++) {
    const at = new Date(now - day * DAY_MS);
    const from = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
    const to = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
    const name = `signals_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    if (!(await partitionExists(db, name))) await createPartition(db, name, from, to);
  }
}

/** A decision the service itself made, to be sealed again for others; null before there is one. */
async function modelDecision({ database, vault }) {
  const { rows } = await sql`select * from decisions limit 1`.execute(database.db);
  const row = rows[0];
  if (row === undefined) return null;
  const key = (await vault.keys(database.db, [row.key_id])).get(row.key_id);
  return {
    row,
    situation: vault.unsealText(key, row.situation),
    result: vault.unsealText(key, row.result),
  };
}

async function insertPeople(parts, { first, last, signals, model }) {
  const { database, vault, ids, identitySecret, addressSecret, personOf, now } = parts;
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
    const at = new Date(now);
    await insertProfiles(
      tx,
      people.map(({ id }) => id),
      at,
    );
    await insertIdentities(
      tx,
      people.map(({ id, hash }) => ({ hash, kind: 'user', profile_id: id, signal_id: ids.make('sig') })),
      at,
    );
    await updateProfiles(
      tx,
      people.map(({ id, hash, text, profile }) => ({
        id,
        user_id_hash: hash,
        stage: profile.stage,
        country: profile.country,
        first_seen_at: profile.firstSeenAt,
        last_seen_at: profile.lastSeenAt,
        state: vault.sealText(keys.get(id), text).toString('base64'),
      })),
    );
    await insertConsents(
      tx,
      people.flatMap(({ id, profile }) =>
        profile.consents.map((consent) => ({ ...consent, id: ids.make('con'), profile_id: id })),
      ),
      at,
    );
    await claimAddresses(
      tx,
      people.map(({ id, address }) => ({ profile_id: id, address_hash: address })),
      { at, since: at, most: 20 },
    );
    if (model !== null) await insertMails(tx, parts, people, keys, model);
    for (let i = 0; i < signals; i++) await insertPast(tx, parts, people, keys);
  });
}

/** One past signal for each person; all of one call arrived at the same moment of the last weeks. */
async function insertPast(tx, { vault, ids, dice, now }, people, keys) {
  const receivedAt = new Date(now - dice() * DAYS_OF_SIGNALS * DAY_MS);
  const at = receivedAt.toISOString();
  const rows = people.map(({ userId, hash }) => {
    const id = ids.make('sig');
    const record = {
      id,
      source: 'bench-past',
      messageId: id,
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
      source: record.source,
      message_id: id,
      type: record.type,
      event: record.event,
      identity_hash: hash,
      occurred_at: at,
      body: vault.sealText(keys.get(hash), JSON.stringify(record)).toString('base64'),
      partition: null, // Applied already: the profile holds it.
    };
  });
  await insertSignals(tx, rows, receivedAt, NOBODY_YET);
}

/** A mail sent some weeks ago to one person in a few, with the decision behind it. */
async function insertMails(tx, { vault, ids, dice, now }, people, keys, { row, situation, result }) {
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
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as g(decision text, message text, profile text, address text, at timestamptz, situation text, result text)`;
  await sql`
    insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, bundle_hash, engine, models, seed, key_id,
      situation, result, situation_hash, result_hash, message_id)
    select g.decision, g.profile, g.at, 'act', 'execute', 'suggest-product', 'email', ${row.bundle_hash}, ${row.engine}, ${row.models},
      ${row.seed}, g.profile, decode(g.situation, 'base64'), decode(g.result, 'base64'), ${row.situation_hash}, ${row.result_hash},
      g.message
    from ${given}`.execute(tx);
  await sql`
    insert into messages (id, profile_id, decision_id, action, channel, class, tags, topic, state, send_at, expires_at, created_at,
      updated_at, sent_at, address_hash, key_id)
    select g.message, g.profile, g.decision, 'suggest-product', 'email', 'marketing', '{recommendation}', 'news', 'sent', g.at,
      g.at + interval '7 days', g.at, g.at, g.at, g.address, g.profile
    from ${given}`.execute(tx);
}
