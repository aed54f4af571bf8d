import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

const AT_ONCE = 500;

/** The end of the time in which the release before may have written situations and drafts into the rows that stay; by the database's clock. */
const FORMER_UNTIL = sql`(
  select (x.value #>> '{}')::timestamptz + interval '1 day' from settings x where x.name = 'contents_apart_since')`;

/** What the release before wrote can lie nowhere else any more. */
export async function isFormerGone(db: Executor): Promise<boolean> {
  const { rows } = await sql`select x.name from settings x where x.name = 'contents_all_apart'`.execute(db);
  return rows.length > 0;
}

/** Writes down that there is nothing left to empty, once everything the release before wrote is older than `before`. */
export async function noteFormerGone(db: Executor, before: Date): Promise<void> {
  await sql`
    insert into settings (name, value) select 'contents_all_apart', 'true' where ${before} > ${FORMER_UNTIL}
    on conflict do nothing`.execute(db);
}

/** Empties some situations from before `before` that the release before wrote. @returns how many. */
export async function emptySituations(db: Executor, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update decisions set situation = ''::bytea where id = any(array(
      select d.id from decisions d
      where d.created_at < least(${before}::timestamptz, ${FORMER_UNTIL}) and d.situation <> ''::bytea limit ${AT_ONCE}))`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

/** As `emptySituations`, of drafts. */
export async function emptyDrafts(db: Executor, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update drafts set content = ''::bytea, sent_to_model = null where id = any(array(
      select d.id from drafts d
      where d.written_at < least(${before}::timestamptz, ${FORMER_UNTIL}) and d.content <> ''::bytea limit ${AT_ONCE}))`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
