import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Pausable } from './pause.js';

/** An open message that has not begun to leave. */
export interface OpenMessage extends Pausable {
  readonly id: string;
}

/** Open messages of every kind, in the order of their ids, behind `after`. */
export async function selectOpenMessages(db: Executor, after: string, limit: number): Promise<OpenMessage[]> {
  const { rows } = await sql<OpenMessage>`
    select m.id, m.class, m.action, m.channel from messages m
    where m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') and m.id > ${after}
    order by m.id limit ${limit}`.execute(db);
  return rows;
}

/** Whether a message that may still leave goes by this action or channel. */
export async function isOpenUnder(
  db: Executor,
  scope: { readonly action: string } | { readonly channel: string },
): Promise<boolean> {
  const named = 'action' in scope ? sql`m.action = ${scope.action}` : sql`m.channel = ${scope.channel}`;
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select 1 from messages m
      where m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') and ${named}
    ) as found`.execute(db);
  return rows[0]?.found === true;
}

/** Messages whose time had come by `now` and that have not left: what a pause may have kept back. */
export async function selectWaitingMessages(db: Executor, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select m.id from messages m where m.state in ('approved', 'scheduled') and m.send_at <= ${now}`.execute(
    db,
  );
  return rows.map((row) => row.id);
}
