import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type PauseNotice, type View } from './layout/view.js';

interface WaitingRow {
  reviews: number;
  tasks: number;
  dead: number;
}

interface PauseRow {
  id: string;
  scope: string;
  target: string | null;
  reason: string;
  created_at: Date;
  by_name: string | null;
}

/** What every page shows: how much waits for people, and what is paused. */
export async function readShell(db: Executor): Promise<{ waiting: View['waiting']; pauses: PauseNotice[] }> {
  const waiting = await sql<WaitingRow>`
    select (select count(*) from reviews r where r.state in ('pending', 'claimed', 'awaiting_second')) as reviews,
      (select count(*) from tasks t where t.state = 'open') as tasks,
      (select count(*) from work w where w.state = 'dead') + (select count(*) from signal_failures) as dead`.execute(
    db,
  );
  const pauses = await sql<PauseRow>`
    select p.id, p.scope, p.target, p.reason, p.created_at, who.name as by_name
    from pauses p left join people who on who.id = p.created_by
    where p.ended_at is null order by p.created_at`.execute(db);
  return {
    waiting: waiting.rows[0] ?? { reviews: 0, tasks: 0, dead: 0 },
    pauses: pauses.rows.map((row) => ({
      id: row.id,
      scope: row.scope,
      target: row.target,
      reason: row.reason,
      createdAt: row.created_at,
      byName: row.by_name,
    })),
  };
}
