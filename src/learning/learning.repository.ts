import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';

/** Keeps a look, once. @returns false when it had been made. */
export async function insertLook(
  tx: Tx,
  made: {
    readonly subject: string;
    readonly fingerprint: string;
    readonly look: number;
    readonly threshold: number | null;
    readonly result: string;
  },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql<{ look: number }>`
    insert into gate_looks (action, fingerprint, look, threshold, result, made_at)
    values (${made.subject}, ${made.fingerprint}, ${made.look}, ${made.threshold}, ${made.result}, ${at})
    on conflict (action, fingerprint, look) do nothing
    returning look`.execute(tx);
  return rows.length === 1;
}
