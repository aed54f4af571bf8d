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
