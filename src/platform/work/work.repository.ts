import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../database/index.js';
import { currentTrace } from '../telemetry/index.js';
import { type Job, type NewWork, type Offer } from './work.js';

interface WorkRow {
  id: number;
  kind: string;
  key: string;
  payload: Record<string, unknown>;
  attempts: number;
  epoch: number;
  due_at: Date;
  created_at: Date;
  trace: string | null;
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

// A dead row of the same kind and key comes back to life: the state it belongs to asked for it again.
const insertRows = prepared(
  'work.insert',
  `insert into work (kind, key, due_at, payload, created_at, trace)
    select w.kind, w.key, w.due_at, w.payload, $2::timestamptz, w.trace
    from jsonb_to_recordset($1::jsonb) as w(kind text, key text, due_at timestamptz, payload jsonb, trace text)
    on conflict (kind, key) do update
    set due_at = case when work.state = 'dead' then excluded.due_at else least(work.due_at, excluded.due_at) end,
        attempts = case when work.state = 'dead' then 0 else work.attempts end,
        asked_again = work.leased_by is not null, -- also under a lease that ran out: whoever held it may still end the row
        trace = coalesce(excluded.trace, work.trace),
        state = 'ready'`,
);

export async function insertWork(tx: Tx, rows: readonly NewWork[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map((row) => ({
    kind: row.kind,
    key: row.key,
    due_at: row.dueAt.toISOString(),
    payload: row.payload ?? {},
    trace: row.trace === undefined ? currentTrace() : row.trace,
  }));
  await insertRows(tx, [JSON.stringify(records), now]);
}

/** How many rows of a kind may be taken, and for how long. */
export interface KindClaim {
  readonly kind: string;
  readonly room: number;
  readonly leaseMs: number;
}

export async function claimWork(
  db: Executor,
  request: { now: Date; kinds: readonly KindClaim[]; worker: string },
): Promise<Job[]> {
  const kinds = request.kinds.map(({ kind, room, leaseMs }) => ({ kind, room, lease_ms: leaseMs }));
  // Materialized: a subquery that locks and limits must run once. Each kind is looked up by itself, so that a long line of one hides no other.
  const { rows } = await sql<WorkRow>`
    with due as materialized (
      select w.id, k.lease_ms
      from jsonb_to_recordset(${JSON.stringify(kinds)}::jsonb) as k(kind text, room integer, lease_ms integer)
      cross join lateral (
        select d.id from work d
        where d.kind = k.kind and d.state = 'ready' and d.due_at <= ${request.now}
          and (d.leased_until is null or d.leased_until < now())
        order by d.due_at
        limit k.room
        for update skip locked
      ) w
    )
    update work set leased_by = ${request.worker}, leased_until = now() + due.lease_ms * interval '1 millisecond',
      epoch = epoch + 1, attempts = attempts + 1, asked_again = false
    from due where work.id = due.id
    returning work.id, kind, key, payload, attempts, epoch, due_at, created_at, trace`.execute(db);
  return rows.sort((a, b) => a.due_at.getTime() - b.due_at.getTime()).map(toJob);
}

/** The rows of each kind that are due longest and taken by nobody, up to `window` of each. */
export async function selectDue(
  db: Executor,
  request: { now: Date; kinds: readonly string[]; window: number },
): Promise<Offer[]> {
  const { rows } = await sql<Offer>`
    select w.id, k.kind, w.epoch from unnest(${request.kinds}::text[]) as k(kind)
    cross join lateral (
      select d.id, d.epoch from work d
      where d.kind = k.kind and d.state = 'ready' and d.due_at <= ${request.now}
        and (d.leased_until is null or d.leased_until < now())
      order by d.due_at
      limit ${request.window}
    ) w`.execute(db);
  return rows;
}

/** Takes offered rows, each once: who comes second finds another epoch. */
export async function takeWork(
  db: Executor,
  request: { now: Date; offers: readonly (Offer & { readonly leaseMs: number })[]; worker: string },
): Promise<Job[]> {
  const offers = request.offers.map(({ id, kind, epoch, leaseMs }) => ({
    id,
    kind,
    epoch,
    lease_ms: leaseMs,
  }));
  const { rows } = await sql<WorkRow>`
    with offered as materialized (
      select w.id, o.lease_ms
      from jsonb_to_recordset(${JSON.stringify(offers)}::jsonb) as o(id bigint, kind text, epoch bigint, lease_ms integer)
      join work w on w.id = o.id and w.kind = o.kind and w.epoch = o.epoch
      where w.state = 'ready' and w.due_at <= ${request.now} and (w.leased_until is null or w.leased_until < now())
      order by w.id
      for update of w skip locked
    )
    update work set leased_by = ${request.worker}, leased_until = now() + offered.lease_ms * interval '1 millisecond',
      epoch = epoch + 1, attempts = attempts + 1, asked_again = false
    from offered where work.id = offered.id
    returning work.id, kind, key, payload, attempts, epoch, due_at, created_at, trace`.execute(db);
  return rows.map(toJob);
}

function toJob(row: WorkRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    payload: row.payload,
    attempt: row.attempts,
    epoch: row.epoch,
    dueAt: row.due_at,
    createdAt: row.created_at,
    trace: row.trace,
  };
}

const lockRow = prepared<{ asked_again: boolean }>(
  'work.lock_lease',
  `select w.asked_again from work w where w.id = $1 and w.epoch = $2 and w.state = 'ready' for update`,
);

/** Locks the row if the lease is still this one; null when it has moved on. */
export async function lockLease(tx: Tx, job: Job): Promise<{ readonly askedAgain: boolean } | null> {
  const [row] = await lockRow(tx, [job.id, job.epoch]);
  return row === undefined ? null : { askedAgain: row.asked_again };
}

const deleteRow = prepared<{ id: number }>(
  'work.delete',
  'delete from work w where w.id = $1 and w.epoch = $2 and not w.asked_again returning w.id',
);

export async function deleteWork(tx: Tx, job: Job): Promise<void> {
  const deleted = await deleteRow(tx, [job.id, job.epoch]);
  if (deleted.length > 0) return;
  await sql`
    update work set asked_again = false, leased_by = null, leased_until = null, attempts = 0
    where id = ${job.id} and epoch = ${job.epoch}`.execute(tx);
}

/** Ends the lease and waits until `at`; until `now` only, when it was asked for again meanwhile: whoever asked knows something newer. */
export async function postponeWork(
  tx: Tx,
  job: Job,
  wait: { readonly at: Date; readonly now: Date; readonly attempts: number; readonly error: string | null },
): Promise<void> {
  await sql`
    update work set due_at = case when asked_again then ${wait.now}::timestamptz else ${wait.at}::timestamptz end, asked_again = false,
      leased_by = null, leased_until = null, last_error = ${wait.error}, attempts = ${wait.attempts}
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
