import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';

/** A model that gives no drafts, as the messages of late tell it, whichever process asked. */
export interface ModelTrouble {
  /** When the first of them went without the model's words. */
  readonly since: Date;
  /** A `FallbackReason` of the latest that was asked; `circuit_open` where none was. */
  readonly reason: string;
  /** Messages that a signed template stood in for. */
  readonly templates: number;
  /** Messages that were not made, since the playbook says so. */
  readonly held: number;
}

/** So many of the latest messages are looked at. */
const LOOKED_AT = 500;

/**
 * Since when the model has given no draft; null where the latest message that was to be written by it was. A draft that came and could not
 * be used says nothing against the model's being there.
 */
export async function readModelTrouble(db: Executor, since: Date): Promise<ModelTrouble | null> {
  const { rows } = await sql<{ since: Date | null; reason: string | null; templates: number; held: number }>`
    with late as (
      select m.id, m.state, m.created_at from messages m where m.created_at >= ${since}
      order by m.created_at desc, m.id desc limit ${LOOKED_AT}
    ), asked as (
      select d.written_at as at, d.fallback_reason as reason, false as held
      from late l join drafts d on d.message_id = l.id and d.number = 1 where d.prompt_id is not null or d.fallback_reason is not null
      union all
      select s.at, substring(s.reason from '\\(([a-z_]+): ') as reason, true as held
      from late l join message_steps s on s.message_id = l.id and s.reason_code = 'no_draft' where l.state = 'suppressed'
    ), gone as (
      select a.* from asked a
      where a.reason in ('unavailable', 'timeout', 'circuit_open', 'quota', 'rate_limited', 'budget')
        and a.at > coalesce((select max(b.at) from asked b where b.reason is null or b.reason in ('refused', 'truncated', 'invalid')),
          '-infinity')
    )
    select min(g.at) as since, (array_agg(g.reason order by g.reason = 'circuit_open', g.at desc, g.reason))[1] as reason,
      count(*) filter (where not g.held) as templates, count(*) filter (where g.held) as held
    from gone g`.execute(db);
  const [row] = rows;
  if (row === undefined || row.since === null || row.reason === null) return null;
  return { since: row.since, reason: row.reason, templates: row.templates, held: row.held };
}
