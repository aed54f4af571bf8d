import { sql } from 'kysely';

/** Decisions `d` beside the situation of each, which lies apart unless the release before wrote it. */
export const DECISIONS_WITH_SITUATION = sql`decisions d left join situations s on s.created_at = d.created_at and s.decision_id = d.id`;

/** The sealed situation out of `DECISIONS_WITH_SITUATION`, wherever it lies; null once it has aged out. */
export const SITUATION = sql`coalesce(s.situation, nullif(d.situation, ''::bytea))`;
