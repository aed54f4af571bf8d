import { sql } from 'kysely';

/**
 * Decisions `d` beside the situation of each, which lies apart unless the release before wrote it. Looked up one by one: joined as a whole, every page
 * of a long list would walk through all situations before it.
 */
export const DECISIONS_WITH_SITUATION_TEXT = `decisions d left join lateral (
    select x.situation from situations x where x.created_at = d.created_at and x.decision_id = d.id offset 0
  ) s on true`;
export const DECISIONS_WITH_SITUATION = sql.raw(DECISIONS_WITH_SITUATION_TEXT);

/** The sealed situation out of `DECISIONS_WITH_SITUATION`, wherever it lies; null once it has aged out. */
export const SITUATION_TEXT = `coalesce(s.situation, nullif(d.situation, ''::bytea))`;
export const SITUATION = sql.raw(SITUATION_TEXT);
