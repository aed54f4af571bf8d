import { sql } from 'kysely';
import { type Tx } from './handles.js';

/**
 * What tells this copy of the database from every other: dump and restore make another database or other tables, a base backup or a failover
 * another timeline, a copied directory another directory. A snapshot of the disks below PostgreSQL makes no difference that could be seen.
 */
export interface Home {
  readonly server: string;
  readonly database: string;
  /** The object id of `settings`, which a restore into the same database changes. */
  readonly table: string;
  readonly timeline: string;
  /** The embedded engine's directory; null elsewhere. */
  readonly directory: string | null;
}

const NAMES: Readonly<Record<keyof Home, string>> = {
  server: 'another server',
  database: 'another database',
  table: 'other tables',
  timeline: 'another timeline',
  directory: 'another directory',
};

/** Asks a connection for what the database itself can tell of its home. */
export type AskHome = (statement: string) => Promise<{ readonly rows: readonly Omit<Home, 'directory'>[] }>;

export async function readHome(ask: AskHome, directory: string | null): Promise<Home> {
  const { rows } = await ask(
    `select s.system_identifier::text as server, d.oid::text as database, 'settings'::regclass::oid::text as table,
      left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline
    from pg_control_system() s, pg_database d where d.datname = current_database()`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database does not say which one it is');
  return { ...row, directory };
}

/** What differs between two homes, in words; empty when they are one. */
export function differences(before: Home, now: Home): string[] {
  return (Object.keys(NAMES) as (keyof Home)[])
    .filter((part) => before[part] !== now[part])
    .map((part) => NAMES[part]);
}

/** Writes down where the database is now. @returns how that differs from what was written down before: nothing at a first start. */
export async function moveIn(tx: Tx, home: Home): Promise<string[]> {
  const { rows } = await sql<{ value: Home }>`
    select s.value from settings s where s.name = 'home' for update`.execute(tx);
  const changes = rows[0] === undefined ? [] : differences(rows[0].value, home);
  if (rows[0] === undefined || changes.length > 0)
    await sql`
      insert into settings (name, value) values ('home', ${JSON.stringify(home)}::jsonb)
      on conflict (name) do update set value = excluded.value`.execute(tx);
  return changes;
}
