import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';
import { type DecisionResult } from '../../decisions/decision.js';
import { ADVICE_PURPOSE } from '../../decisions/advice.js';
import { namedModels } from '../../decisions/answer.js';
import { DECISIONS_WITH_SITUATION, riskModels, SITUATION } from '../../decisions/index.js';
import { type Situation } from '../../decisions/situation.js';
import { type Json } from '../../shared/canonical-json.js';
import { personName } from '../layout/person.js';
import { type SealedReader } from '../sealed-reader.service.js';

interface DecisionRow {
  id: string;
  profile_id: string;
  created_at: Date;
  outcome: string;
  mode: string;
  action: string;
  channel: string | null;
  trigger_id: string | null;
  firing_id: string | null;
  bundle_hash: string;
  engine: string;
  seed: string;
  key_id: string;
  /** Null once it has aged out. */
  situation: Uint8Array | null;
  result: Uint8Array;
  situation_hash: string;
  result_hash: string;
  message_id: string | null;
  fired_at: Date | null;
  evidence: string | null;
  message_state: string | null;
  models: string;
  /** All null where the model was not asked for advice. */
  tokens_in: number | null;
  tokens_out: number | null;
  cost_micros: number | null;
  cut_short: boolean | null;
}

/** What the model took for advice, all its answers on one firing together. */
export interface AdviceTook {
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Millionths of a minor unit; 0 where the playbook knew no price of the model. */
  readonly costMicros: number;
  /** Whether one of them did not come in time: what it took is not known. */
  readonly isCutShort: boolean;
}

/** A decision with all that it rested on. `situation` and `result` are null when the person was erased, `situation` also once it aged out. */
export interface DecisionView {
  readonly id: string;
  readonly profileId: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly outcome: string;
  readonly mode: string;
  readonly action: string;
  readonly channel: string | null;
  readonly triggerId: string | null;
  readonly firing: { readonly firedAt: Date; readonly evidence: Readonly<Record<string, Json>> } | null;
  readonly bundleHash: string;
  readonly engine: string;
  /** Versions of the models it was scored with, and as `risk` what judged the words it led to, where they were judged. */
  readonly models: Readonly<Record<string, string>>;
  /** Null where the model was not asked for advice. */
  readonly adviceTook: AdviceTook | null;
  readonly seed: string;
  readonly situationHash: string;
  readonly resultHash: string;
  readonly message: { readonly id: string; readonly state: string | null } | null;
  readonly situation: Situation | null;
  readonly result: DecisionResult | null;
}

/** One decision, opened; null when there is none of this id. */
export async function readDecision(
  db: Executor,
  reader: SealedReader,
  id: string,
): Promise<DecisionView | null> {
  const { rows } = await sql<DecisionRow>`
    select d.id, d.profile_id, d.created_at, d.outcome, d.mode, d.action, d.channel, d.trigger_id, d.firing_id, d.bundle_hash,
      d.engine, d.seed, d.key_id, ${SITUATION} as situation, d.result, d.situation_hash, d.result_hash, d.message_id,
      d.models, f.fired_at, f.evidence, m.state as message_state, took.tokens_in, took.tokens_out, took.cost_micros,
      took.cut_short
    from ${DECISIONS_WITH_SITUATION}
      left join firings f on f.id = d.firing_id left join messages m on m.id = d.message_id
      left join lateral (
        select sum(a.tokens_in)::bigint as tokens_in, sum(a.tokens_out)::bigint as tokens_out, sum(a.cost_micros)::bigint as cost_micros,
          bool_or(a.outcome = 'timeout') as cut_short
        from model_answers a where a.purpose = ${ADVICE_PURPOSE} || d.firing_id
      ) took on true
    where d.id = ${id}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const situation = await reader.one<Situation>(db, row.key_id, row.situation);
  const result = await reader.one<DecisionResult>(db, row.key_id, row.result);
  const judged =
    row.message_id === null ? undefined : (await riskModels(db, [row.message_id])).get(row.message_id);
  return {
    id: row.id,
    profileId: row.profile_id,
    name: situation === null ? null : personName(situation.profile),
    createdAt: row.created_at,
    outcome: row.outcome,
    mode: row.mode,
    action: row.action,
    channel: row.channel,
    triggerId: row.trigger_id,
    firing:
      row.fired_at === null
        ? null
        : { firedAt: row.fired_at, evidence: JSON.parse(row.evidence ?? '{}') as Record<string, Json> },
    bundleHash: row.bundle_hash,
    engine: row.engine,
    models: namedModels(JSON.parse(row.models) as Record<string, string>, judged),
    adviceTook: tookOf(row),
    seed: row.seed,
    situationHash: row.situation_hash,
    resultHash: row.result_hash,
    message: row.message_id === null ? null : { id: row.message_id, state: row.message_state },
    situation,
    result,
  };
}

function tookOf({
  tokens_in: tokensIn,
  tokens_out: tokensOut,
  cost_micros: costMicros,
  cut_short: isCutShort,
}: DecisionRow): AdviceTook | null {
  return tokensIn === null || tokensOut === null || costMicros === null || isCutShort === null
    ? null
    : { tokensIn, tokensOut, costMicros, isCutShort };
}
