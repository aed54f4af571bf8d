import { sql } from 'kysely';
import { errorCode } from '../../shared/errors.js';
import { type Database } from './database.js';
import { type Executor } from './handles.js';

/** A table partitioned by month: partitions are named `table_2026_11`, and `table_rest` holds what no month was made for in time. */
export interface MonthlyTable {
  readonly name: string;
  /** The column it is partitioned by. */
  readonly by: string;
}

/** Dropping waits for everybody who reads the table, and everybody else waits behind it: not for long, it comes again. */
const LOCK_TIMEOUT_MS = 1_000;
const LOCK_NOT_AVAILABLE = '55P03';
/** It is there already; or the month's first rows lie in the rest, where they are well kept. */
const NOT_NEEDED = new Set(['42P07', '23514', '23505']);
const DELETED_AT_ONCE = 5_000;

const MONTH = /_(\d{4})_(\d{2})$/;
const monthFrom = (at: Date, ahead: number): Date =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1));

/** The months there are partitions of, by name, oldest first. */
export async function monthsOf(
  db: Executor,
  { name }: MonthlyTable,
): Promise<{ readonly partition: string; readonly from: Date; readonly until: Date }[]> {
  const { rows } = await sql<{ partition: string }>`
    select c.relname as partition from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${name}::regclass order by c.relname`.execute(db);
  return rows.flatMap(({ partition }) => {
    const [, year, month] = MONTH.exec(partition) ?? [];
    if (year === undefined || month === undefined) return [];
    const first = new Date(Date.UTC(Number(year), Number(month) - 1, 1));
    return [{ partition, from: first, until: monthFrom(first, 1) }];
  });
}

/** Makes the partitions of this month and of those to come. @param ahead how many of them. */
export async function makeMonths(
  { db }: Database,
  table: MonthlyTable,
  now: Date,
  ahead: number,
): Promise<void> {
  const made = new Set((await monthsOf(db, table)).map(({ partition }) => partition));
  for (let month = 0; month <= ahead; month++) {
    const from = monthFrom(now, month);
    const partition = `${table.name}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    if (made.has(partition)) continue;
    try {
      await sql`
        create table if not exists ${sql.table(partition)} partition of ${sql.table(table.name)}
        for values from (${sql.lit(from.toISOString())}) to (${sql.lit(monthFrom(now, month + 1).toISOString())})`.execute(
        db,
      );
    } catch (error) {
      if (!NOT_NEEDED.has(errorCode(error))) throw error;
    }
  }
}

/**
 * Drops the months that ended by `before`, whole, and deletes from the rest what is older.
 * @returns what went: partitions by name, and how many rows of the rest. A month that somebody reads without end stays until the next time.
 */
export async function dropBefore(
  database: Database,
  table: MonthlyTable,
  before: Date,
): Promise<{ readonly partitions: string[]; readonly rows: number }> {
  const partitions: string[] = [];
  for (const { partition, until } of await monthsOf(database.db, table))
    if (until <= before && (await drop(database, partition))) partitions.push(partition);
  return { partitions, rows: await deleteRest(database, table, before) };
}

async function drop(database: Database, partition: string): Promise<boolean> {
  try {
    await database.transaction(async (tx) => {
      await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(tx);
      await sql`drop table if exists ${sql.table(partition)}`.execute(tx);
    });
    return true;
  } catch (error) {
    if (errorCode(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

async function deleteRest({ db }: Database, table: MonthlyTable, before: Date): Promise<number> {
  const rest = sql.table(`${table.name}_rest`);
  for (let deleted = 0; ;) {
    const { numAffectedRows } = await sql`
      delete from ${rest} where ctid = any(array(
        select r.ctid from ${rest} r where r.${sql.ref(table.by)} < ${before} limit ${DELETED_AT_ONCE}))`.execute(
      db,
    );
    deleted += Number(numAffectedRows ?? 0);
    if (Number(numAffectedRows ?? 0) < DELETED_AT_ONCE) return deleted;
  }
}
