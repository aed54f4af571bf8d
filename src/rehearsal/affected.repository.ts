import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type Affected } from './affected.js';
import { type AffectedPerson } from './affected-person.js';

/** Adds to the list of a replay. What is on it already stays as it is. */
export async function insertAffected(tx: Tx, replayId: string, affected: readonly Affected[]): Promise<void> {
  if (affected.length === 0) return;
  const rows = affected.map(({ id, createdAt, change, causes, before, after }) => ({
    decided_at: createdAt,
    decision_id: id,
    change,
    causes,
    done: canonicalJson({ before, after }),
  }));
  await sql`
    insert into replay_affected (replay_id, decided_at, decision_id, change, causes, done)
    select ${replayId}, x.decided_at, x.decision_id, x.change, x.causes, x.done
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(decided_at timestamptz, decision_id text, change text, causes text[], done text)
    on conflict do nothing`.execute(tx);
}

/** Adds to the list of a simulation. */
export async function insertAffectedPeople(
  tx: Tx,
  simulationId: string,
  people: readonly AffectedPerson[],
): Promise<void> {
  if (people.length === 0) return;
  const rows = people.map(({ id, change, causes, sent }) => ({
    profile_id: id,
    change,
    causes,
    messages: canonicalJson(sent),
  }));
  await sql`
    insert into simulation_affected (simulation_id, profile_id, change, causes, messages)
    select ${simulationId}, x.profile_id, x.change, x.causes, x.messages
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(profile_id text, change text, causes text[], messages text)
    on conflict do nothing`.execute(tx);
}
