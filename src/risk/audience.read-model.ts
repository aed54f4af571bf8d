import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/**
 * How many people were given a template since then: messages under it that left or still may.
 * @param atMost counting stops one above this: more makes no difference.
 */
export async function countAudience(
  db: Executor,
  request: { templateId: string; since: Date; atMost: number },
): Promise<number> {
  const { rows } = await sql<{ people: number }>`
    select count(*) as people from (
      select 1 from messages m
      where m.template_id = ${request.templateId} and m.created_at > ${request.since}
        and m.state not in ('suppressed', 'rejected', 'expired', 'cancelled', 'failed')
      limit ${request.atMost + 1}
    ) given`.execute(db);
  return rows[0]?.people ?? 0;
}
