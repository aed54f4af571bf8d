/** Values that a label may have, all of them; `null` where the playbook or the environment says which there are. */
type Values = readonly string[] | null;

interface Described<Labels extends Readonly<Record<string, Values>>> {
  readonly help: string;
  readonly labels: Labels;
}
export interface Histogram<Labels extends Readonly<Record<string, Values>>> extends Described<Labels> {
  readonly type: 'histogram';
  readonly buckets: readonly number[];
}
export interface Plain<
  Type extends 'counter' | 'gauge',
  Labels extends Readonly<Record<string, Values>>,
> extends Described<Labels> {
  readonly type: Type;
}

/** Seconds, from an indexed row to a hanging provider. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds, for what a person or a plan may keep waiting. */
const LONG_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];
const SIGNALS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function counter<const Labels extends Readonly<Record<string, Values>>>(
  help: string,
  labels: Labels,
): Plain<'counter', Labels> {
  return { type: 'counter', help, labels };
}
function gauge<const Labels extends Readonly<Record<string, Values>>>(
  help: string,
  labels: Labels,
): Plain<'gauge', Labels> {
  return { type: 'gauge', help, labels };
}
function histogram<const Labels extends Readonly<Record<string, Values>>>(
  help: string,
  labels: Labels,
  buckets: readonly number[] = SECONDS,
): Histogram<Labels> {
  return { type: 'histogram', help, labels, buckets };
}

/**
 * Every figure the service gives of itself. Labels name kinds and states, so that their number is bounded by the code, the playbook and the
 * environment; none names a person, a message or a write key. What is said to lie in the database is the same in every process.
 */
export const CATALOGUE = {
  countersign_info: gauge('What runs here; always 1', { engine: null, role: null }),
  countersign_check_status: gauge(
    'What readiness says of what the process stands on; 1 for the status it has',
    {
      check: null,
      status: ['ok', 'degraded', 'unavailable'],
    },
  ),
  countersign_loop_last_round_timestamp_seconds: gauge('When a loop came round last', { loop: null }),
  countersign_http_request_seconds: histogram('Time to answer', { method: null, route: null, status: null }),

  countersign_ingest_signals_total: counter('Signals that were sent, by what became of them', {
    outcome: ['accepted', 'rejected'],
  }),
  countersign_ingest_refused_total: counter('Calls answered 429, by what was full', {
    where: ['queue', 'inbox'],
  }),
  countersign_ingest_flush_seconds: histogram('Time to make a batch of signals durable', {}),
  countersign_ingest_flush_signals: histogram('Signals made durable at once', {}, SIGNALS),
  countersign_inbox_signals: gauge(
    'Signals in the database that wait to be applied; beyond 10,000 an upper bound',
    {},
  ),
  countersign_inbox_oldest_seconds: gauge('For how long the signal has waited that has waited longest', {}),
  countersign_intake_batch_seconds: histogram('Time to apply a batch of signals', {}),
  countersign_intake_batch_signals: histogram('Signals applied at once', {}, SIGNALS),
  countersign_signals_left_out_total: counter('Signals taken and not applied', {
    reason: ['erased', 'unreadable', 'failed'],
  }),
  countersign_firings_total: counter('Triggers that fired; capped ones lead to nothing', {
    capped: ['true', 'false'],
  }),
  countersign_import_lines_total: counter('Lines of files that were taken in', {
    kind: ['contacts', 'consent', 'suppressions'],
    outcome: ['created', 'updated', 'unchanged', 'bad'],
  }),
  countersign_timers_oldest_due_seconds: gauge('For how long the timer has been due that is due longest', {}),

  countersign_work_seconds: histogram('Time one attempt at durable work took', { kind: null, outcome: null }),
  countersign_work_taken_total: counter(
    'Rows of work taken by this process: because their job came, or because it saw them wait',
    {
      by: ['queue', 'here'],
    },
  ),
  countersign_work_waiting: gauge(
    'Rows of work in the database that are due, counted up to 10,000 of a kind',
    {
      kind: null,
    },
  ),
  countersign_work_oldest_seconds: gauge('For how long the row of work has been due that is due longest', {
    kind: null,
  }),
  countersign_work_dead: gauge('Rows of work in the database that failed for good', { kind: null }),

  countersign_decision_seconds: histogram('Time to decide', {
    mode: ['decide', 'execute'],
    outcome: ['act', 'hold', 'handoff'],
  }),
  countersign_decisions_refused_total: counter('Calls for a decision answered 429', {}),
  countersign_drafts_total: counter('Drafts written, by who wrote them and why it was not the model', {
    origin: null,
    fallback: null,
  }),
  countersign_model_request_seconds: histogram('Time of a request to the model, all its attempts together', {
    model: null,
    outcome: null,
  }),
  countersign_model_tokens_total: counter('Tokens that went to and came from the model', {
    model: null,
    direction: ['in', 'out'],
  }),
  countersign_model_cost_total: counter('What the model cost, in minor units of the playbook’s currency', {
    model: null,
  }),
  countersign_model_circuit: gauge(
    'Whether the model is asked (closed), left alone (open) or tried (half_open); 1 for the state it is in',
    {
      state: ['closed', 'open', 'half_open'],
    },
  ),
  countersign_assessments_total: counter(
    'Drafts assessed, by how many people have to look at them at least',
    {
      tier: ['1', '2'],
    },
  ),
  countersign_assessment_risk: histogram('Risk of the drafts assessed', {}, SHARES),
  countersign_playbook_findings: gauge('Open findings about the playbook in the database', {
    severity: ['high', 'medium', 'low'],
  }),
  countersign_gates: gauge('Gates in the database', { state: ['open', 'closed'] }),
  countersign_gates_fallen: gauge('Gates that closed by themselves within the last 24 hours', {
    code: ['gate.misses', 'gate.drift', 'gate.changed', 'gate.withdrawn'],
  }),

  countersign_reviews_open: gauge('Review items in the database that wait for a person', {
    state: ['pending', 'claimed', 'awaiting_second'],
  }),
  countersign_reviews_oldest_seconds: gauge(
    'For how long the review item has waited that has waited longest',
    {},
  ),
  countersign_review_verdicts_total: counter('Verdicts of people', {
    verdict: ['edit', 'approve', 'reject', 'handoff', 'skip'],
  }),
  countersign_messages_open: gauge(
    'Messages in the database that have not come to their end, counted up to 200,000',
    {
      state: null,
      channel: null,
    },
  ),
  countersign_message_steps_total: counter('Steps that messages took', { to: null, channel: null }),
  countersign_dispatch_seconds: histogram('Time to hand a message over to whoever carries it', {
    provider: null,
    outcome: ['sent', 'not_sent', 'refused', 'unknown'],
  }),
  countersign_dispatch_lag_seconds: histogram(
    'How long after its send time a message left',
    {},
    LONG_SECONDS,
  ),

  countersign_database_connections: gauge(
    'Connections of this process to the database, and who waits for one',
    {
      state: ['idle', 'used', 'waiting'],
    },
  ),
  countersign_database_counted: gauge(
    'Whether what lies in the database could be counted for this reading',
    {},
  ),
} as const;

type Catalogue = typeof CATALOGUE;
export type Name<Type extends 'counter' | 'gauge' | 'histogram'> = {
  [N in keyof Catalogue]: Catalogue[N]['type'] extends Type ? N : never;
}[keyof Catalogue];
type ValueOf<Allowed> = Allowed extends readonly (infer Value)[] ? Value & string : string;
/** The labels of a metric, each with what it may be. */
export type LabelsOf<N extends keyof Catalogue> = {
  readonly [L in keyof Catalogue[N]['labels']]: ValueOf<Catalogue[N]['labels'][L]>;
};
