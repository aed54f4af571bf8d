import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

/** A process that died is waited for so long before what it did not use is given back. */
const LEASE_SECONDS = 60;

/** Takes turns with whoever else leases tokens of this counter, until the transaction ends. */
export async function lockCounter(tx: Tx, counter: string): Promise<void> {
  await sql`insert into cap_counters (id) values (${counter}) on conflict do nothing`.execute(tx);
  await sql`select 1 from cap_counters c where c.id = ${counter} for update`.execute(tx);
}

/**
 * Gives back what leases that ran out have not used. Those whose holder is writing right now are left for next time. Locked first and counted
 * then, in statements of their own: what was written before the lock was had has to be seen.
 */
export async function settleLeases(tx: Tx, counter: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select l.id from cap_leases l where l.counter = ${counter} and not l.settled and l.expires_at <= now()
    for update skip locked`.execute(tx);
  if (rows.length === 0) return;
  await sql`
    update cap_leases l set settled = true,
      tokens = coalesce((select sum(p.tokens) from cap_places p where p.lease_id = l.id), 0)
    where l.id = any(${rows.map(({ id }) => id)})`.execute(tx);
}

/** Whether a lease has run out of which something may come back. */
export async function areToSettle(db: Executor, counter: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from cap_leases l where l.counter = ${counter} and not l.settled and l.expires_at <= now() limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** Forgets what no window reaches any more, but not the place of a message that is still to leave: it takes another by it. */
export async function deleteLeases(tx: Tx, counter: string, before: number): Promise<void> {
  await sql`
    delete from cap_leases l where l.counter = ${counter} and l.slice < ${before} and l.settled
      and not exists (
        select 1 from cap_places p join messages m on m.id = p.message_id
        where p.lease_id = l.id and m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending')
      )`.execute(tx);
}

/** Tokens by slice, leased or held. */
export async function selectTaken(db: Executor, counter: string, from: number): Promise<Map<number, number>> {
  const { rows } = await sql<{ slice: number; tokens: number }>`
    select l.slice, sum(l.tokens)::bigint as tokens from cap_leases l
    where l.counter = ${counter} and l.slice >= ${from} group by l.slice`.execute(db);
  return new Map(rows.map(({ slice, tokens }) => [slice, tokens]));
}

export async function insertLease(
  tx: Tx,
  lease: { readonly id: string; readonly counter: string; readonly slice: number; readonly tokens: number },
): Promise<void> {
  await sql`
    insert into cap_leases (id, counter, slice, tokens, expires_at)
    values (${lease.id}, ${lease.counter}, ${lease.slice}, ${lease.tokens}, now() + make_interval(secs => ${LEASE_SECONDS}))`.execute(
    tx,
  );
}

/** Whether tokens of a lease may still be used; until the transaction ends nobody settles it. */
export async function holdLease(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from cap_leases l where l.id = ${id} and not l.settled for key share`.execute(tx);
  return rows.length === 1;
}

/** Lets others settle these leases at once. */
export async function endLeases(db: Executor, ids: readonly string[]): Promise<void> {
  await sql`update cap_leases l set expires_at = now() where l.id = any(${ids}) and not l.settled`.execute(
    db,
  );
}

/** A place of a message, and in which piece of time it lies. */
export interface HeldPlace {
  readonly counter: string;
  readonly leaseId: string;
  readonly slice: number;
  readonly tokens: number;
}

export async function insertPlace(
  tx: Tx,
  place: {
    readonly messageId: string;
    readonly counter: string;
    readonly leaseId: string;
    readonly tokens: number;
  },
): Promise<void> {
  await sql`
    insert into cap_places (message_id, counter, lease_id, tokens)
    values (${place.messageId}, ${place.counter}, ${place.leaseId}, ${place.tokens})`.execute(tx);
}

export async function selectPlaces(db: Executor, messageId: string): Promise<HeldPlace[]> {
  const { rows } = await sql<HeldPlace>`
    select p.counter, p.lease_id as "leaseId", l.slice, p.tokens from cap_places p join cap_leases l on l.id = p.lease_id
    where p.message_id = ${messageId} order by p.counter`.execute(db);
  return rows;
}

/** Gives places of a message back: all of them, or those of one counter. Their tokens are nobody's then, whether the lease runs or not. */
export async function deletePlaces(tx: Tx, messageId: string, counter: string | null = null): Promise<void> {
  const ofIt = sql`p.message_id = ${messageId} and (${counter}::text is null or p.counter = ${counter}::text)`;
  // The leases first, so that none of them is settled in between. Their holders go on meanwhile.
  const { rows } = await sql<{ id: string }>`
    select l.id from cap_leases l where l.id in (select p.lease_id from cap_places p where ${ofIt})
    order by l.id for no key update`.execute(tx);
  if (rows.length === 0) return;
  await sql`
    with given as (delete from cap_places p where ${ofIt} returning p.lease_id, p.tokens)
    update cap_leases l set tokens = l.tokens - given.tokens from given where l.id = given.lease_id`.execute(
    tx,
  );
}

/** Undoes `deletePlaces` for one place, in the same transaction. */
export async function restorePlace(tx: Tx, messageId: string, place: HeldPlace): Promise<void> {
  await sql`update cap_leases l set tokens = l.tokens + ${place.tokens} where l.id = ${place.leaseId}`.execute(
    tx,
  );
  await insertPlace(tx, { messageId, ...place });
}

/** Tokens of a counter from a slice on to another: those that messages hold, and all that are taken. */
export async function selectUse(
  db: Executor,
  counter: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<{ readonly used: number; readonly taken: number }> {
  const { rows } = await sql<{ used: number; taken: number }>`
    select coalesce(sum(l.tokens), 0)::bigint as taken,
      coalesce(sum((select sum(p.tokens) from cap_places p where p.lease_id = l.id)), 0)::bigint as used
    from cap_leases l where l.counter = ${counter} and l.slice between ${from} and ${to}`.execute(db);
  return rows[0] ?? { used: 0, taken: 0 };
}
