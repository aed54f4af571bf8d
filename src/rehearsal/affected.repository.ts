import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
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

/** Lets go of some lines of replays about decisions made before `before`. @returns how many: fewer than `limit` when none is left. */
export async function deleteAffected(db: Executor, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from replay_affected a using (
      select l.replay_id, l.decided_at, l.decision_id
      from replays r cross join lateral (
        select x.replay_id, x.decided_at, x.decision_id from replay_affected x
        where x.replay_id = r.id and x.decided_at < ${before} order by x.decided_at limit ${limit}
      ) l
      limit ${limit}
    ) aged
    where a.replay_id = aged.replay_id and a.decided_at = aged.decided_at and a.decision_id = aged.decision_id`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

/** The same of simulations that were asked for before `before`. */
export async function deleteAffectedPeople(db: Executor, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from simulation_affected a using (
      select l.simulation_id, l.profile_id
      from simulations s cross join lateral (
        select x.simulation_id, x.profile_id from simulation_affected x where x.simulation_id = s.id limit ${limit}
      ) l
      where s.created_at < ${before}
      limit ${limit}
    ) aged
    where a.simulation_id = aged.simulation_id and a.profile_id = aged.profile_id`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Lets go of the list of a replay. */
export async function deleteAffectedIn(tx: Tx, replayId: string): Promise<void> {
  await sql`delete from replay_affected where replay_id = ${replayId}`.execute(tx);
}

/** Takes people off every list. @param profileIds with every profile that was merged into theirs. */
export async function deleteAffectedOf(tx: Tx, profileIds: readonly string[]): Promise<void> {
  await sql`
    delete from replay_affected a using decisions d
    where d.profile_id = any(${profileIds}) and a.decision_id = d.id`.execute(tx);
  await sql`delete from simulation_affected a where a.profile_id = any(${profileIds})`.execute(tx);
}

/** Takes off a replay's list who was erased while it ran: it may have come by them before and written them down after. */
export async function deleteErasedAffected(tx: Tx, replayId: string): Promise<void> {
  await sql`
    delete from replay_affected a using decisions d, profiles p
    where a.replay_id = ${replayId} and d.id = a.decision_id and p.id = d.profile_id and p.erased_at is not null`.execute(
    tx,
  );
}

/** The same of a simulation. */
export async function deleteErasedAffectedPeople(tx: Tx, simulationId: string): Promise<void> {
  await sql`
    delete from simulation_affected a using profiles p
    where a.simulation_id = ${simulationId} and p.id = a.profile_id and p.erased_at is not null`.execute(tx);
}
