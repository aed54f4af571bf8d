import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

export type TaskState = 'open' | 'closed';

/** What a hand-off makes. Times ISO 8601 UTC. */
export interface Task {
  readonly id: string;
  readonly profileId: string;
  readonly state: TaskState;
  readonly owner: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly decisionId: string | null;
  readonly messageId: string | null;
  readonly dueAt: string | null;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly outcome: string | null;
}

interface TaskRow {
  id: string;
  profile_id: string;
  state: TaskState;
  owner: string;
  reason_code: string;
  reason: string;
  decision_id: string | null;
  message_id: string | null;
  due_at: Date | null;
  created_at: Date;
  closed_at: Date | null;
  closed_by: string | null;
  outcome: string | null;
}

/** A closed task's note as it lies in the table. */
export interface SealedNote {
  readonly keyId: string;
  readonly note: Uint8Array;
}

const columns = sql`t.id, t.profile_id, t.state, t.owner, t.reason_code, t.reason, t.decision_id, t.message_id, t.due_at, t.created_at,
  t.closed_at, t.closed_by, t.outcome`;

function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    profileId: row.profile_id,
    state: row.state,
    owner: row.owner,
    reasonCode: row.reason_code,
    reason: row.reason,
    decisionId: row.decision_id,
    messageId: row.message_id,
    dueAt: row.due_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    closedBy: row.closed_by,
    outcome: row.outcome,
  };
}

export async function insertTask(tx: Tx, task: Task): Promise<void> {
  await sql`
    insert into tasks (id, profile_id, state, owner, reason_code, reason, decision_id, message_id, due_at, created_at)
    values (${task.id}, ${task.profileId}, ${task.state}, ${task.owner}, ${task.reasonCode}, ${task.reason}, ${task.decisionId},
      ${task.messageId}, ${task.dueAt}, ${task.createdAt})`.execute(tx);
}

/** Notes that a task is made for a signal. @returns false when one was made before; a transaction that is making it is waited for. */
export async function claimSignal(tx: Tx, signalId: string, taskId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into task_signals (signal_id, task_id) values (${signalId}, ${taskId})
    on conflict (signal_id) do nothing returning signal_id`.execute(tx);
  return rows.length > 0;
}

/** Locks the row until the transaction ends: a task is closed once. */
export async function lockTask(tx: Tx, id: string): Promise<Task | null> {
  const { rows } = await sql<TaskRow>`select ${columns} from tasks t where t.id = ${id} for update`.execute(
    tx,
  );
  return rows[0] === undefined ? null : toTask(rows[0]);
}

export async function updateClosed(
  tx: Tx,
  id: string,
  closed: { by: string; at: Date; outcome: string; keyId: string; note: Uint8Array | null },
): Promise<Task | null> {
  const { rows } = await sql<TaskRow>`
    update tasks t set state = 'closed', closed_by = ${closed.by}, closed_at = ${closed.at}, outcome = ${closed.outcome},
      key_id = ${closed.keyId}, note = ${closed.note}
    where t.id = ${id} returning ${columns}`.execute(tx);
  return rows[0] === undefined ? null : toTask(rows[0]);
}

/** Open tasks of these profiles, oldest first. */
export async function selectOpenTasks(db: Executor, profileIds: readonly string[]): Promise<Task[]> {
  const { rows } = await sql<TaskRow>`
    select ${columns} from tasks t where t.profile_id = any(${profileIds}) and t.state = 'open'
    order by t.created_at, t.id`.execute(db);
  return rows.map(toTask);
}

/** Newest first, one more than `limit` when there are more. */
export async function selectTasks(
  db: Executor,
  query: {
    state: TaskState | null;
    owner: string | null;
    after: { at: string; id: string } | null;
    limit: number;
  },
): Promise<Task[]> {
  const { rows } = await sql<TaskRow>`
    select ${columns} from tasks t
    where (${query.state}::text is null or t.state = ${query.state})
      and (${query.owner}::text is null or t.owner = ${query.owner})
      and (${query.after?.at ?? null}::timestamptz is null
        or (t.created_at, t.id) < (${query.after?.at ?? null}::timestamptz, ${query.after?.id ?? null}))
    order by t.created_at desc, t.id desc
    limit ${query.limit + 1}`.execute(db);
  return rows.map(toTask);
}

export async function selectNotes(db: Executor, ids: readonly string[]): Promise<Map<string, SealedNote>> {
  const { rows } = await sql<{ id: string; key_id: string; note: Uint8Array }>`
    select t.id, t.key_id, t.note from tasks t
    where t.id = any(${ids}) and t.note is not null and t.key_id is not null`.execute(db);
  return new Map(rows.map((row) => [row.id, { keyId: row.key_id, note: row.note }]));
}
