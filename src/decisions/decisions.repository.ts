import { sql } from 'kysely';
import { EndToEnd, type Executor, prepared, type Tx } from '../platform/database/index.js';
import {
  DECISIONS_WITH_SITUATION,
  DECISIONS_WITH_SITUATION_TEXT,
  SITUATION_TEXT,
} from './stored-situation.read-model.js';

/** A decision as it lies in the table: what is personal sealed under `keyId`. */
export interface StoredDecision {
  readonly id: string;
  readonly profileId: string;
  readonly createdAt: Date;
  readonly outcome: 'act' | 'hold' | 'handoff';
  readonly mode: 'decide' | 'execute';
  readonly action: string;
  readonly channel: string | null;
  readonly triggerId: string | null;
  readonly firingId: string | null;
  readonly bundleHash: string;
  readonly engine: string;
  readonly models: string;
  readonly seed: string;
  readonly keyId: string;
  /** Null once it has aged out. */
  readonly situation: Uint8Array | null;
  readonly result: Uint8Array;
  readonly situationHash: string;
  readonly resultHash: string;
  readonly messageId: string | null;
}

const COLUMNS = `d.id, d.profile_id as "profileId", d.created_at as "createdAt", d.outcome, d.mode, d.action, d.channel,
  d.trigger_id as "triggerId", d.firing_id as "firingId", d.bundle_hash as "bundleHash", d.engine, d.models, d.seed, d.key_id as "keyId",
  ${SITUATION_TEXT} as situation, d.result, d.situation_hash as "situationHash", d.result_hash as "resultHash", d.message_id as "messageId"`;

/** A decision to be written, with what can be counted of it. */
export interface NewDecision extends StoredDecision {
  readonly situation: Uint8Array;
  /** The key it is sealed under, as it lies in its table. */
  readonly wrappedKey: Uint8Array;
  readonly reasonCode: string | null;
  readonly forbidden: boolean | null;
}

const insertUnderKey = prepared<{ id: string }>(
  'decisions.insert',
  `with held as (
      select k.id from person_keys k where k.id = $21::text and k.wrapped = $22::bytea for key share
    ), place as (
      select h.id as key_id,
        now() >= (select (x.value #>> '{}')::timestamptz from settings x where x.name = 'contents_apart_since') as apart
      from held h
    ), kept as (
      insert into situations (decision_id, created_at, situation)
      select $1::text, $3::timestamptz, $14::bytea from place p where p.apart
    )
    insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, trigger_id, firing_id, bundle_hash, engine, models,
      seed, key_id, situation, result, situation_hash, result_hash, message_id, reason_code, forbidden)
    select $1::text, $2::text, $3::timestamptz, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text,
      $12::text, $13::text, p.key_id, case when p.apart then ''::bytea else $14::bytea end, $15::bytea, $16::text, $17::text,
      $18::text, $19::text, $20::boolean
    from place p
    returning id`,
);

/**
 * Writes a decision if the key it is sealed under is still in force, and holds that key until the transaction ends.
 * @returns whether it was: not when the person was erased meanwhile.
 */
export async function insertDecision(db: Executor, decision: NewDecision): Promise<boolean> {
  const rows = await insertUnderKey(db, [
    decision.id,
    decision.profileId,
    decision.createdAt,
    decision.outcome,
    decision.mode,
    decision.action,
    decision.channel,
    decision.triggerId,
    decision.firingId,
    decision.bundleHash,
    decision.engine,
    decision.models,
    decision.seed,
    decision.situation,
    decision.result,
    decision.situationHash,
    decision.resultHash,
    decision.messageId,
    decision.reasonCode,
    decision.forbidden,
    decision.keyId,
    decision.wrappedKey,
  ]);
  return rows.length > 0;
}

const insertUnderKeys = prepared<{ id: string }>(
  'decisions.insert_together',
  `with n as materialized (
      select r.* from json_to_recordset($1::json) as r(id text, profile_id text, created_at timestamptz, outcome text, mode text, action text,
        channel text, trigger_id text, firing_id text, bundle_hash text, engine text, models text, seed text, situation_hash text,
        result_hash text, message_id text, reason_code text, forbidden boolean, key_id text, wrapped text,
        situation_from integer, situation_size integer, result_from integer, result_size integer)
    ), held as materialized (
      select o.id from (select n.id, n.key_id, n.wrapped from n order by n.key_id) o cross join lateral (
        select k.id from person_keys k where k.id = o.key_id and k.wrapped = decode(o.wrapped, 'base64') for key share
      ) k
    ), place as (
      select now() >= (select (x.value #>> '{}')::timestamptz from settings x where x.name = 'contents_apart_since') as apart
    ), kept as (
      insert into situations (decision_id, created_at, situation)
      select n.id, n.created_at, substring($2::bytea from n.situation_from for n.situation_size)
      from n join held h on h.id = n.id cross join place p where p.apart
    )
    insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, trigger_id, firing_id, bundle_hash, engine, models,
      seed, key_id, situation, result, situation_hash, result_hash, message_id, reason_code, forbidden)
    select n.id, n.profile_id, n.created_at, n.outcome, n.mode, n.action, n.channel, n.trigger_id, n.firing_id, n.bundle_hash, n.engine,
      n.models, n.seed, n.key_id,
      case when p.apart then ''::bytea else substring($2::bytea from n.situation_from for n.situation_size) end,
      substring($2::bytea from n.result_from for n.result_size), n.situation_hash, n.result_hash, n.message_id, n.reason_code, n.forbidden
    from n join held h on h.id = n.id cross join place p
    returning id`,
);

/** The same for many, in one statement. @returns for each whether it was written. */
export async function insertDecisions(db: Executor, decisions: readonly NewDecision[]): Promise<boolean[]> {
  const sealed = new EndToEnd();
  const records = decisions.map((decision) => {
    const [situation, result] = [sealed.add(decision.situation), sealed.add(decision.result)];
    return {
      id: decision.id,
      profile_id: decision.profileId,
      created_at: decision.createdAt,
      outcome: decision.outcome,
      mode: decision.mode,
      action: decision.action,
      channel: decision.channel,
      trigger_id: decision.triggerId,
      firing_id: decision.firingId,
      bundle_hash: decision.bundleHash,
      engine: decision.engine,
      models: decision.models,
      seed: decision.seed,
      situation_hash: decision.situationHash,
      result_hash: decision.resultHash,
      message_id: decision.messageId,
      reason_code: decision.reasonCode,
      forbidden: decision.forbidden,
      key_id: decision.keyId,
      wrapped: Buffer.from(decision.wrappedKey).toString('base64'),
      situation_from: situation.from,
      situation_size: situation.size,
      result_from: result.from,
      result_size: result.size,
    };
  });
  const rows = await insertUnderKeys(db, [JSON.stringify(records), sealed.whole()]);
  const written = new Set(rows.map(({ id }) => id));
  return decisions.map(({ id }) => written.has(id));
}

const selectOne = prepared<StoredDecision>(
  'decisions.select',
  `select ${COLUMNS} from ${DECISIONS_WITH_SITUATION_TEXT} where d.id = $1`,
);

export async function selectDecision(db: Executor, id: string): Promise<StoredDecision | null> {
  return (await selectOne(db, [id]))[0] ?? null;
}

const selectOfFiring = prepared<{ id: string }>(
  'decisions.of_firing',
  'select d.id from decisions d where d.firing_id = $1',
);

/** Whether this firing was decided already. Ask under the person's lock. */
export async function isDecided(tx: Tx, firingId: string): Promise<boolean> {
  return (await selectOfFiring(tx, [firingId])).length > 0;
}

/** Newest first, one more than `limit` when there are more. */
export async function selectDecisions(
  db: Executor,
  query: {
    profileIds: readonly string[] | null;
    outcome: string | null;
    action: string | null;
    since: Date | null;
    after: { at: string; id: string } | null;
    limit: number;
  },
): Promise<StoredDecision[]> {
  // Named parameters that may be null would hide the index from the planner: only what is asked for becomes a condition.
  const conditions = [
    ...(query.profileIds === null ? [] : [sql`d.profile_id = any(${query.profileIds})`]),
    ...(query.outcome === null ? [] : [sql`d.outcome = ${query.outcome}`]),
    ...(query.action === null ? [] : [sql`d.action = ${query.action}`]),
    ...(query.since === null ? [] : [sql`d.created_at >= ${query.since}`]),
    ...(query.after === null
      ? []
      : [sql`(d.created_at, d.id) < (${query.after.at}::timestamptz, ${query.after.id})`]),
  ];
  const { rows } = await sql<StoredDecision>`
    select ${sql.raw(COLUMNS)} from ${DECISIONS_WITH_SITUATION}
    ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
    order by d.created_at desc, d.id desc
    limit ${query.limit + 1}`.execute(db);
  return rows;
}
