import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';
import { type Secrets } from '../../platform/secrets/secrets.js';
import { type Profile } from '../../profiles/profile.js';
import { addressHash, identityHash } from '../../shared/identity.js';
import { personName } from '../layout/person.js';
import { type SealedReader } from '../sealed-reader.service.js';

interface ProfileRow {
  id: string;
  stage: string;
  country: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  merged_into: string | null;
  state: Uint8Array;
  open_tasks: number;
  messages: number;
}

export interface PersonLine {
  readonly id: string;
  readonly name: string | null;
  readonly userId: string | null;
  readonly email: string | null;
  readonly stage: string;
  readonly country: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly openTasks: number;
  readonly messages: number;
}

export interface PersonView extends PersonLine {
  /** Null when the person was erased. */
  readonly profile: Profile | null;
}

const columns = sql`p.id, p.stage, p.country, p.first_seen_at, p.last_seen_at, p.merged_into, p.state,
  (select count(*) from tasks t where t.profile_id = p.id and t.state = 'open') as open_tasks,
  (select count(*) from messages m where m.profile_id = p.id and m.sent_at is not null) as messages`;

function toLine(row: ProfileRow, profile: Profile | null): PersonLine {
  return {
    id: row.id,
    name: profile === null ? null : personName(profile),
    userId: profile?.userId ?? null,
    email: profile?.addresses.email ?? null,
    stage: row.stage,
    country: row.country,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    openTasks: row.open_tasks,
    messages: row.messages,
  };
}

/** Canonical profiles, the last seen first. */
export async function readRecentPeople(
  db: Executor,
  reader: SealedReader,
  request: { after: readonly [at: string, id: string] | null; limit: number },
): Promise<PersonLine[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<ProfileRow>`
    select ${columns} from profiles p
    where p.merged_into is null and p.erased_at is null
      and (${at}::timestamptz is null or p.last_seen_at < ${at}::timestamptz or (p.last_seen_at = ${at}::timestamptz and p.id > ${id}::text))
      and (${at}::timestamptz is null or p.seen_hour is null or p.seen_hour <= ${at}::timestamptz)
    -- By the hour first, since that is what there is an index on.
    order by p.seen_hour desc nulls last, p.last_seen_at desc, p.id limit ${request.limit}`.execute(db);
  const profiles = await reader.profiles(db, rows);
  return rows.map((row, index) => toLine(row, profiles[index] ?? null));
}

/**
 * Canonical ids of whoever is known under this text: a user id, an anonymous id, an e-mail address, or a profile's own id. All but the
 * last are looked up by keyed hash, so only the exact text finds anybody.
 */
export async function findPeople(db: Executor, secrets: Secrets, text: string): Promise<string[]> {
  const wanted = text.trim();
  const secret = secrets.lookup('identity');
  const hashes = [identityHash(secret, 'user', wanted), identityHash(secret, 'anonymous', wanted)];
  const address = addressHash(secrets.lookup('address'), 'email', wanted);
  const { rows } = await sql<{ id: string }>`
    with recursive found as (
      select p.id, p.merged_into from profiles p
      where p.id = ${wanted} or p.id in (
        select i.profile_id from identities i where i.hash = any(${hashes})
        union all select c.profile_id from address_claims c where c.address_hash = ${address}
      )
      union
      select q.id, q.merged_into from profiles q join found f on q.id = f.merged_into
    )
    select distinct f.id from found f where f.merged_into is null order by f.id limit 20`.execute(db);
  return rows.map((row) => row.id);
}

/** The canonical profile behind an id, itself or what it was merged into; null when there is none. */
export async function readPerson(db: Executor, reader: SealedReader, id: string): Promise<PersonView | null> {
  const { rows } = await sql<ProfileRow>`
    with recursive chain as (
      select p.id, p.merged_into from profiles p where p.id = ${id}
      union
      select q.id, q.merged_into from profiles q join chain c on q.id = c.merged_into
    )
    select ${columns} from profiles p join chain c on c.id = p.id where p.merged_into is null`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const [profile = null] = await reader.profiles(db, [row]);
  return { ...toLine(row, profile), profile };
}

/** People by their ids, for search results. */
export async function readPeople(
  db: Executor,
  reader: SealedReader,
  ids: readonly string[],
): Promise<PersonLine[]> {
  const { rows } =
    await sql<ProfileRow>`select ${columns} from profiles p where p.id = any(${ids}) order by p.last_seen_at desc`.execute(
      db,
    );
  const profiles = await reader.profiles(db, rows);
  return rows.map((row, index) => toLine(row, profiles[index] ?? null));
}
