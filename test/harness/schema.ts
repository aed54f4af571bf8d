import { sql } from 'kysely';
import { type Db } from '../../src/platform/database/index.js';

interface TableRow {
  name: string;
  partitioned_by: string | null;
  partition_of: string | null;
  bound: string | null;
}

/** Our own functions and triggers; those of extensions are theirs. */
async function dumpCode(db: Db): Promise<string[]> {
  const { rows: functions } = await sql<{ text: string }>`
    select pg_get_functiondef(p.oid) as text from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by p.proname`.execute(db);
  const { rows: triggers } = await sql<{ text: string }>`
    select pg_get_triggerdef(t.oid) as text from pg_trigger t where not t.tgisinternal order by t.tgname`.execute(
    db,
  );
  return [...functions, ...triggers].map(({ text }) => text.trim());
}

/** The schema as text, from the catalogue: the same on either engine. Partitions made while running are left out. */
export async function dumpSchema(db: Db): Promise<string> {
  const { rows: tables } = await sql<TableRow>`
    select c.relname as name, pg_get_partkeydef(c.oid) as partitioned_by,
      parent.relname as partition_of, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class parent on parent.oid = i.inhparent
    where n.nspname = 'public' and c.relkind in ('r', 'p')
      and c.relname not like 'kysely%' and c.relname !~ '_[0-9]{4}_[0-9]{2}$'
    order by c.relname`.execute(db);
  const parts: string[] = [];
  for (const table of tables) {
    if (table.partition_of !== null) {
      parts.push(`table ${table.name} partition of ${table.partition_of} ${table.bound ?? ''}`);
      continue;
    }
    const lines = [
      `table ${table.name}${table.partitioned_by === null ? '' : ` partition by ${table.partitioned_by}`}`,
    ];
    const { rows: columns } = await sql<{ line: string }>`
      select '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attnotnull then ' not null' else '' end
        || case when a.attidentity <> '' then ' identity' else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end as line
      from pg_attribute a
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = ${table.name}::regclass and a.attnum > 0 and not a.attisdropped
      order by a.attnum`.execute(db);
    const { rows: constraints } = await sql<{ line: string }>`
      select '  constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
      from pg_constraint where conrelid = ${table.name}::regclass and contype <> 'n'
      order by conname`.execute(db);
    const { rows: indexes } = await sql<{ line: string }>`
      select '  ' || pg_get_indexdef(i.indexrelid) as line
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = ${table.name}::regclass and not i.indisprimary
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
      order by c.relname`.execute(db);
    parts.push([...lines, ...[...columns, ...constraints, ...indexes].map((row) => row.line)].join('\n'));
  }
  return `-- Dumped from the migrated database; UPDATE_SCHEMA=1 npm run jest -- test/integration/schema.spec.ts writes it anew.\n\n${[...parts, ...(await dumpCode(db))].join('\n\n')}\n`;
}
