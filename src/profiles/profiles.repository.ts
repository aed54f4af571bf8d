import { sql } from 'kysely';
import { EndToEnd, type Executor, prepared, type Tx } from '../platform/database/index.js';
import { type Consent } from './profile.js';

export interface ProfileRow {
  readonly id: string;
  readonly user_id_hash: string | null;
  readonly merged_into: string | null;
  readonly state: Buffer;
}

/** A projected profile as it is written; `state` is sealed. Times ISO 8601. */
export interface ProfileUpdate {
  readonly id: string;
  readonly user_id_hash: string | null;
  readonly stage: string;
  readonly country: string | null;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  /** Nothing came from them so far. */
  readonly unheard: boolean;
  readonly state: Buffer;
}

export interface IdentityRow {
  readonly hash: string;
  readonly kind: string;
  readonly profile_id: string;
  readonly signal_id: string;
}

export interface MergeRow {
  readonly id: string;
  readonly from_profile_id: string;
  readonly into_profile_id: string;
  readonly signal_id: string;
  readonly reason: string;
}

export interface ConsentRow extends Consent {
  readonly id: string;
  readonly profile_id: string;
}

/** The canonical profile behind each known identity. */
export async function selectIdentities(
  db: Executor,
  hashes: readonly string[],
): Promise<{ hash: string; id: string; user_id_hash: string | null }[]> {
  interface Found {
    hash: string;
    id: string;
    user_id_hash: string | null;
    merged_into: string | null;
  }
  // `offset 0`: identity by identity through the indexes, however many rows a planner guesses.
  const { rows } = await sql<Found>`
    select i.hash, p.id, p.user_id_hash, p.merged_into
    from unnest(${hashes}::text[]) as h(hash)
    cross join lateral (select d.hash, d.profile_id from identities d where d.hash = h.hash offset 0) i
    cross join lateral (
      select f.id, f.user_id_hash, f.merged_into from profiles f where f.id = i.profile_id offset 0
    ) p`.execute(db);
  const merged = rows.filter((row) => row.merged_into !== null);
  if (merged.length === 0) return rows;
  const heads = await selectHeads(db, [...new Set(merged.map(({ id }) => id))]);
  return rows.map((row) => ({ hash: row.hash, ...(heads.get(row.id) ?? row) }));
}

/** The canonical profile of each merged one. */
async function selectHeads(
  db: Executor,
  ids: readonly string[],
): Promise<Map<string, { id: string; user_id_hash: string | null }>> {
  const { rows } = await sql<{ merged: string; id: string; user_id_hash: string | null }>`
    with recursive chain as (
      select p.id as merged, p.id, p.user_id_hash, p.merged_into from profiles p where p.id = any(${ids})
      union all
      select c.merged, p.id, p.user_id_hash, p.merged_into from chain c
      cross join lateral (select * from profiles f where f.id = c.merged_into offset 0) p
    )
    select c.merged, c.id, c.user_id_hash from chain c where c.merged_into is null`.execute(db);
  return new Map(rows.map(({ merged, id, user_id_hash }) => [merged, { id, user_id_hash }]));
}

/** Makes profiles that have nothing in them yet: identities need something to point at. */
export async function insertProfiles(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await sql`
    insert into profiles (id, stage, first_seen_at, last_seen_at, seen_hour, state)
    select p.id, 'anonymous', ${at}, ${at}, ${hourOf(at)}, ''::bytea from unnest(${ids}::text[]) as p(id)`.execute(
    tx,
  );
}

/** Binds identities that are new. @returns how many were: fewer when somebody else bound one in the meantime. */
export async function insertIdentities(tx: Tx, rows: readonly IdentityRow[], at: Date): Promise<number> {
  // In one order, so that two transactions with the same identities wait for each other instead of deadlocking.
  const { rows: bound } = await sql<{ hash: string }>`
    insert into identities (hash, kind, profile_id, signal_id, first_seen_at)
    select i.hash, i.kind, i.profile_id, i.signal_id, ${at}
    from json_to_recordset(${JSON.stringify(rows)}::json) as i(hash text, kind text, profile_id text, signal_id text)
    order by i.hash
    on conflict (hash) do nothing
    returning hash`.execute(tx);
  return bound.length;
}

// Not `for update`: rows of later stages that point here are written without waiting.
const lockProfile = prepared<ProfileRow>(
  'profiles.lock',
  'select p.id, p.user_id_hash, p.merged_into, p.state from profiles p where p.id = $1 for no key update',
);

/** Locks profiles in id order: who locks several always takes them in the same order, so nobody deadlocks. */
export async function lockProfiles(tx: Tx, ids: readonly string[]): Promise<ProfileRow[]> {
  if (ids.length === 1) return lockProfile(tx, ids);
  const { rows } = await sql<ProfileRow>`
    select p.id, p.user_id_hash, p.merged_into, p.state from profiles p
    where p.id = any(${ids}) order by p.id for no key update`.execute(tx);
  return rows;
}

/** Locks those of the profiles that nobody else has locked, and waits for none. */
export async function lockFreeProfiles(tx: Tx, ids: readonly string[], limit: number): Promise<ProfileRow[]> {
  const { rows } = await sql<ProfileRow>`
    select p.id, p.user_id_hash, p.merged_into, p.state from profiles p
    where p.id = any(${ids}) order by p.id limit ${limit} for no key update skip locked`.execute(tx);
  return rows;
}

export async function selectProfile(db: Executor, id: string): Promise<ProfileRow | null> {
  const { rows } = await sql<ProfileRow>`
    select p.id, p.user_id_hash, p.merged_into, p.state from profiles p where p.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

const HOUR_MS = 3_600_000;

/** The hour in which somebody was last seen: what lists go by, since it seldom changes. */
function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

/** Fills in the hour where an earlier version left it out. @returns for how many: fewer than `limit` when none is left. */
export async function fillSeenHours(db: Executor, limit: number): Promise<number> {
  const { rows } = await sql`
    update profiles u set seen_hour = date_trunc('hour', p.last_seen_at at time zone 'UTC') at time zone 'UTC'
    from (
      select n.id, n.last_seen_at from profiles n where n.seen_hour is null limit ${limit}
      for no key update skip locked
    ) p
    where u.id = p.id
    returning u.id`.execute(db);
  return rows.length;
}

/** The canonical profile behind an identity, with the person's key. */
export const selectPersonBy = prepared<{ id: string; state: Buffer; wrapped: Buffer }>(
  'profiles.person',
  `with recursive chain as (
      select i.profile_id as id from identities i where i.hash = $1
      union all
      select p.merged_into from chain c join profiles p on p.id = c.id where p.merged_into is not null
    )
    select p.id, p.state, k.wrapped
    from chain c join profiles p on p.id = c.id join person_keys k on k.id = p.id
    where p.merged_into is null`,
);

export async function updateProfiles(tx: Tx, rows: readonly ProfileUpdate[]): Promise<void> {
  const states = new EndToEnd();
  const records = rows.map(({ state, ...row }) => {
    const { from: starts, size } = states.add(state);
    return { ...row, seen_hour: `${row.last_seen_at.slice(0, 13)}:00:00Z`, starts, size };
  });
  await sql`
    update profiles p set user_id_hash = u.user_id_hash, stage = u.stage, country = u.country,
      first_seen_at = u.first_seen_at, last_seen_at = u.last_seen_at, seen_hour = u.seen_hour, unheard = u.unheard,
      state = substring(${states.whole()}::bytea from u.starts for u.size), version = p.version + 1
    from json_to_recordset(${JSON.stringify(records)}::json) as u(id text, user_id_hash text, stage text, country text,
      first_seen_at timestamptz, last_seen_at timestamptz, seen_hour timestamptz, unheard boolean, starts integer,
      size integer)
    where p.id = u.id`.execute(tx);
}

export async function insertMerges(tx: Tx, rows: readonly MergeRow[], at: Date): Promise<void> {
  const json = JSON.stringify(rows);
  await sql`
    update profiles p set merged_into = m.into_profile_id, version = p.version + 1
    from json_to_recordset(${json}::json) as m(from_profile_id text, into_profile_id text)
    where p.id = m.from_profile_id`.execute(tx);
  await sql`
    insert into profile_merges (id, from_profile_id, into_profile_id, signal_id, reason, merged_at)
    select m.id, m.from_profile_id, m.into_profile_id, m.signal_id, m.reason, ${at}
    from json_to_recordset(${json}::json)
      as m(id text, from_profile_id text, into_profile_id text, signal_id text, reason text)`.execute(tx);
}

export async function insertConsents(tx: Tx, rows: readonly ConsentRow[], at: Date): Promise<void> {
  await sql`
    insert into consents (id, profile_id, channel, topic, state, source, at, recorded_at)
    select c.id, c.profile_id, c.channel, c.topic, c.state, c.source, c.at, ${at}
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as c(id text, profile_id text, channel text, topic text, state text, source text, at timestamptz)`.execute(
    tx,
  );
}

/** The profile and all that were ever merged into it. */
export async function selectMerged(db: Executor, canonicalId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive family as (
      select ${canonicalId}::text as id
      union
      select p.id from family f join profiles p on p.merged_into = f.id
    )
    select f.id from family f order by f.id`.execute(db);
  return rows.map(({ id }) => id);
}

/** How a profile came to hold what others did. */
export async function selectMerges(
  db: Executor,
  profileIds: readonly string[],
): Promise<{ id: string; from_profile_id: string; signal_id: string; reason: string; merged_at: Date }[]> {
  const { rows } = await sql<{
    id: string;
    from_profile_id: string;
    signal_id: string;
    reason: string;
    merged_at: Date;
  }>`
    select m.id, m.from_profile_id, m.signal_id, m.reason, m.merged_at from profile_merges m
    where m.into_profile_id = any(${profileIds}) order by m.merged_at, m.id`.execute(db);
  return rows;
}

export async function selectIdentityHashes(db: Executor, profileIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ hash: string }>`
    select i.hash from identities i where i.profile_id = any(${profileIds})`.execute(db);
  return rows.map(({ hash }) => hash);
}

/** A profile that wants to use an address. */
export interface AddressClaim {
  readonly address_hash: string;
  readonly profile_id: string;
}

/**
 * Notes who claims an address and answers with the claims beyond the first `most` of those made since `since`: those do not get it. A claim keeps
 * its first time, so whoever had the address before a flood of claims keeps it.
 */
export async function claimAddresses(
  tx: Tx,
  claims: readonly AddressClaim[],
  request: { at: Date; since: Date; most: number },
): Promise<AddressClaim[]> {
  const json = JSON.stringify(claims);
  // Locks the addresses, in one order and after all profiles: two transactions that count claims on one address must see each other's.
  await sql`
    insert into claimed_addresses (address_hash)
    select distinct c.address_hash from json_to_recordset(${json}::json) as c(address_hash text) order by c.address_hash
    on conflict (address_hash) do update set address_hash = excluded.address_hash`.execute(tx);
  await sql`
    insert into address_claims (address_hash, profile_id, claimed_at)
    select c.address_hash, c.profile_id, ${request.at}
    from json_to_recordset(${json}::json) as c(address_hash text, profile_id text)
    order by c.address_hash, c.profile_id
    on conflict (address_hash, profile_id) do nothing`.execute(tx);
  const { rows } = await sql<AddressClaim>`
    select c.address_hash, c.profile_id
    from json_to_recordset(${json}::json) as c(address_hash text, profile_id text)
    join address_claims mine on mine.address_hash = c.address_hash and mine.profile_id = c.profile_id
    where mine.claimed_at > ${request.since} and (
      select count(*) from (
        select 1 from address_claims other
        where other.address_hash = mine.address_hash and other.claimed_at > ${request.since}
          and other.seq < mine.seq
        limit ${request.most}
      ) earlier
    ) >= ${request.most}`.execute(tx);
  return rows;
}

const lockOneAddress = prepared<{ locked: number }>(
  'profiles.lock_address',
  'select 1 as locked from claimed_addresses c where c.address_hash = $1 for update',
);

/** Locks an address until the transaction ends: whoever asks what it was sent and adds to that takes turns. After all profiles, as claims do. */
export async function lockAddress(tx: Tx, addressHash: string): Promise<void> {
  if ((await lockOneAddress(tx, [addressHash])).length > 0) return;
  await sql`
    insert into claimed_addresses (address_hash) values (${addressHash})
    on conflict (address_hash) do update set address_hash = excluded.address_hash`.execute(tx);
}

/** Notes whose identities are being erased. */
export async function insertErased(tx: Tx, hashes: readonly string[], at: Date): Promise<void> {
  await sql`
    insert into erased_identities (hash, erased_at) select h.hash, ${at} from unnest(${hashes}::text[]) as h(hash)
    on conflict (hash) do update set erased_at = excluded.erased_at`.execute(tx);
}

/** Those of the identities that were erased at a moment or after it. */
export async function selectErased(
  db: Executor,
  hashes: readonly string[],
  since: Date,
): Promise<Set<string>> {
  const { rows } = await sql<{ hash: string }>`
    select e.hash from erased_identities e where e.hash = any(${hashes}) and e.erased_at >= ${since}`.execute(
    db,
  );
  return new Set(rows.map(({ hash }) => hash));
}

export async function deleteErased(db: Executor, before: Date): Promise<void> {
  await sql`delete from erased_identities where erased_at < ${before}`.execute(db);
}

/** Empties profiles and forgets their identities; the rows stay for what points at them. */
export async function eraseProfiles(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await sql`delete from identities where profile_id = any(${ids})`.execute(tx);
  await sql`delete from consents where profile_id = any(${ids})`.execute(tx);
  await sql`delete from address_claims where profile_id = any(${ids})`.execute(tx);
  await sql`
    update profiles set state = ''::bytea, user_id_hash = null, country = null, erased_at = ${at}, version = version + 1
    where id = any(${ids})`.execute(tx);
}
