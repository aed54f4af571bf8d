import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** Why a gate was closed; null while it is open. A gate that is not there counts as closed. */
export async function readClosedGate(db: Executor, id: string): Promise<string | null> {
  const { rows } = await sql<{ closed_text: string | null; is_open: boolean }>`
    select g.closed_text, g.closed_at is null as is_open from gates g where g.id = ${id}`.execute(db);
  const [gate] = rows;
  if (gate === undefined) return 'It is not there any more.';
  return gate.is_open ? null : (gate.closed_text ?? '');
}
