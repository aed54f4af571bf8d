import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type SimulationRequest } from './simulation-request.js';
import { EMPTY_SIMULATION, type SimulationTally } from './simulation-tally.js';

type SimulationState = 'running' | 'done' | 'failed';

/** One simulation, under way or ended. */
export interface Simulation {
  readonly id: string;
  readonly bundleHash: string;
  readonly activeHash: string;
  readonly engine: string;
  readonly state: SimulationState;
  readonly request: SimulationRequest;
  readonly total: number;
  readonly erased: number;
  /** The last profile that was looked at. */
  readonly after: string;
  readonly tally: SimulationTally;
  readonly error: string | null;
  readonly askedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface SimulationRow {
  id: string;
  bundle_hash: string;
  active_hash: string;
  engine: string;
  state: SimulationState;
  request: string;
  total: number;
  erased: number;
  after_id: string | null;
  tally: string;
  error: string | null;
  asked_by: string;
  created_at: Date;
  finished_at: Date | null;
}

function toSimulation(row: SimulationRow): Simulation {
  return {
    id: row.id,
    bundleHash: row.bundle_hash,
    activeHash: row.active_hash,
    engine: row.engine,
    state: row.state,
    request: JSON.parse(row.request) as SimulationRequest,
    total: row.total,
    erased: row.erased,
    after: row.after_id ?? '',
    tally: JSON.parse(row.tally) as SimulationTally,
    error: row.error,
    askedBy: row.asked_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

const columns = sql`id, bundle_hash, active_hash, engine, state, request, total, erased, after_id, tally, error, asked_by, created_at, finished_at`;

export async function insertSimulation(
  tx: Tx,
  simulation: Pick<
    Simulation,
    'id' | 'bundleHash' | 'activeHash' | 'engine' | 'request' | 'total' | 'erased' | 'askedBy' | 'createdAt'
  >,
): Promise<void> {
  const { id, bundleHash, activeHash, engine, request, total, erased, askedBy, createdAt } = simulation;
  await sql`
    insert into simulations (id, bundle_hash, active_hash, engine, state, request, total, erased, tally, asked_by, created_at)
    values (${id}, ${bundleHash}, ${activeHash}, ${engine}, 'running', ${canonicalJson(request)}, ${total}, ${erased},
      ${canonicalJson(EMPTY_SIMULATION)}, ${askedBy}, ${createdAt})`.execute(tx);
}

export async function selectSimulation(db: Executor, id: string): Promise<Simulation | null> {
  const { rows } = await sql<SimulationRow>`select ${columns} from simulations where id = ${id}`.execute(db);
  return rows[0] === undefined ? null : toSimulation(rows[0]);
}

/** Which simulations: of one bundle or of all, those older than `after`. */
export interface SimulationsQuery {
  readonly bundleHash: string | null;
  readonly after: readonly [at: string, id: string] | null;
  readonly limit: number;
}

/** Newest first. */
export async function selectSimulations(
  db: Executor,
  { bundleHash, after, limit }: SimulationsQuery,
): Promise<Simulation[]> {
  const [at, id] = after ?? [null, null];
  const { rows } = await sql<SimulationRow>`
    select ${columns} from simulations
    where (${bundleHash}::text is null or bundle_hash = ${bundleHash}::text)
      and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::text))
    order by created_at desc, id desc limit ${limit}`.execute(db);
  return rows.map(toSimulation);
}

/** Writes how far it has come. */
export async function updateSimulated(
  tx: Tx,
  id: string,
  progress: { readonly after: string; readonly tally: SimulationTally },
): Promise<void> {
  await sql`
    update simulations set after_id = ${progress.after}, tally = ${canonicalJson(progress.tally)}
    where id = ${id} and state = 'running'`.execute(tx);
}

export async function endSimulation(
  tx: Tx,
  id: string,
  end: { readonly state: 'done' | 'failed'; readonly error: string | null; readonly at: Date },
): Promise<void> {
  await sql`
    update simulations set state = ${end.state}, error = ${end.error}, finished_at = ${end.at}
    where id = ${id} and state = 'running'`.execute(tx);
}
