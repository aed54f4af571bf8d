import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type AffectingChange } from './affected.js';
import { type PersonChange } from './affected-person.js';

/** Which part of a list, and from where on. */
interface AffectedQuery {
  readonly change: AffectingChange | null;
  /** A code of what did it; null for whatever did. */
  readonly cause: string | null;
  readonly after: readonly [at: string, id: string] | null;
  readonly limit: number;
}

interface AffectedRow {
  readonly decision_id: string;
  readonly decided_at: Date;
  readonly change: AffectingChange;
  readonly causes: readonly string[];
  readonly done: string;
  readonly profile_id: string;
  /** Sealed under the profile's key. */
  readonly state: Uint8Array;
}

/** The list of a replay in the order of the decisions, without people who were erased. */
export async function selectAffected(
  db: Executor,
  replayId: string,
  { change, cause, after, limit }: AffectedQuery,
): Promise<AffectedRow[]> {
  // Only what is asked for becomes a condition: a parameter that may be null hides the index from the planner.
  const conditions = [
    sql`a.replay_id = ${replayId}`,
    sql`p.erased_at is null`,
    ...(change === null ? [] : [sql`a.change = ${change}`]),
    ...(cause === null ? [] : [sql`${cause} = any(a.causes)`]),
    ...(after === null
      ? []
      : [sql`(a.decided_at, a.decision_id) > (${after[0]}::timestamptz, ${after[1]}::text)`]),
  ];
  const { rows } = await sql<AffectedRow>`
    select a.decision_id, a.decided_at, a.change, a.causes, a.done, d.profile_id, p.state
    from replay_affected a
      join decisions d on d.id = a.decision_id
      join profiles p on p.id = d.profile_id
    where ${sql.join(conditions, sql` and `)}
    order by a.decided_at, a.decision_id limit ${limit}`.execute(db);
  return rows;
}

interface AffectedPersonRow {
  readonly profile_id: string;
  readonly change: PersonChange;
  readonly causes: readonly string[];
  readonly messages: string;
  /** Sealed under the profile's key. */
  readonly state: Uint8Array;
}

/** The list of a simulation in the order of the profiles, without people who were erased. */
export async function selectAffectedPeople(
  db: Executor,
  simulationId: string,
  query: {
    readonly change: PersonChange | null;
    readonly cause: string | null;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<AffectedPersonRow[]> {
  const conditions = [
    sql`a.simulation_id = ${simulationId}`,
    sql`p.erased_at is null`,
    ...(query.change === null ? [] : [sql`a.change = ${query.change}`]),
    ...(query.cause === null ? [] : [sql`${query.cause} = any(a.causes)`]),
    ...(query.after === null ? [] : [sql`a.profile_id > ${query.after}`]),
  ];
  const { rows } = await sql<AffectedPersonRow>`
    select a.profile_id, a.change, a.causes, a.messages, p.state
    from simulation_affected a join profiles p on p.id = a.profile_id
    where ${sql.join(conditions, sql` and `)}
    order by a.profile_id limit ${query.limit}`.execute(db);
  return rows;
}
