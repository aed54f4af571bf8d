import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Fact, type FactKind } from './fact.js';

interface FactRow {
  id: string;
  version: number;
  kind: FactKind;
  data: string;
  valid_from: Date | null;
  valid_until: Date | null;
  source: string;
  content_hash: string;
}

/** A fact with the hash of what it says. */
export interface StoredFact {
  readonly fact: Fact;
  readonly contentHash: string;
}

/** A version to be written; times ISO 8601. */
export interface NewFact {
  readonly fact: Fact;
  readonly data: string;
  readonly contentHash: string;
}

const columns = sql`f.id, f.version, f.kind, f.data, f.valid_from, f.valid_until, f.source, f.content_hash`;

function toFact(row: FactRow): Fact {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    data: JSON.parse(row.data) as Fact['data'],
    validFrom: row.valid_from?.toISOString() ?? null,
    validUntil: row.valid_until?.toISOString() ?? null,
    source: row.source,
  };
}

/** The latest versions of these ids, those that exist. */
export async function selectLatest(db: Executor, ids: readonly string[]): Promise<StoredFact[]> {
  const { rows } = await sql<FactRow>`
    select distinct on (f.id) ${columns} from facts f
    where f.id = any(${ids}) order by f.id, f.version desc`.execute(db);
  return rows.map((row) => ({ fact: toFact(row), contentHash: row.content_hash }));
}

/** The latest versions of one kind, or of all, by id. @param after the last id of the page before. */
export async function selectPage(
  db: Executor,
  kind: FactKind | null,
  after: string | null,
  limit: number,
): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select distinct on (f.id) ${columns} from facts f
    where (${kind}::text is null or f.kind = ${kind}) and (${after}::text is null or f.id > ${after})
    order by f.id, f.version desc limit ${limit}`.execute(db);
  return rows.map(toFact);
}

export async function selectClaims(db: Executor): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select distinct on (f.id) ${columns} from facts f
    where f.kind = 'claim' order by f.id, f.version desc`.execute(db);
  return rows.map(toFact);
}

/** Facts at their latest version that share a thing with others, these ids left out. */
export async function selectSharing(
  db: Executor,
  things: readonly string[],
  but: readonly string[],
  limit: number,
): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select distinct on (f.id) ${columns} from facts f
    where f.id in (
      select t.fact_id from fact_things t where t.things && ${things}::text[] and t.fact_id <> all(${but}::text[])
      order by t.fact_id limit ${limit}
    )
    order by f.id, f.version desc`.execute(db);
  return rows.map(toFact);
}

/** Of these, the ones whose latest version was put, or came into force, at a moment or after it. */
export async function selectSharingSince(
  db: Executor,
  things: readonly string[],
  but: readonly string[],
  since: Date,
  limit: number,
): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select ${columns} from facts f
    where f.id in (
      select t.fact_id from fact_things t where t.things && ${things}::text[] and t.fact_id <> all(${but}::text[])
      order by t.fact_id limit ${limit}
    )
      and f.version = (select max(v.version) from facts v where v.id = f.id)
      and (f.created_at >= ${since} or f.valid_from >= ${since})
    order by f.id`.execute(db);
  return rows.map(toFact);
}

/** Claims whose latest version was put, or came into force, at a moment or after it. */
export async function selectClaimsSince(db: Executor, since: Date): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select ${columns} from facts f
    where f.kind = 'claim' and f.version = (select max(v.version) from facts v where v.id = f.id)
      and (f.created_at >= ${since} or f.valid_from >= ${since})
    order by f.id`.execute(db);
  return rows.map(toFact);
}

/** Ids of facts that share a thing with another one. */
export async function selectShared(db: Executor, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct unnest(s.ids) as id from (
      select array_agg(t.fact_id) as ids from fact_things t cross join lateral unnest(t.things) as thing
      group by thing having count(*) > 1
    ) s order by id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Facts at their latest version whose things are not known, or known of an earlier version. */
export async function selectUnnamed(db: Executor, limit: number): Promise<Fact[]> {
  const { rows } = await sql<FactRow>`
    select ${columns} from facts f left join fact_things t on t.fact_id = f.id
    where t.version is distinct from f.version
      and not exists (select 1 from facts n where n.id = f.id and n.version > f.version)
    order by f.id limit ${limit}`.execute(db);
  return rows.map(toFact);
}

/** Keeps what facts are of; what is known of a later version stays. */
export async function keepThings(
  tx: Tx,
  facts: readonly { readonly id: string; readonly version: number; readonly things: readonly string[] }[],
): Promise<void> {
  await sql`
    insert into fact_things as t (fact_id, version, things)
    select r.id, r.version, r.things from jsonb_to_recordset(${JSON.stringify(facts)}::jsonb) as r(id text, version integer, things text[])
    on conflict (fact_id) do update set version = excluded.version, things = excluded.things
    where t.version < excluded.version`.execute(tx);
}

/** One writer at a time, so that the version after the latest is free; readers are not held up. */
export async function lockFacts(tx: Tx): Promise<void> {
  await sql`lock table facts in share row exclusive mode`.execute(tx);
}

/** Writes new versions. */
export async function insertVersions(
  tx: Tx,
  versions: readonly NewFact[],
  at: Date,
  by: string,
): Promise<void> {
  const records = versions.map(({ fact, data, contentHash }) => ({
    id: fact.id,
    version: fact.version,
    kind: fact.kind,
    data,
    valid_from: fact.validFrom,
    valid_until: fact.validUntil,
    source: fact.source,
    content_hash: contentHash,
  }));
  await sql`
    insert into facts (id, version, kind, data, valid_from, valid_until, source, content_hash, created_at, created_by)
    select r.id, r.version, r.kind, r.data, r.valid_from, r.valid_until, r.source, r.content_hash, ${at}, ${by}
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r(id text, version integer, kind text, data text,
      valid_from timestamptz, valid_until timestamptz, source text, content_hash text)`.execute(tx);
}
