import { sql } from 'kysely';
import { type Executor, type Tx } from '../database/index.js';
import { type Job, type NewWork } from './work.js';

interface WorkRow {
  id: number;
  kind: string;
  key: string;
  payload: Record<string, unknown>;
  attempts: number;
  epoch: number;
  due_at: Date;
  created_at: Date;
}

/** A row that failed for good, for the console. */
export interface DeadWork {
  id: number;
  kind: string;
  key: string;
  attempts: number;
  last_error: string | null;
  created_at: Date;
  due_at: Date;
}

export async function insertWork(tx: Tx, rows: readonly NewWork[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map((row) => ({
    kind: row.kind,
    key: row.key,
    due_at: row.dueAt.toISOString(),
    payload: row.payload ?? {},
  }));
  // A dead row of the same kind and key comes back to life: the state it belongs to asked for it again.
  await sql`
    insert into work (kind, key, due_at, payload, created_at)
    select w.kind, w.key, w.due_at, w.payload, ${now}
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as w(kind text, key text, due_at timestamptz, payload jsonb)
    on conflict (kind, key) do update
    set due_at = case when work.state = 'dead' then excluded.due_at else least(work.due_at, excluded.due_at) end,
        attempts = case when work.state = 'dead' then 0 else work.attempts end,
        asked_again = work.leased_until is not null and work.leased_until > now(),
        state = 'ready'`.execute(tx);
}

export async function claimWork(
  db: Executor,
  request: { now: Date; kinds: readonly string[]; limit: number; leaseMs: number; worker: string },
): Promise<Job[]> {
  const { rows } = await sql<WorkRow>`
    update work set leased_by = ${request.worker}, leased_until = now() + ${request.leaseMs} * interval '1 millisecond',
      epoch = epoch + 1, attempts = attempts + 1
    where id in (
      select w.id from work w
      where w.state = 'ready' and w.due_at <= ${request.now} and w.kind = any(${request.kinds})
        and (w.leased_until is null or w.leased_until < now())
      order by w.due_at
      limit ${request.limit}
      for update skip locked
    )
    returning id, kind, key, payload, attempts, epoch, due_at, created_at`.execute(db);
  return rows
    .sort((a, b) => a.due_at.getTime() - b.due_at.getTime())
    .map((row) => ({
      id: row.id,
      kind: row.kind,
      key: row.key,
      payload: row.payload,
      attempt: row.attempts,
      epoch: row.epoch,
      dueAt: row.due_at,
      createdAt: row.created_at,
    }));
}

/** Locks the row if the lease is still this one. */
export async function lockLease(tx: Tx, job: Job): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    select id from work where id = ${job.id} and epoch = ${job.epoch} and state = 'ready' for update`.execute(
    tx,
  );
  return rows.length === 1;
}

export async function deleteWork(tx: Tx, job: Job): Promise<void> {
  await sql`delete from work where id = ${job.id} and epoch = ${job.epoch} and not asked_again`.execute(tx);
  await sql`
    update work set asked_again = false, leased_by = null, leased_until = null, attempts = 0
    where id = ${job.id} and epoch = ${job.epoch}`.execute(tx);
}

export async function postponeWork(
  tx: Tx,
  job: Job,
  at: Date,
  error: string | null,
  countAttempt: boolean,
): Promise<void> {
  await sql`
    update work set due_at = ${at}, leased_by = null, leased_until = null, last_error = ${error},
      attempts = case when ${countAttempt} then attempts else 0 end
    where id = ${job.id} and epoch = ${job.epoch}`.execute(tx);
}

export async function buryWork(tx: Tx, job: Job, error: string): Promise<void> {
  await sql`
    update work set state = 'dead', leased_by = null, leased_until = null, last_error = ${error}
    where id = ${job.id} and epoch = ${job.epoch}`.execute(tx);
}

export async function listDeadWork(db: Executor, limit: number): Promise<DeadWork[]> {
  const { rows } = await sql<DeadWork>`
    select id, kind, key, attempts, last_error, created_at, due_at from work
    where state = 'dead' order by created_at desc, id desc limit ${limit}`.execute(db);
  return rows;
}

export async function reviveWork(tx: Tx, id: number, now: Date): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    update work set state = 'ready', attempts = 0, due_at = ${now}, last_error = null
    where id = ${id} and state = 'dead' returning id`.execute(tx);
  return rows.length === 1;
}

export async function countWork(db: Executor): Promise<{ state: string; kind: string; count: number }[]> {
  const { rows } = await sql<{ state: string; kind: string; count: number }>`
    select state, kind, count(*) as count from work group by state, kind order by kind, state`.execute(db);
  return rows;
}
