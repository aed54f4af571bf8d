import { sql } from 'kysely';
import { type Db } from '../../src/platform/database/handles.js';

/**
 * Every row of the database in which one of the traces can be read: as text, as bytes, or as base64 in either.
 * @param traces in small letters: words that stand for a person.
 */
export async function readableTraces(db: Db, traces: readonly string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{
      line: string;
    }>`select to_jsonb(t)::text as line from ${sql.table(name)} t`.execute(db);
    for (const { line } of rows) {
      const bytes = [...line.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex = '']) =>
        Buffer.from(hex, 'hex').toString('latin1'),
      );
      const text = [line, ...bytes].join('\n').toLowerCase();
      for (const trace of traces) {
        const encoded = Buffer.from(trace).toString('base64').slice(0, 8).toLowerCase();
        if (text.includes(trace) || (trace.length > 6 && text.includes(encoded)))
          found.push(`${name}: ${trace}: ${line.slice(0, 300)}`);
      }
    }
  }
  return found;
}
