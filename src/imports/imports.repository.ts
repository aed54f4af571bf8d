import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { type Columns } from './columns.js';
import {
  type BadLine,
  type Counts,
  type ImportKind,
  type ImportState,
  NOTHING_COUNTED,
  SPELLED_OUT,
} from './import.js';

/** An import as it stands. */
export interface Import {
  readonly id: string;
  readonly kind: ImportKind;
  readonly dryRun: boolean;
  readonly state: ImportState;
  readonly bytes: number;
  readonly delimiter: string;
  readonly columns: Columns;
  readonly position: number;
  /** The line the next step begins in. */
  readonly line: number;
  readonly counts: Counts;
  readonly wrong: number;
  readonly warnings: readonly string[];
  readonly error: string | null;
  readonly askedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface ImportRow {
  id: string;
  kind: ImportKind;
  dry_run: boolean;
  state: ImportState;
  bytes: number;
  delimiter: string;
  columns: string;
  position: number;
  line: number;
  counts: string;
  wrong: number;
  warnings: string;
  error: string | null;
  asked_by: string;
  created_at: Date;
  finished_at: Date | null;
}

const columns = sql`i.id, i.kind, i.dry_run, i.state, i.bytes, i.delimiter, i.columns, i.position, i.line, i.counts, i.wrong, i.warnings,
  i.error, i.asked_by, i.created_at, i.finished_at`;

function toImport(row: ImportRow): Import {
  return {
    id: row.id,
    kind: row.kind,
    dryRun: row.dry_run,
    state: row.state,
    bytes: row.bytes,
    delimiter: row.delimiter,
    columns: JSON.parse(row.columns) as Columns,
    position: row.position,
    line: row.line,
    counts: JSON.parse(row.counts) as Counts,
    wrong: row.wrong,
    warnings: JSON.parse(row.warnings) as string[],
    error: row.error,
    askedBy: row.asked_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

export async function insertImport(
  tx: Tx,
  made: Pick<
    Import,
    | 'id'
    | 'kind'
    | 'dryRun'
    | 'bytes'
    | 'delimiter'
    | 'columns'
    | 'position'
    | 'line'
    | 'warnings'
    | 'askedBy'
  > & { readonly at: Date },
): Promise<void> {
  await sql`
    insert into imports (id, kind, dry_run, state, bytes, delimiter, columns, position, line, counts, wrong, warnings, asked_by, created_at)
    values (${made.id}, ${made.kind}, ${made.dryRun}, 'queued', ${made.bytes}, ${made.delimiter}, ${canonicalJson([...made.columns])},
      ${made.position}, ${made.line}, ${canonicalJson({ ...NOTHING_COUNTED })}, 0, ${canonicalJson([...made.warnings])}, ${made.askedBy},
      ${made.at})`.execute(tx);
}

/** A piece of the file. */
export async function insertChunk(
  tx: Tx,
  chunk: {
    readonly importId: string;
    readonly number: number;
    readonly keyId: string;
    readonly bytes: Uint8Array;
  },
): Promise<void> {
  await sql`
    insert into import_chunks (import_id, number, key_id, bytes)
    values (${chunk.importId}, ${chunk.number}, ${chunk.keyId}, ${chunk.bytes})`.execute(tx);
}

export interface ChunkRow {
  readonly key_id: string;
  readonly bytes: Uint8Array;
}

/** Some pieces, in their order. */
export async function selectChunks(
  db: Executor,
  importId: string,
  from: number,
  limit: number,
): Promise<ChunkRow[]> {
  const { rows } = await sql<ChunkRow>`
    select c.key_id, c.bytes from import_chunks c
    where c.import_id = ${importId} and c.number >= ${from} order by c.number limit ${limit}`.execute(db);
  return rows;
}

export async function selectImport(db: Executor, id: string): Promise<Import | null> {
  const { rows } = await sql<ImportRow>`select ${columns} from imports i where i.id = ${id}`.execute(db);
  return rows[0] === undefined ? null : toImport(rows[0]);
}

/** Newest first. */
export async function selectImports(
  db: Executor,
  query: { readonly after: { readonly at: string; readonly id: string } | null; readonly limit: number },
): Promise<Import[]> {
  const { rows } = await sql<ImportRow>`
    select ${columns} from imports i
    where ${query.after === null ? sql`true` : sql`(i.created_at, i.id) < (${query.after.at}::timestamptz, ${query.after.id})`}
    order by i.created_at desc, i.id desc limit ${query.limit}`.execute(db);
  return rows.map(toImport);
}

/** The first bad lines of an import, in their order. */
export async function selectBadLines(db: Executor, importId: string, limit: number): Promise<BadLine[]> {
  const { rows } = await sql<BadLine>`
    select b.line, b.path, b.message from import_bad_lines b
    where b.import_id = ${importId} order by b.seq limit ${limit}`.execute(db);
  return rows;
}

/** How far a step has come. */
export interface Progress {
  readonly position: number;
  readonly line: number;
  readonly counts: Counts;
  /** Wrongs before this step. */
  readonly wrongBefore: number;
  readonly wrong: readonly BadLine[];
}

export async function saveProgress(tx: Tx, id: string, progress: Progress): Promise<void> {
  const room = Math.max(0, SPELLED_OUT - progress.wrongBefore);
  const told = progress.wrong.slice(0, room);
  if (told.length > 0)
    await sql`
      insert into import_bad_lines (import_id, line, path, message)
      select ${id}, b.line, b.path, b.message
      from json_to_recordset(${JSON.stringify(told.map((each, place) => ({ ...each, place })))}::json)
        as b(place integer, line bigint, path text, message text)
      order by b.place`.execute(tx);
  await sql`
    update imports set state = 'running', position = ${progress.position}, line = ${progress.line},
      counts = ${canonicalJson({ ...progress.counts })}, wrong = ${progress.wrongBefore + progress.wrong.length}
    where id = ${id}`.execute(tx);
}

/** Ends an import and lets its file go. */
export async function endImport(
  tx: Tx,
  id: string,
  end: { readonly state: 'done' | 'failed'; readonly error: string | null; readonly at: Date },
): Promise<void> {
  await sql`delete from import_chunks where import_id = ${id}`.execute(tx);
  await sql`delete from import_mentions where import_id = ${id}`.execute(tx);
  await sql`
    update imports set state = ${end.state}, error = ${end.error}, finished_at = ${end.at} where id = ${id}`.execute(
    tx,
  );
}

/** What a file said of somebody or something so far. */
export interface Mention {
  readonly key: string;
  /** Where it was said first. */
  readonly line: number;
  readonly said: Json;
}

export async function selectMentions(
  db: Executor,
  importId: string,
  keys: readonly string[],
): Promise<Map<string, Mention>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{ key: string; line: number; said: string }>`
    select m.key, m.line, m.said from import_mentions m
    where m.import_id = ${importId} and m.key = any(${[...new Set(keys)]})`.execute(db);
  return new Map(rows.map(({ key, line, said }) => [key, { key, line, said: JSON.parse(said) as Json }]));
}

export async function saveMentions(tx: Tx, importId: string, mentions: readonly Mention[]): Promise<void> {
  if (mentions.length === 0) return;
  const rows = mentions.map(({ key, line, said }) => ({ key, line, said: canonicalJson(said) }));
  await sql`
    insert into import_mentions (import_id, key, line, said)
    select ${importId}, m.key, m.line, m.said
    from json_to_recordset(${JSON.stringify(rows)}::json) as m(key text, line bigint, said text)
    on conflict (import_id, key) do update set said = excluded.said`.execute(tx);
}

/** Forgets imports that ended before a moment. @returns how many. */
export async function deleteEnded(tx: Tx, before: Date): Promise<number> {
  await sql`
    delete from import_bad_lines b using imports i where i.id = b.import_id and i.finished_at < ${before}`.execute(
    tx,
  );
  const { numAffectedRows } = await sql`delete from imports where finished_at < ${before}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** When the oldest import began that has not ended; null when all have. */
export async function oldestOpen(db: Executor): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(i.created_at) as at from imports i where i.finished_at is null`.execute(db);
  return rows[0]?.at ?? null;
}
