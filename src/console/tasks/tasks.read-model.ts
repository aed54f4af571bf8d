import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';
import { type SealedReader } from '../sealed-reader.service.js';

interface TaskRow {
  id: string;
  profile_id: string;
  state: 'open' | 'closed';
  owner: string;
  reason_code: string;
  reason: string;
  decision_id: string | null;
  message_id: string | null;
  due_at: Date | null;
  created_at: Date;
  closed_at: Date | null;
  closed_by_name: string | null;
  outcome: string | null;
  profile_state: Uint8Array;
}

export interface TaskLine {
  readonly id: string;
  readonly profileId: string;
  /** Null when the person was erased. */
  readonly name: string | null;
  readonly state: 'open' | 'closed';
  readonly owner: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly decisionId: string | null;
  readonly messageId: string | null;
  readonly dueAt: Date | null;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly outcome: string | null;
}

/** Tasks with the names of their people: open ones by when they are due, closed ones the latest first. */
export async function readTasks(
  db: Executor,
  reader: SealedReader,
  request: { state: 'open' | 'closed'; owner: string | null; limit: number },
): Promise<TaskLine[]> {
  const { rows } = await sql<TaskRow>`
    select t.id, t.profile_id, t.state, t.owner, t.reason_code, t.reason, t.decision_id, t.message_id, t.due_at, t.created_at,
      t.closed_at, coalesce(who.name, t.closed_by) as closed_by_name, t.outcome, p.state as profile_state
    from tasks t join profiles p on p.id = t.profile_id left join people who on who.id = t.closed_by
    where t.state = ${request.state} and (${request.owner}::text is null or t.owner = ${request.owner}::text)
    order by ${request.state === 'open' ? sql`t.due_at nulls last, t.created_at` : sql`t.closed_at desc`}, t.id
    limit ${request.limit}`.execute(db);
  const names = await reader.names(
    db,
    rows.map((row) => ({ id: row.profile_id, state: row.profile_state })),
  );
  return rows.map((row) => ({
    id: row.id,
    profileId: row.profile_id,
    name: names.get(row.profile_id) ?? null,
    state: row.state,
    owner: row.owner,
    reasonCode: row.reason_code,
    reason: row.reason,
    decisionId: row.decision_id,
    messageId: row.message_id,
    dueAt: row.due_at,
    createdAt: row.created_at,
    closedAt: row.closed_at,
    closedBy: row.closed_by_name,
    outcome: row.outcome,
  }));
}

export async function readTaskOwners(db: Executor): Promise<{ owner: string; count: number }[]> {
  const { rows } = await sql<{ owner: string; count: number }>`
    select t.owner, count(*) as count from tasks t where t.state = 'open' group by t.owner order by t.owner`.execute(
    db,
  );
  return rows;
}
