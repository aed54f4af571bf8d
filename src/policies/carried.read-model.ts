import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Carried } from './carried.js';

/** The names that signals of all sources carried. */
export async function readCarried(db: Executor): Promise<Carried> {
  const { rows } = await sql<{ kind: 'event' | 'property' | 'trait'; event: string; name: string }>`
    select distinct c.kind, c.event, c.name from carried_names c`.execute(db);
  const traits = new Set<string>();
  const events = new Map<string, Set<string>>();
  for (const { kind, event, name } of rows) {
    if (kind === 'trait') traits.add(name);
    else {
      const properties = events.get(event) ?? new Set();
      events.set(event, kind === 'event' ? properties : properties.add(name));
    }
  }
  return { traits, events };
}
