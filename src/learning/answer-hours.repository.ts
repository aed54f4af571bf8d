import { sql } from 'kysely';
import { type Cursor, type Executor, type Tx } from '../platform/database/index.js';
import { type AnswerHours } from './answer-hours.js';

/** A message that left. */
export interface LeftMessage {
  readonly id: string;
  readonly profileId: string;
  readonly channel: string;
  /** When it was to leave: messages are counted in this order. */
  readonly planned: Date;
  readonly left: Date;
  readonly answered: boolean;
}

/** The next marketing messages behind a cursor that left, planned before a time, oldest first. Answered: within 72 hours, by no machine. */
export async function selectLeft(
  db: Executor,
  after: Cursor,
  before: Date,
  limit: number,
): Promise<LeftMessage[]> {
  // Each state by itself, so that the index on state and time gives the order.
  const inState = (state: string) => sql`
    (select m.id, m.profile_id, m.channel, m.send_at, m.sent_at from messages m
      where m.state = ${state} and m.class = 'marketing' and m.sent_at is not null
        and (m.send_at, m.id) > (${after.at}, ${after.id}) and m.send_at >= ${after.at} and m.send_at < ${before}
      order by m.send_at, m.id limit ${limit})`;
  const { rows } = await sql<LeftMessage>`
    select n.id, n.profile_id as "profileId", n.channel, n.send_at as planned, n.sent_at as left,
      exists (
        select 1 from outcomes o
        where o.message_id = n.id and o.counted and o.kind in ('opened', 'clicked')
          and o.at < n.sent_at + interval '72 hours'
      ) as answered
    from (${inState('sent')} union all ${inState('delivered')}) n
    order by n.send_at, n.id limit ${limit}`.execute(db);
  return rows;
}

export async function addAnswerHours(tx: Tx, counts: readonly AnswerHours[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    insert into answer_hours as h (channel, segment, month, slot, sent, answered)
    select n.channel, n.segment, n.month, n.slot, n.sent, n.answered
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
      as n(channel text, segment text, month date, slot smallint, sent bigint, answered bigint)
    on conflict (channel, segment, month, slot) do update set sent = h.sent + excluded.sent,
      answered = h.answered + excluded.answered`.execute(tx);
}
