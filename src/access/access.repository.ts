import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Role } from './permissions.js';

export interface PersonRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  password_hash: string | null;
  disabled_at: Date | null;
  created_at: Date;
}

export interface SessionRow {
  person_id: string;
  name: string;
  role: Role;
  csrf_token: string;
  signs: boolean;
}

export interface TokenRow {
  id: string;
  name: string;
  person_id: string | null;
  role: Role;
  created_at: Date;
  revoked_at: Date | null;
}

/** A live token with whoever stands behind it. */
export interface BearerRow {
  id: string;
  name: string;
  role: Role;
  person_id: string | null;
  person_name: string | null;
  person_role: Role | null;
}

export interface WriteKeyRow {
  id: string;
  name: string;
  created_at: Date;
  revoked_at: Date | null;
}

/** Marks the first start as done. @returns false when it was done before; a second process waits here until the first has committed. */
export async function claimFirstStart(tx: Tx, at: Date): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    insert into settings (name, value) values ('first_start', to_jsonb(${at.toISOString()}::text))
    on conflict (name) do nothing returning name`.execute(tx);
  return rows.length === 1;
}

export async function insertPerson(tx: Tx, person: Omit<PersonRow, 'disabled_at'>): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into people (id, email, name, role, password_hash, created_at)
    values (${person.id}, ${person.email}, ${person.name}, ${person.role}, ${person.password_hash}, ${person.created_at})
    on conflict (email) do nothing returning id`.execute(tx);
  return rows.length === 1;
}

export async function selectPeople(db: Executor): Promise<PersonRow[]> {
  const { rows } = await sql<PersonRow>`
    select id, email, name, role, password_hash, disabled_at, created_at from people order by created_at, id`.execute(
    db,
  );
  return rows;
}

export async function selectPerson(db: Executor, id: string): Promise<PersonRow | null> {
  const { rows } = await sql<PersonRow>`
    select id, email, name, role, password_hash, disabled_at, created_at from people where id = ${id}`.execute(
    db,
  );
  return rows[0] ?? null;
}

export async function selectPersonByEmail(db: Executor, email: string): Promise<PersonRow | null> {
  const { rows } = await sql<PersonRow>`
    select id, email, name, role, password_hash, disabled_at, created_at from people where email = ${email}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** The active administrators, locked in id order: two of them demoting each other at once must not leave nobody. */
export async function lockAdministrators(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from people where role = 'administrator' and disabled_at is null order by id for update`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

export async function updateRole(tx: Tx, id: string, role: Role): Promise<void> {
  await sql`update people set role = ${role} where id = ${id}`.execute(tx);
}

export async function updateDisabled(tx: Tx, id: string, at: Date | null): Promise<void> {
  await sql`update people set disabled_at = ${at} where id = ${id}`.execute(tx);
}

/** Puts a password in the place of the one that was checked. @returns false when another came in between. */
export async function updatePassword(
  tx: Tx,
  id: string,
  change: { from: string | null; to: string },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update people set password_hash = ${change.to}
    where id = ${id} and password_hash is not distinct from ${change.from}::text returning id`.execute(tx);
  return rows.length === 1;
}

export async function insertSession(
  tx: Tx,
  session: {
    tokenHash: string;
    personId: string;
    csrfToken: string;
    signs: boolean;
    now: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await sql`delete from sessions where expires_at <= ${session.now}`.execute(tx);
  await sql`
    insert into sessions (token_hash, person_id, csrf_token, signs, created_at, expires_at)
    values (${session.tokenHash}, ${session.personId}, ${session.csrfToken}, ${session.signs}, ${session.now}, ${session.expiresAt})`.execute(
    tx,
  );
}

export async function selectSession(db: Executor, tokenHash: string, now: Date): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow>`
    select s.person_id, p.name, p.role, s.csrf_token, s.signs
    from sessions s join people p on p.id = s.person_id
    where s.token_hash = ${tokenHash} and s.expires_at > ${now} and p.disabled_at is null`.execute(db);
  return rows[0] ?? null;
}

export async function deleteSession(tx: Tx, tokenHash: string): Promise<void> {
  await sql`delete from sessions where token_hash = ${tokenHash}`.execute(tx);
}

/** Ends a person's sessions and voids their links. @param except the hash of a session that goes on. */
export async function deleteSessionsOf(
  tx: Tx,
  personId: string,
  except: string | null = null,
): Promise<void> {
  await sql`
    delete from sessions where person_id = ${personId} and token_hash is distinct from ${except}::text`.execute(
    tx,
  );
  await sql`delete from sign_in_links where person_id = ${personId}`.execute(tx);
}

export async function insertLink(
  tx: Tx,
  link: { tokenHash: string; personId: string; signs: boolean; now: Date; expiresAt: Date },
): Promise<void> {
  await sql`delete from sign_in_links where expires_at <= ${link.now}`.execute(tx);
  await sql`
    insert into sign_in_links (token_hash, person_id, signs, expires_at)
    values (${link.tokenHash}, ${link.personId}, ${link.signs}, ${link.expiresAt})`.execute(tx);
}

export async function selectLink(
  db: Executor,
  tokenHash: string,
  now: Date,
): Promise<{ name: string } | null> {
  const { rows } = await sql<{ name: string }>`
    select p.name from sign_in_links l join people p on p.id = l.person_id
    where l.token_hash = ${tokenHash} and l.expires_at > ${now} and p.disabled_at is null`.execute(db);
  return rows[0] ?? null;
}

/** Uses a link up: of two that come at once only one gets the person. */
export async function takeLink(
  tx: Tx,
  tokenHash: string,
  now: Date,
): Promise<{ personId: string; signs: boolean } | null> {
  const { rows } = await sql<{ personId: string; signs: boolean }>`
    delete from sign_in_links where token_hash = ${tokenHash} and expires_at > ${now}
    returning person_id as "personId", signs`.execute(tx);
  return rows[0] ?? null;
}

export async function insertToken(
  tx: Tx,
  token: { id: string; name: string; tokenHash: string; personId: string | null; role: Role; at: Date },
): Promise<void> {
  await sql`
    insert into api_tokens (id, name, token_hash, person_id, role, created_at)
    values (${token.id}, ${token.name}, ${token.tokenHash}, ${token.personId}, ${token.role}, ${token.at})`.execute(
    tx,
  );
}

export async function selectBearer(db: Executor, tokenHash: string): Promise<BearerRow | null> {
  const { rows } = await sql<BearerRow>`
    select t.id, t.name, t.role, t.person_id, p.name as person_name, p.role as person_role
    from api_tokens t left join people p on p.id = t.person_id
    where t.token_hash = ${tokenHash} and t.revoked_at is null and p.disabled_at is null`.execute(db);
  return rows[0] ?? null;
}

export async function selectTokens(db: Executor): Promise<TokenRow[]> {
  const { rows } = await sql<TokenRow>`
    select id, name, person_id, role, created_at, revoked_at from api_tokens order by created_at desc, id`.execute(
    db,
  );
  return rows;
}

export async function revokeToken(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update api_tokens set revoked_at = ${at} where id = ${id} and revoked_at is null returning id`.execute(
    tx,
  );
  return rows.length === 1;
}

export async function insertWriteKey(
  tx: Tx,
  key: { id: string; name: string; keyHash: string; at: Date },
): Promise<void> {
  await sql`
    insert into write_keys (id, name, key_hash, created_at) values (${key.id}, ${key.name}, ${key.keyHash}, ${key.at})`.execute(
    tx,
  );
}

export async function selectWriteKey(db: Executor, keyHash: string): Promise<{ id: string } | null> {
  const { rows } = await sql<{ id: string }>`
    select id from write_keys where key_hash = ${keyHash} and revoked_at is null`.execute(db);
  return rows[0] ?? null;
}

export async function selectWriteKeys(db: Executor): Promise<WriteKeyRow[]> {
  const { rows } = await sql<WriteKeyRow>`
    select id, name, created_at, revoked_at from write_keys order by created_at desc, id`.execute(db);
  return rows;
}

export async function revokeWriteKey(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update write_keys set revoked_at = ${at} where id = ${id} and revoked_at is null returning id`.execute(
    tx,
  );
  return rows.length === 1;
}
