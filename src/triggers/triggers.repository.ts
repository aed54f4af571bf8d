import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';

export interface FiringRow {
  readonly id: string;
  readonly profile_id: string;
  readonly trigger_id: string;
  readonly occasion: string;
  readonly bundle_hash: string;
  readonly signal_id: string | null;
  readonly evidence: string;
  readonly address_hash: string | null;
  readonly capped: boolean;
}

export interface TimerRow {
  readonly profile_id: string;
  readonly trigger_id: string;
  readonly occasion: string;
  readonly since: Date;
  readonly due_at: Date;
  readonly signal_id: string | null;
  /** Of the signal that it began with; null when nobody follows that. */
  readonly trace: string | null;
}

export interface HitRow {
  readonly profile_id: string;
  readonly trigger_id: string;
  readonly signal_id: string;
  readonly at: Date;
}

/** Names a timer. */
export interface TimerKey {
  readonly profile_id: string;
  readonly trigger_id: string;
  readonly occasion: string;
}

/** @returns ids of those that are firsts for their occasion. */
export async function insertFirings(tx: Tx, rows: readonly FiringRow[], at: Date): Promise<Set<string>> {
  const { rows: fresh } = await sql<{ id: string }>`
    insert into firings (id, profile_id, trigger_id, occasion, bundle_hash, signal_id, fired_at, evidence, address_hash, capped)
    select f.id, f.profile_id, f.trigger_id, f.occasion, f.bundle_hash, f.signal_id, ${at}, f.evidence, f.address_hash, f.capped
    from json_to_recordset(${JSON.stringify(rows)}::json) as f(id text, profile_id text, trigger_id text, occasion text,
      bundle_hash text, signal_id text, evidence text, address_hash text, capped boolean)
    on conflict (profile_id, trigger_id, occasion) do nothing
    returning id`.execute(tx);
  return new Set(fresh.map(({ id }) => id));
}

const selectOneFiring = prepared<FiringRow & { readonly fired_at: Date }>(
  'triggers.firing',
  `select f.id, f.profile_id, f.trigger_id, f.occasion, f.bundle_hash, f.signal_id, f.fired_at, f.evidence, f.address_hash, f.capped
    from firings f where f.id = $1`,
);

export async function selectFiring(
  db: Executor,
  id: string,
): Promise<(FiringRow & { readonly fired_at: Date }) | null> {
  return (await selectOneFiring(db, [id]))[0] ?? null;
}

/** How often something fired for each person and each address since a time, what was one too many left out. Keys as given. */
export async function countFirings(
  db: Executor,
  of: { readonly profileIds: readonly string[]; readonly addressHashes: readonly string[] },
  since: Date,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; count: number }>`
    select p.id as key, count(*) as count from unnest(${of.profileIds}::text[]) as p(id)
    cross join lateral (
      select 1 from firings f where f.profile_id = p.id and f.fired_at > ${since} and not f.capped offset 0
    ) f
    group by p.id
    union all
    select a.hash, count(*) from unnest(${of.addressHashes}::text[]) as a(hash)
    cross join lateral (
      select 1 from firings f where f.address_hash = a.hash and f.fired_at > ${since} and not f.capped offset 0
    ) f
    group by a.hash`.execute(db);
  return new Map(rows.map((row) => [row.key, row.count]));
}

/** What is asked about: one person under one trigger. */
export interface WatchKey {
  readonly profile_id: string;
  readonly trigger_id: string;
}

export async function selectTimers(tx: Tx, keys: readonly WatchKey[]): Promise<TimerRow[]> {
  if (keys.length === 0) return [];
  // `offset 0`: pair by pair through the index, however many rows a planner guesses.
  const { rows } = await sql<TimerRow>`
    select t.profile_id, t.trigger_id, t.occasion, t.since, t.due_at, t.signal_id, t.trace
    from json_to_recordset(${JSON.stringify(keys)}::json) as k(profile_id text, trigger_id text)
    cross join lateral (
      select * from timers m where m.profile_id = k.profile_id and m.trigger_id = k.trigger_id offset 0
    ) t`.execute(tx);
  return rows;
}

export async function selectHits(tx: Tx, keys: readonly WatchKey[]): Promise<HitRow[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<HitRow>`
    select h.profile_id, h.trigger_id, h.signal_id, h.at
    from json_to_recordset(${JSON.stringify(keys)}::json) as k(profile_id text, trigger_id text)
    cross join lateral (
      select * from trigger_hits m where m.profile_id = k.profile_id and m.trigger_id = k.trigger_id offset 0
    ) h`.execute(tx);
  return rows;
}

export async function insertTimers(
  tx: Tx,
  rows: readonly (Omit<TimerRow, 'since' | 'due_at'> & { since: string; due_at: string })[],
  at: Date,
): Promise<void> {
  await sql`
    insert into timers (profile_id, trigger_id, occasion, since, due_at, signal_id, created_at, trace)
    select t.profile_id, t.trigger_id, t.occasion, t.since, t.due_at, t.signal_id, ${at}, t.trace
    from json_to_recordset(${JSON.stringify(rows)}::json) as t(profile_id text, trigger_id text, occasion text,
      since timestamptz, due_at timestamptz, signal_id text, trace text)
    on conflict (profile_id, trigger_id, occasion) do nothing`.execute(tx);
}

export async function deleteTimers(tx: Tx, keys: readonly TimerKey[]): Promise<void> {
  await sql`
    delete from timers where ctid = any(array(
      select t.place
      from json_to_recordset(${JSON.stringify(keys)}::json) as k(profile_id text, trigger_id text, occasion text)
      cross join lateral (
        select m.ctid as place from timers m
        where m.profile_id = k.profile_id and m.trigger_id = k.trigger_id and m.occasion = k.occasion offset 0
      ) t
    ))`.execute(tx);
}

export async function postponeTimers(
  tx: Tx,
  keys: readonly (TimerKey & { due_at: string })[],
): Promise<void> {
  await sql`
    update timers u set due_at = t.due_at
    from (
      select m.place, k.due_at
      from json_to_recordset(${JSON.stringify(keys)}::json)
        as k(profile_id text, trigger_id text, occasion text, due_at timestamptz)
      cross join lateral (
        select n.ctid as place from timers n
        where n.profile_id = k.profile_id and n.trigger_id = k.trigger_id and n.occasion = k.occasion offset 0
      ) m
    ) t
    where u.ctid = t.place`.execute(tx);
}

export async function insertHits(
  tx: Tx,
  rows: readonly (Omit<HitRow, 'at'> & { at: string })[],
): Promise<void> {
  await sql`
    insert into trigger_hits (profile_id, trigger_id, signal_id, at)
    select h.profile_id, h.trigger_id, h.signal_id, h.at
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as h(profile_id text, trigger_id text, signal_id text, at timestamptz)
    on conflict (profile_id, trigger_id, signal_id) do nothing`.execute(tx);
}

export async function deleteHits(tx: Tx, rows: readonly Omit<HitRow, 'at'>[]): Promise<void> {
  await sql`
    delete from trigger_hits where ctid = any(array(
      select h.place
      from json_to_recordset(${JSON.stringify(rows)}::json) as k(profile_id text, trigger_id text, signal_id text)
      cross join lateral (
        select m.ctid as place from trigger_hits m
        where m.profile_id = k.profile_id and m.trigger_id = k.trigger_id and m.signal_id = k.signal_id offset 0
      ) h
    ))`.execute(tx);
}

/** What waits for a profile that became part of another one waits for that one now. */
export async function moveWatches(tx: Tx, from: readonly string[], into: string): Promise<void> {
  await sql`
    with moved as (
      delete from timers where profile_id = any(${from})
      returning trigger_id, occasion, since, due_at, signal_id, created_at, trace
    )
    insert into timers (profile_id, trigger_id, occasion, since, due_at, signal_id, created_at, trace)
    select ${into}, m.trigger_id, m.occasion, m.since, m.due_at, m.signal_id, m.created_at, m.trace from moved m order by m.due_at
    on conflict (profile_id, trigger_id, occasion) do nothing`.execute(tx);
  await sql`
    with moved as (
      delete from trigger_hits where profile_id = any(${from}) returning trigger_id, signal_id, at
    )
    insert into trigger_hits (profile_id, trigger_id, signal_id, at)
    select ${into}, m.trigger_id, m.signal_id, m.at from moved m
    on conflict (profile_id, trigger_id, signal_id) do nothing`.execute(tx);
}

/** Whose timers are due, the longest waiting first. */
export async function selectDueProfiles(db: Executor, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ profile_id: string }>`
    select d.profile_id from (
      select t.profile_id, t.due_at from timers t where t.due_at <= ${now} order by t.due_at limit ${limit}
    ) d
    group by d.profile_id order by min(d.due_at)`.execute(db);
  return rows.map((row) => row.profile_id);
}

/** The due timers of some people, earliest beginning first. */
export async function selectDueTimers(tx: Tx, profileIds: readonly string[], now: Date): Promise<TimerRow[]> {
  const { rows } = await sql<TimerRow>`
    select t.profile_id, t.trigger_id, t.occasion, t.since, t.due_at, t.signal_id, t.trace
    from unnest(${profileIds}::text[]) as p(id)
    cross join lateral (
      select * from timers m where m.profile_id = p.id and m.due_at <= ${now} offset 0
    ) t
    order by t.since, t.trigger_id`.execute(tx);
  return rows;
}

/** Ends what inaction triggers wait for: a firing covers everything that began before it. */
export async function deleteBegun(tx: Tx, keys: readonly WatchKey[], upTo: Date): Promise<void> {
  await sql`
    delete from timers where ctid = any(array(
      select t.place
      from json_to_recordset(${JSON.stringify(keys)}::json) as k(profile_id text, trigger_id text)
      cross join lateral (
        select m.ctid as place from timers m
        where m.profile_id = k.profile_id and m.trigger_id = k.trigger_id and m.since <= ${upTo} offset 0
      ) t
    ))`.execute(tx);
}

export async function deleteTimersOf(tx: Tx, profileId: string): Promise<void> {
  await sql`delete from timers where profile_id = ${profileId}`.execute(tx);
  await sql`delete from trigger_hits where profile_id = ${profileId}`.execute(tx);
}

export async function postponeProfile(tx: Tx, profileId: string, now: Date, to: Date): Promise<void> {
  await sql`
    update timers set due_at = ${to} where profile_id = ${profileId} and due_at <= ${now}`.execute(tx);
}
