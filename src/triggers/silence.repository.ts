import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';

/** One going through everybody, for one trigger. */
export interface Sweep {
  /** Number of the activation that brought the trigger. */
  readonly activation: number;
  readonly triggerId: string;
  /** The second comes when every process has taken the activation up. */
  readonly pass: 1 | 2;
}

/** Where a sweep stands. */
export type SweepState =
  | { readonly kind: 'held elsewhere' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'at'; readonly after: string };

/** Takes hold of a sweep until the transaction ends, beginning it where nobody has; those of earlier activations are forgotten then. */
export async function holdSweep(tx: Tx, { activation, triggerId, pass }: Sweep): Promise<SweepState> {
  const { rows: begun } = await sql`
    insert into silence_sweeps (activation, trigger_id, pass) values (${activation}, ${triggerId}, ${pass})
    on conflict (activation, trigger_id, pass) do nothing returning pass`.execute(tx);
  if (begun.length > 0) {
    await sql`delete from silence_sweeps where activation < ${activation}`.execute(tx);
    return { kind: 'at', after: '' };
  }
  const { rows } = await sql<{ after_id: string; finished_at: Date | null }>`
    select s.after_id, s.finished_at from silence_sweeps s
    where s.activation = ${activation} and s.trigger_id = ${triggerId} and s.pass = ${pass}
    for update skip locked`.execute(tx);
  const [row] = rows;
  if (row === undefined) return { kind: 'held elsewhere' };
  return row.finished_at === null ? { kind: 'at', after: row.after_id } : { kind: 'finished' };
}

/** @param after null when everybody was looked at. */
export async function moveSweep(
  tx: Tx,
  { activation, triggerId, pass }: Sweep,
  after: string | null,
  now: Date,
): Promise<void> {
  await sql`
    update silence_sweeps set after_id = coalesce(${after}, after_id), finished_at = ${after === null ? now : null}::timestamptz
    where activation = ${activation} and trigger_id = ${triggerId} and pass = ${pass}`.execute(tx);
}

/** The last of the next people by id, however they are; null when fewer than `limit` come after. */
export async function selectEndOfStep(tx: Tx, after: string, limit: number): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select p.id from profiles p where p.id > ${after} order by p.id offset ${limit - 1} limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}

/**
 * Begins to wait for the silence of those within a step for whom nothing waits yet, or something waits longer than it should. They are
 * locked, as everybody is of whom a timer is written. Whoever only stood in a file was never heard, so their silence says nothing.
 * @param people `upTo` null: to the end. `seenAfter`: the silence of whoever was seen before is long past.
 */
export async function armSilences(
  tx: Tx,
  timer: { readonly triggerId: string; readonly occasion: string; readonly waitMs: number },
  people: { readonly after: string; readonly upTo: string | null; readonly seenAfter: Date },
  now: Date,
): Promise<void> {
  await sql`
    with silent as (
      select p.id, p.last_seen_at, p.last_seen_at + ${timer.waitMs} * interval '1 millisecond' as due_at
      from profiles p
      where p.id > ${people.after} and (${people.upTo}::text is null or p.id <= ${people.upTo})
        and p.merged_into is null and p.erased_at is null and not p.unheard and p.last_seen_at > ${people.seenAfter}
        and not exists (
          select 1 from timers t
          where t.profile_id = p.id and t.trigger_id = ${timer.triggerId} and t.occasion = ${timer.occasion}
            and t.due_at <= p.last_seen_at + ${timer.waitMs} * interval '1 millisecond'
        )
      order by p.id for no key update of p
    )
    insert into timers (profile_id, trigger_id, occasion, since, due_at, created_at)
    select s.id, ${timer.triggerId}, ${timer.occasion}, s.last_seen_at, s.due_at, ${now} from silent s
    on conflict (profile_id, trigger_id, occasion) do update set since = excluded.since, due_at = excluded.due_at
    where timers.due_at > excluded.due_at`.execute(tx);
}
