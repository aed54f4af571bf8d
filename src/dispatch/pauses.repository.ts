import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Pause, type PauseScope } from './pause.js';

interface PauseRow {
  id: string;
  scope: 'everything' | 'marketing' | 'action' | 'channel';
  target: string | null;
  reason: string;
  created_at: Date;
  created_by: string;
  ended_at: Date | null;
  ended_by: string | null;
}

function scopeOf(row: PauseRow): PauseScope {
  switch (row.scope) {
    case 'everything':
    case 'marketing':
      return row.scope;
    case 'action':
      return { action: row.target ?? '' };
    case 'channel':
      return { channel: row.target ?? '' };
  }
}

function toColumns(scope: PauseScope): { scope: PauseRow['scope']; target: string | null } {
  if (typeof scope === 'string') return { scope, target: null };
  if ('action' in scope) return { scope: 'action', target: scope.action };
  return { scope: 'channel', target: scope.channel };
}

function toPause(row: PauseRow): Pause {
  return {
    id: row.id,
    scope: scopeOf(row),
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
  };
}

export async function insertPause(tx: Tx, pause: Pause): Promise<void> {
  const { scope, target } = toColumns(pause.scope);
  await sql`
    insert into pauses (id, scope, target, reason, created_at, created_by)
    values (${pause.id}, ${scope}, ${target}, ${pause.reason}, ${pause.createdAt}, ${pause.createdBy})`.execute(
    tx,
  );
}

/** Pauses in force. */
export async function selectActivePauses(db: Executor): Promise<Pause[]> {
  const { rows } = await sql<PauseRow>`
    select id, scope, target, reason, created_at, created_by, ended_at, ended_by from pauses
    where ended_at is null order by created_at desc, id desc`.execute(db);
  return rows.map(toPause);
}

/** Pauses, newest first, going on behind `after`. */
export async function selectPauses(
  db: Executor,
  request: { ended: boolean; after: readonly [string, string] | null; limit: number },
): Promise<Pause[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<PauseRow>`
    select id, scope, target, reason, created_at, created_by, ended_at, ended_by from pauses
    where (ended_at is not null) = ${request.ended}
      and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::text))
    order by created_at desc, id desc limit ${request.limit}`.execute(db);
  return rows.map(toPause);
}

export async function selectPause(db: Executor, id: string): Promise<Pause | null> {
  const { rows } = await sql<PauseRow>`
    select id, scope, target, reason, created_at, created_by, ended_at, ended_by from pauses where id = ${id}`.execute(
    db,
  );
  return rows[0] === undefined ? null : toPause(rows[0]);
}

/** Locks the pause: of two people ending it, one does. */
export async function lockPause(tx: Tx, id: string): Promise<Pause | null> {
  const { rows } = await sql<PauseRow>`
    select id, scope, target, reason, created_at, created_by, ended_at, ended_by from pauses
    where id = ${id} for update`.execute(tx);
  return rows[0] === undefined ? null : toPause(rows[0]);
}

export async function endPause(tx: Tx, id: string, at: Date, by: string): Promise<void> {
  await sql`update pauses set ended_at = ${at}, ended_by = ${by} where id = ${id}`.execute(tx);
}
