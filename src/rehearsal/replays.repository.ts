import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { EMPTY_TALLY, type Tally } from './replay.js';

type ReplayState = 'running' | 'done' | 'failed';

/** The last decision that was looked at. */
export interface ReplayCursor {
  readonly at: Date;
  readonly id: string;
}

/** One replay, under way or ended. */
export interface Replay {
  readonly id: string;
  readonly bundleHash: string;
  readonly engine: string;
  readonly state: ReplayState;
  readonly since: Date | null;
  readonly until: Date;
  readonly total: number;
  readonly after: ReplayCursor | null;
  readonly tally: Tally;
  readonly error: string | null;
  readonly askedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface ReplayRow {
  id: string;
  bundle_hash: string;
  engine: string;
  state: ReplayState;
  since: Date | null;
  until: Date;
  total: number;
  after_at: Date | null;
  after_id: string | null;
  tally: string;
  error: string | null;
  asked_by: string;
  created_at: Date;
  finished_at: Date | null;
}

function toReplay(row: ReplayRow): Replay {
  return {
    id: row.id,
    bundleHash: row.bundle_hash,
    engine: row.engine,
    state: row.state,
    since: row.since,
    until: row.until,
    total: row.total,
    after: row.after_at === null || row.after_id === null ? null : { at: row.after_at, id: row.after_id },
    // What a tally lacks that was begun by an older version counts from nothing.
    tally: { ...EMPTY_TALLY, ...(JSON.parse(row.tally) as Tally) },
    error: row.error,
    askedBy: row.asked_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

const columns = sql`id, bundle_hash, engine, state, since, until, total, after_at, after_id, tally, error, asked_by, created_at, finished_at`;

export async function insertReplay(
  tx: Tx,
  replay: Pick<Replay, 'id' | 'bundleHash' | 'engine' | 'since' | 'until' | 'total' | 'askedBy'> & {
    readonly at: Date;
  },
): Promise<void> {
  await sql`
    insert into replays (id, bundle_hash, engine, state, since, until, total, tally, asked_by, created_at)
    values (${replay.id}, ${replay.bundleHash}, ${replay.engine}, 'running', ${replay.since}, ${replay.until}, ${replay.total},
      ${canonicalJson(EMPTY_TALLY)}, ${replay.askedBy}, ${replay.at})`.execute(tx);
}

export async function selectReplay(db: Executor, id: string): Promise<Replay | null> {
  const { rows } = await sql<ReplayRow>`select ${columns} from replays where id = ${id}`.execute(db);
  return rows[0] === undefined ? null : toReplay(rows[0]);
}

/** Which replays: of one bundle or of all, those older than `after`. */
export interface ReplaysQuery {
  readonly bundleHash: string | null;
  readonly after: readonly [at: string, id: string] | null;
  readonly limit: number;
}

/** Newest first. */
export async function selectReplays(
  db: Executor,
  { bundleHash, after, limit }: ReplaysQuery,
): Promise<Replay[]> {
  const [at, id] = after ?? [null, null];
  const { rows } = await sql<ReplayRow>`
    select ${columns} from replays
    where (${bundleHash}::text is null or bundle_hash = ${bundleHash}::text)
      and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::text))
    order by created_at desc, id desc limit ${limit}`.execute(db);
  return rows.map(toReplay);
}

/** One replay at a time is asked for: whoever asks for the same sees the first. */
export async function lockReplays(tx: Tx): Promise<void> {
  await sql`lock table replays in share row exclusive mode`.execute(tx);
}

/** Replays under way or waiting, oldest first. */
export async function selectRunning(
  db: Executor,
): Promise<Pick<Replay, 'id' | 'bundleHash' | 'engine' | 'since'>[]> {
  const { rows } = await sql<Pick<Replay, 'id' | 'bundleHash' | 'engine' | 'since'>>`
    select id, bundle_hash as "bundleHash", engine, since from replays where state = 'running' order by created_at, id`.execute(
    db,
  );
  return rows;
}

/** Writes how far it has come. @returns whether it runs: it may have been ended meanwhile. */
export async function updateProgress(
  tx: Tx,
  id: string,
  progress: { readonly after: ReplayCursor | null; readonly tally: Tally },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update replays set after_at = ${progress.after?.at ?? null}, after_id = ${progress.after?.id ?? null},
      tally = ${canonicalJson(progress.tally)}
    where id = ${id} and state = 'running'`.execute(tx);
  return Number(numAffectedRows ?? 0) > 0;
}

/** @returns whether it ran until now. */
export async function endReplay(
  tx: Tx,
  id: string,
  end: { readonly state: 'done' | 'failed'; readonly error: string | null; readonly at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update replays set state = ${end.state}, error = ${end.error}, finished_at = ${end.at}
    where id = ${id} and state = 'running'`.execute(tx);
  return Number(numAffectedRows ?? 0) > 0;
}
