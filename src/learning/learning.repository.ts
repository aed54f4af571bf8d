import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';

/** Keeps a look, under the next number. @returns false when another was kept at the same time. */
export async function insertLook(
  tx: Tx,
  made: {
    readonly subject: string;
    readonly fingerprint: string;
    readonly threshold: number | null;
    readonly result: string;
  },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql<{ look: number }>`
    insert into gate_looks (action, fingerprint, look, threshold, result, made_at)
    values (${made.subject}, ${made.fingerprint},
      (select coalesce(max(l.look), 0) + 1 from gate_looks l where l.action = ${made.subject} and l.fingerprint = ${made.fingerprint}),
      ${made.threshold}, ${made.result}, ${at})
    on conflict (action, fingerprint, look) do nothing
    returning look`.execute(tx);
  return rows.length === 1;
}
