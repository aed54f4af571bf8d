import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';

/** What hands an open message on, one kind after the other. */
const MESSAGE_WORK = [
  'message.opened',
  'draft.written',
  'draft.assessed',
  'message.approved',
  'message.needs_review',
];

/** What hands a firing on to its decision. */
const FIRING_WORK = ['trigger.fired', 'advice.wanted'];

export interface LostMessage {
  id: string;
  state: string;
}

/** Open messages that nobody and nothing will ever look at again. */
export async function selectLostMessages(db: Executor): Promise<LostMessage[]> {
  const { rows } = await sql<LostMessage>`
    select m.id, m.state from messages m
    where m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending')
      and not exists (select 1 from work w where w.key = m.id and w.kind = any(${MESSAGE_WORK}) and w.state = 'ready')
      and not (m.state = 'in_review' and exists (
        select 1 from reviews r where r.message_id = m.id and r.state in ('pending', 'claimed', 'awaiting_second')))
    order by m.id`.execute(db);
  return rows;
}

/** Firings that were neither decided nor wait for it. One too many for its address, or of an erased person, leads nowhere by design. */
export async function selectLostFirings(db: Executor): Promise<{ id: string; trigger_id: string }[]> {
  const { rows } = await sql<{ id: string; trigger_id: string }>`
    with recursive erased as (
      select p.id from profiles p where p.erased_at is not null
      union
      select p.id from profiles p join erased e on p.merged_into = e.id
    )
    select f.id, f.trigger_id from firings f
    where not f.capped
      and not exists (select 1 from decisions d where d.firing_id = f.id)
      and not exists (select 1 from work w where w.kind = any(${FIRING_WORK}) and w.key = f.id)
      and not exists (select 1 from erased e where e.id = f.profile_id)
    order by f.id`.execute(db);
  return rows;
}

/**
 * Inbox rows whose signal is not there: acknowledged and gone. An erasure takes signals out of the inbox's hands too, so a row is certain to be lost
 * only when nobody was erased since.
 */
export async function selectLostSignals(db: Executor): Promise<{ signal_id: string }[]> {
  const { rows } = await sql<{ signal_id: string }>`
    select i.signal_id from signal_inbox i
    where not exists (select 1 from signals s where s.received_at = i.received_at and s.id = i.signal_id)
      and not exists (select 1 from profiles p where p.erased_at >= i.received_at)
    order by i.signal_id`.execute(db);
  return rows;
}

export interface WaitingCounts {
  open: number;
  firings: number;
  inbox: number;
  dead: number;
  failures: number;
  unknown: number;
}

export async function countWaiting(db: Executor): Promise<WaitingCounts> {
  const { rows } = await sql<WaitingCounts>`
    select (select count(*) from messages m
        where m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending')) as open,
      (select count(*) from firings) as firings,
      (select count(*) from signal_inbox) as inbox,
      (select count(*) from work w where w.state = 'dead') as dead,
      (select count(*) from signal_failures) as failures,
      (select count(*) from messages m where m.state = 'unknown') as unknown`.execute(db);
  return rows[0] ?? { open: 0, firings: 0, inbox: 0, dead: 0, failures: 0, unknown: 0 };
}
