import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { DECISIONS_WITH_SITUATION, SITUATION } from './stored-situation.read-model.js';

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

/** A decision as it is written. */
export type NewDecision = StoredDecision & { readonly situation: Uint8Array };

const columns = sql`d.id, d.profile_id as "profileId", d.created_at as "createdAt", d.outcome, d.mode, d.action, d.channel,
  d.trigger_id as "triggerId", d.firing_id as "firingId", d.bundle_hash as "bundleHash", d.engine, d.models, d.seed, d.key_id as "keyId",
  ${SITUATION} as situation, d.result, d.situation_hash as "situationHash", d.result_hash as "resultHash", d.message_id as "messageId"`;

export async function insertDecision(tx: Tx, decision: NewDecision): Promise<void> {
  await sql`
    with place as (
      select now() >= (select (x.value #>> '{}')::timestamptz from settings x where x.name = 'contents_apart_since') as apart
    ), kept as (
      insert into situations (decision_id, created_at, situation)
      select ${decision.id}, ${decision.createdAt}, ${decision.situation}::bytea from place p where p.apart
    )
    insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, trigger_id, firing_id, bundle_hash, engine, models,
      seed, key_id, situation, result, situation_hash, result_hash, message_id)
    select ${decision.id}, ${decision.profileId}, ${decision.createdAt}, ${decision.outcome}, ${decision.mode}, ${decision.action},
      ${decision.channel}, ${decision.triggerId}, ${decision.firingId}, ${decision.bundleHash}, ${decision.engine}, ${decision.models},
      ${decision.seed}, ${decision.keyId}, case when p.apart then ''::bytea else ${decision.situation}::bytea end, ${decision.result}::bytea, ${decision.situationHash}, ${decision.resultHash},
      ${decision.messageId} from place p`.execute(tx);
}

export async function updateMessageId(tx: Tx, id: string, messageId: string): Promise<void> {
  await sql`update decisions set message_id = ${messageId} where id = ${id}`.execute(tx);
}

export async function selectDecision(db: Executor, id: string): Promise<StoredDecision | null> {
  const { rows } = await sql<StoredDecision>`
    select ${columns} from ${DECISIONS_WITH_SITUATION} where d.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Whether this firing was decided already. Ask under the person's lock. */
export async function isDecided(tx: Tx, firingId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    select d.id from decisions d where d.firing_id = ${firingId}`.execute(tx);
  return rows.length > 0;
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
    select ${columns} from ${DECISIONS_WITH_SITUATION}
    ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
    order by d.created_at desc, d.id desc
    limit ${query.limit + 1}`.execute(db);
  return rows;
}
