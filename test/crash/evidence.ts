import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';

interface SignalRow {
  readonly id: string;
  readonly message_id: string;
  readonly event: string | null;
}
export interface MessageRow {
  readonly id: string;
  readonly state: string;
  readonly channel: string;
  readonly decision_id: string;
  readonly profile_id: string;
  readonly overdue: boolean;
  readonly approval_kind: string | null;
  readonly template_id: string | null;
  readonly last_reason: string | null;
  readonly was_reviewed: boolean;
}
interface WorkRow {
  readonly kind: string;
  readonly key: string;
  readonly state: string;
  readonly overdue: boolean;
  readonly last_error: string | null;
}
export interface DecisionRow {
  readonly id: string;
  readonly outcome: string;
  readonly mode: string;
  readonly message_id: string | null;
  readonly firing_id: string | null;
  readonly profile_id: string;
}

/** What the database holds at the end, read with plain SQL. Due times are compared with the clock that the service went by. */
export interface Held {
  /** Signals that came from outside; those that the service writes itself are left out. */
  readonly signals: readonly SignalRow[];
  readonly waitingSignals: number;
  readonly failedSignals: readonly { readonly signal_id: string; readonly error: string }[];
  readonly firings: readonly {
    readonly id: string;
    readonly trigger_id: string;
    readonly signal_id: string | null;
  }[];
  readonly decisions: readonly DecisionRow[];
  readonly messages: readonly MessageRow[];
  readonly verdicts: readonly {
    readonly review_id: string;
    readonly verdict: string;
    readonly content_hash: string;
  }[];
  readonly openReviews: number;
  readonly openTasks: readonly { readonly id: string; readonly reason_code: string }[];
  readonly signedTemplates: readonly string[];
  readonly work: readonly WorkRow[];
  readonly overdueTimers: number;
}

type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

const OWN_SOURCE = 'countersign';

/** Reads everything. @param now what the service's clock says. */
async function read(query: Query, now: Date): Promise<Held> {
  const count = async (text: string, values: unknown[] = []): Promise<number> =>
    Number((await query<{ n: string | number }>(text, values))[0]?.n ?? Number.NaN);
  const at = now.toISOString();
  return {
    signals: await query<SignalRow>('select id, message_id, event from signals where source <> $1', [
      OWN_SOURCE,
    ]),
    waitingSignals: await count('select count(*) as n from signal_inbox'),
    failedSignals: await query('select signal_id, error from signal_failures'),
    firings: await query('select id, trigger_id, signal_id from firings'),
    decisions: await query<DecisionRow>(
      'select id, outcome, mode, message_id, firing_id, profile_id from decisions',
    ),
    messages: await query<MessageRow>(
      `select m.id, m.state, m.channel, m.decision_id, m.profile_id, m.send_at <= $1 as overdue, m.approval_kind, m.template_id,
         (select s.reason from message_steps s where s.message_id = m.id order by s.seq desc limit 1) as last_reason,
         exists (select 1 from reviews r where r.message_id = m.id) as was_reviewed
       from messages m`,
      [at],
    ),
    verdicts: await query('select review_id, verdict, content_hash from verdicts'),
    openReviews: await count(
      `select count(*) as n from reviews where state in ('pending', 'claimed', 'awaiting_second')`,
    ),
    openTasks: await query(`select id, reason_code from tasks where state = 'open'`),
    signedTemplates: (
      await query<{ template_id: string }>('select template_id from template_signatures')
    ).map(({ template_id }) => template_id),
    work: await query<WorkRow>('select kind, key, state, due_at <= $1 as overdue, last_error from work', [
      at,
    ]),
    overdueTimers: await count('select count(*) as n from timers where due_at <= $1', [at]),
  };
}

export async function readPostgres(url: string, now: Date): Promise<Held> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await read(async (text, values = []) => (await client.query(text, values)).rows as never[], now);
  } finally {
    await client.end();
  }
}

/** Reads the embedded database; only once the service has ended, since nothing else keeps two processes apart. */
export async function readEmbedded(dataDirectory: string, now: Date): Promise<Held> {
  const database = await PGlite.create({
    dataDir: `file://${join(dataDirectory, 'pg')}`,
    extensions: { vector },
  });
  try {
    return await read(async (text, values = []) => (await database.query(text, values)).rows as never[], now);
  } finally {
    await database.close();
  }
}
