import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { erasedIsNull, type Vault } from '../platform/vault/index.js';
import { timeOf } from '../shared/ids.js';
import { type Signal } from '../signals/signal.js';

/** How far a signal's arrival may lie from the time in its id: close by nearly always, and an hour when the process was held up. */
const SEARCHED_MS = [5_000, 3_600_000] as const;

/** The signal behind a firing; null when it was erased or has aged out. Signals are stored by time of arrival, which their id tells. */
export async function loadSignal(db: Executor, vault: Vault, id: string): Promise<Signal | null> {
  const made = timeOf(id).getTime();
  for (const reach of SEARCHED_MS) {
    const { rows } = await sql<{ key_id: string; body: Uint8Array }>`
      select s.key_id, s.body from signals s
      where s.received_at >= ${new Date(made - reach)} and s.received_at < ${new Date(made + reach)} and s.id = ${id}`.execute(
      db,
    );
    const [row] = rows;
    if (row === undefined) continue;
    const text = await vault.openFor(db, row.key_id, row.body).catch(erasedIsNull);
    return text === null ? null : (JSON.parse(text) as Signal);
  }
  return null;
}
