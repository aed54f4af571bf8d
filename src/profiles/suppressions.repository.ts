import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';

export interface SuppressionRow {
  readonly channel: string;
  readonly address_hash: string;
  readonly reason: string;
  readonly by_person: boolean;
  readonly at: Date;
}

/** What is behind a suppression that the person's own consent lifts. */
export interface OwnWithdrawal {
  readonly profileId: string;
  /** The channel they withdrew on. */
  readonly channel: string;
  readonly at: Date;
}

/** As `strengthOf`. @param from `suppressions` or `excluded`. */
function strength(from: string): ReturnType<typeof sql> {
  const [reason, byPerson] = [sql.ref(`${from}.reason`), sql.ref(`${from}.by_person`)];
  return sql`(case when ${reason} = 'complaint' then 3 when ${reason} <> 'unsubscribe' then 4 when ${byPerson} then 1 else 2 end)`;
}

/** The stronger of two stays. @param row `withdrawn`: whose own withdrawal it is; null for every other one. */
export async function insertSuppression(
  tx: Tx,
  row: {
    channel: string;
    addressHash: string;
    reason: string;
    source: string;
    at: Date;
    saidAt: Date | null;
    withdrawn: OwnWithdrawal | null;
  },
): Promise<void> {
  const { withdrawn } = row;
  await sql`
    insert into suppressions (channel, address_hash, reason, source, at, said_at, by_person)
    values (${row.channel}, ${row.addressHash}, ${row.reason}, ${row.source}, ${row.at}, ${row.saidAt}, ${withdrawn !== null})
    on conflict (channel, address_hash) do update
    set reason = excluded.reason, source = excluded.source, said_at = excluded.said_at, by_person = excluded.by_person,
      -- What stops marketing stops it since the first of them.
      at = case when excluded.reason in ('unsubscribe', 'complaint') then suppressions.at else excluded.at end
    where ${strength('excluded')} > ${strength('suppressions')}`.execute(tx);
  if (withdrawn === null) return;
  // After the suppression, whose row is locked now: see `liftSuppressions`.
  await sql`
    insert into withdrawals (channel, address_hash, profile_id, said_on, said_at)
    values (${row.channel}, ${row.addressHash}, ${withdrawn.profileId}, ${withdrawn.channel}, ${withdrawn.at})
    on conflict (channel, address_hash, profile_id, said_on) do update
    set said_at = greatest(withdrawals.said_at, excluded.said_at)`.execute(tx);
}

export async function selectSuppressions(
  db: Executor,
  addressHashes: readonly string[],
): Promise<SuppressionRow[]> {
  const { rows } = await sql<SuppressionRow>`
    select s.channel, s.address_hash, s.reason, s.by_person, s.at from suppressions s
    where s.address_hash = any(${addressHashes}) order by s.channel`.execute(db);
  return rows;
}

/** A suppression, by what it is of. */
export interface SuppressedAddress {
  readonly channel: string;
  readonly address_hash: string;
}

/** Forgets what some profiles withdrew on a channel before a moment. @returns behind which suppressions it stood. */
export async function deleteWithdrawals(
  tx: Tx,
  { profileIds, saidOn, before }: { profileIds: readonly string[]; saidOn: string; before: Date },
): Promise<SuppressedAddress[]> {
  const { rows } = await sql<SuppressedAddress>`
    delete from withdrawals w
    where w.profile_id = any(${profileIds}) and w.said_on = ${saidOn} and w.said_at < ${before}
    returning w.channel, w.address_hash`.execute(tx);
  return rows;
}

export interface LiftedRow extends SuppressedAddress {
  readonly id: string;
  readonly source: string;
  readonly at: Date;
  readonly said_at: Date | null;
}

/** Lifts those of the suppressions behind which nobody's withdrawal stands any more, and nothing else. */
export async function liftSuppressions(
  tx: Tx,
  addresses: readonly (SuppressedAddress & { readonly id: string })[],
  lifted: { readonly profileId: string; readonly grantedAt: Date; readonly at: Date },
): Promise<LiftedRow[]> {
  const json = JSON.stringify(addresses);
  const these = sql`json_to_recordset(${json}::json) as x(id text, channel text, address_hash text)`;
  // Locked first: whoever withdraws meanwhile has this row before they say so, and the next statement sees it.
  await sql`
    select 1 from suppressions s join ${these} on s.channel = x.channel and s.address_hash = x.address_hash
    order by s.channel, s.address_hash for update of s`.execute(tx);
  const { rows } = await sql<LiftedRow>`
    with gone as (
      delete from suppressions s using ${these}
      where s.channel = x.channel and s.address_hash = x.address_hash and s.reason = 'unsubscribe' and s.by_person
        and not exists (
          select 1 from withdrawals w where w.channel = s.channel and w.address_hash = s.address_hash)
      returning x.id, s.channel, s.address_hash, s.reason, s.source, s.at, s.said_at
    )
    insert into lifted_suppressions (id, channel, address_hash, reason, source, at, said_at, profile_id, granted_at, lifted_at)
    select g.id, g.channel, g.address_hash, g.reason, g.source, g.at, g.said_at, ${lifted.profileId}, ${lifted.grantedAt}, ${lifted.at}
    from gone g
    returning id, channel, address_hash, source, at, said_at`.execute(tx);
  return rows;
}

/** What was lifted because one of these profiles agreed again, newest first. */
export async function selectLifted(
  db: Executor,
  profileIds: readonly string[],
): Promise<{ channel: string; at: Date; lifted_at: Date }[]> {
  const { rows } = await sql<{ channel: string; at: Date; lifted_at: Date }>`
    select l.channel, l.at, l.lifted_at from lifted_suppressions l
    where l.profile_id = any(${profileIds}) order by l.lifted_at desc, l.id desc`.execute(db);
  return rows;
}

/** Of people who are being erased: nobody can take back any more what they withdrew, and what was lifted is nobody's. */
export async function keepForGood(tx: Tx, profileIds: readonly string[]): Promise<void> {
  await sql`
    with theirs as (
      delete from withdrawals w where w.profile_id = any(${profileIds}) returning w.channel, w.address_hash
    )
    update suppressions s set by_person = false from theirs t
    where s.channel = t.channel and s.address_hash = t.address_hash`.execute(tx);
  await sql`
    update lifted_suppressions set profile_id = null where profile_id = any(${profileIds})`.execute(tx);
}
