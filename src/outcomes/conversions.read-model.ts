import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** A signal that may be the goal of a message, with the profiles it can be about. */
export interface GoalSignal {
  readonly signal_id: string;
  readonly profile_ids: readonly string[];
  readonly actions: readonly string[];
  readonly at: string;
  readonly since: string;
}

/** Messages that these signals may have converted: sent to the person shortly before, for that goal, and not converted yet. */
export async function selectConvertible(
  db: Executor,
  signals: readonly GoalSignal[],
): Promise<{ signal_id: string; message_id: string }[]> {
  // Profile by profile through the index: `offset 0` keeps planners that guess a hundred rows for every array from reading all messages.
  const { rows } = await sql<{ signal_id: string; message_id: string }>`
    select s.signal_id, m.id as message_id
    from json_to_recordset(${JSON.stringify(signals)}::json)
      as s(signal_id text, profile_ids jsonb, actions jsonb, at timestamptz, since timestamptz)
    cross join lateral jsonb_array_elements_text(s.profile_ids) as p(profile_id)
    cross join lateral (
      select c.id, c.action from messages c
      where c.profile_id = p.profile_id and c.sent_at > s.since and c.sent_at <= s.at and c.state in ('sent', 'delivered')
      offset 0
    ) m
    where m.action in (select jsonb_array_elements_text(s.actions))
      and not exists (select 1 from outcomes o where o.message_id = m.id and o.kind = 'converted')
    order by s.at, m.id`.execute(db);
  return rows;
}
