import { z } from 'zod';
import { MOST_SIGNALS_TOGETHER, MOST_TOGETHER, type SimulationRequest } from './simulation-request.js';
import { type ActionCounts, type DayCounts, type Side, type SimulationTally } from './simulation-tally.js';

const HOUR_MS = 3_600_000;

const dayCounts = z.strictObject({
  decisions: z.int(),
  held: z.int(),
  handoffs: z.int(),
  /** That left. */
  messages: z.int(),
  /** For which a person is asked. */
  reviews: z.int(),
  tasks: z.int(),
  /** Decided, and not left. */
  stopped: z.int(),
});
const byCode = z.array(z.strictObject({ code: z.string(), count: z.int() }));
const actionCounts = z.strictObject({
  /** Decisions in which it was a candidate. */
  considered: z.int(),
  chosen: z.int(),
  /** Why not, the most frequent first: checks, caps and hours, or that something else was chosen. */
  held: byCode,
  /** Which rules suppressed it or handed it over. */
  suppressed: byCode,
  reviews: z.int(),
  /** Of those chosen, why they did not leave. */
  stopped: byCode,
  messages: z.int(),
  messagesByDay: z.record(z.iso.date(), z.int()),
  /**
   * People who got it without anybody looking at it, and how many its templates are signed for together: whoever comes after those waits for a person in
   * the service. Null where there are none.
   */
  audience: z.strictObject({ people: z.int(), largest: z.int() }).nullable(),
});
const ruleCounts = z.strictObject({
  matched: z.int(),
  /** Decisions in which nothing else stood against a message that was worth sending. */
  alone: z.int(),
});
const capCounts = z.strictObject({
  /** Candidates without room before they expired. */
  blocked: z.int(),
  /** Messages that waited until there was room. */
  waited: z.int(),
  people: z.int(),
});
const totals = z.strictObject({
  decisions: z.int(),
  acts: z.int(),
  holds: z.int(),
  handoffs: z.int(),
  messages: z.int(),
  reviews: z.int(),
  tasks: z.int(),
  stopped: z.int(),
  /** Firings beyond what may follow in a day for one person. */
  capped: z.int(),
  /** Decided and not left when the span ended. */
  waiting: z.int(),
  peopleDecided: z.int(),
  peopleMessaged: z.int(),
});
/** The same figures under the playbook asked for and under the one in force. */
const beside = <T extends z.ZodType>(schema: T) => ({ asked: schema, active: schema });

/** What a simulation shows. The same signals, playbooks and seed give the same bytes. */
const simulationReportSchema = z.strictObject({
  /** People simulated, and their signals. */
  people: z.int(),
  signals: z.int(),
  /** Of them, whose earliest signals are no longer kept. */
  fromProfile: z.int(),
  /** Left out: more signals than one person has. */
  tooMany: z.int(),
  /** Left out: erased. */
  erased: z.int(),
  unreadable: z.int(),
  totals: z.strictObject(beside(totals)),
  /** People by what they would get under the playbook asked for, beside what the one in force would give them. */
  affected: z.strictObject({ fewer: z.int(), more: z.int(), others: z.int(), same: z.int() }),
  days: z.array(z.strictObject({ day: z.iso.date(), ...beside(dayCounts) })),
  actions: z.array(
    z.strictObject({ action: z.string(), channel: z.string().nullable(), ...beside(actionCounts) }),
  ),
  /** The most frequent first. */
  rules: z.array(z.strictObject({ id: z.string(), ...beside(ruleCounts) })),
  /** Caps of one person's that were full. */
  caps: z.array(z.strictObject({ rule: z.string(), ...beside(capCounts) })),
  /** Caps over everybody: what messages take of them on the busiest UTC day, where they were to leave when they were decided. */
  everybody: z.array(
    z.strictObject({
      rule: z.string(),
      max: z.int(),
      per: z.string(),
      of: z.enum(['messages', 'cost']),
      ...beside(z.int()),
    }),
  ),
  /** Ids of a few profiles for each difference. */
  samples: z.record(z.string(), z.array(z.string())),
  /** Whether caps over everybody were applied. */
  together: z.boolean(),
  /** What has to be known to read the figures. */
  notes: z.array(z.string()),
});
export type SimulationReport = z.output<typeof simulationReportSchema>;

/** A simulation as it is answered over HTTP and shown in the console. */
export const simulationAnswerSchema = z
  .strictObject({
    id: z.string(),
    bundle: z.string(),
    /** The playbook it stands beside: in force when it was asked for. */
    active: z.string(),
    engine: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    error: z.string().nullable(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    heard: z.enum(['arrival', 'occurrence']),
    seed: z.string(),
    reviewHours: z.number(),
    taskHours: z.number(),
    modelDrafts: z.boolean(),
    /** People who come into question, and the share of them that is simulated. */
    total: z.int(),
    share: z.number(),
    report: simulationReportSchema,
    askedBy: z.string(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Simulation' });
export type SimulationAnswer = z.output<typeof simulationAnswerSchema>;

/** What is kept of a simulation. */
interface KeptSimulation {
  readonly id: string;
  readonly bundleHash: string;
  readonly activeHash: string;
  readonly engine: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly request: SimulationRequest;
  readonly total: number;
  readonly erased: number;
  readonly tally: SimulationTally;
  readonly error: string | null;
  readonly askedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export function simulationAnswer(kept: KeptSimulation): SimulationAnswer {
  const { request, tally, total, erased } = kept;
  const { since, until, heard, seed, share, assumptions } = request;
  return {
    id: kept.id,
    bundle: kept.bundleHash,
    active: kept.activeHash,
    engine: kept.engine,
    state: kept.state,
    error: kept.error,
    since,
    until,
    heard,
    seed,
    reviewHours: assumptions.reviewMs / HOUR_MS,
    taskHours: assumptions.taskMs / HOUR_MS,
    modelDrafts: assumptions.modelDrafts,
    total,
    share,
    report: simulationReport(tally, { request, total, erased }),
    askedBy: kept.askedBy,
    createdAt: kept.createdAt.toISOString(),
    finishedAt: kept.finishedAt?.toISOString() ?? null,
  };
}

interface About {
  readonly request: SimulationRequest;
  readonly total: number;
  /** People who had been erased when it was asked for. */
  readonly erased: number;
}

export function simulationReport(tally: SimulationTally, about: About): SimulationReport {
  const { people, signals, fromProfile, tooMany, unreadable, asked, active } = tally;
  const size = (each: {
    readonly asked: { matched: number };
    readonly active: { matched: number };
  }): number => each.asked.matched + each.active.matched;
  const both = <T>(pick: (side: Side) => T): { asked: T; active: T } => ({
    asked: pick(asked),
    active: pick(active),
  });
  return {
    people,
    signals,
    fromProfile,
    tooMany,
    erased: tally.erased + about.erased,
    unreadable,
    totals: both(totalsOf),
    affected: { ...tally.affected },
    days: namesIn(asked.days, active.days).map((day) => ({
      day,
      ...both(({ days }) => days[day] ?? NO_DAY),
    })),
    actions: namesIn(asked.actions, active.actions).map((name) => {
      const { action = name, channel = null } = asked.actions[name] ?? active.actions[name] ?? {};
      return { action, channel, ...both(({ actions }) => actionAnswer(actions[name])) };
    }),
    rules: namesIn(asked.rules, active.rules)
      .map((id) => ({ id, ...both(({ rules }) => ruleAnswer(rules[id])) }))
      .toSorted((a, b) => size(b) - size(a) || (a.id < b.id ? -1 : 1)),
    caps: namesIn(asked.caps, active.caps).map((rule) => ({
      rule,
      ...both(({ caps }) => caps[rule] ?? { blocked: 0, waited: 0, people: 0 }),
    })),
    everybody: namesIn(asked.everybody, active.everybody).flatMap((counter) => {
      const cap = asked.everybody[counter] ?? active.everybody[counter];
      if (cap === undefined) return [];
      const { rule, max, per, of } = cap;
      return [{ rule, max, per, of, ...both(({ everybody }) => busiest(everybody[counter]?.days)) }];
    }),
    samples: Object.fromEntries(Object.entries(tally.samples).map(([kind, ids]) => [kind, [...ids]])),
    together: tally.together === true,
    notes: notesOn(tally, about),
  };
}

const NO_DAY: DayCounts = {
  decisions: 0,
  held: 0,
  handoffs: 0,
  messages: 0,
  reviews: 0,
  tasks: 0,
  stopped: 0,
};

function totalsOf(side: Side): SimulationReport['totals']['asked'] {
  const { decisions, acts, holds, handoffs, messages, reviews, tasks, stopped, capped, waiting } = side;
  const { peopleDecided, peopleMessaged } = side;
  return {
    decisions,
    acts,
    holds,
    handoffs,
    messages,
    reviews,
    tasks,
    stopped,
    capped,
    waiting,
    peopleDecided,
    peopleMessaged,
  };
}

function actionAnswer(row: ActionCounts | undefined): SimulationReport['actions'][number]['asked'] {
  return {
    considered: row?.considered ?? 0,
    chosen: row?.chosen ?? 0,
    held: counted(row?.held),
    suppressed: counted(row?.suppressed),
    reviews: row?.reviews ?? 0,
    stopped: counted(row?.stopped),
    messages: row?.messages ?? 0,
    messagesByDay: { ...row?.messagesByDay },
    audience: row?.audience === undefined ? null : { ...row.audience },
  };
}

function ruleAnswer(
  use: { readonly matched: number; readonly alone: number } | undefined,
): SimulationReport['rules'][number]['asked'] {
  return { matched: use?.matched ?? 0, alone: use?.alone ?? 0 };
}

function counted(counts: Readonly<Record<string, number>> = {}): { code: string; count: number }[] {
  return Object.entries(counts)
    .map(([code, count]) => ({ code, count }))
    .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function busiest(days: Readonly<Record<string, number>> = {}): number {
  return Math.max(0, ...Object.values(days));
}

function namesIn(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
}

/** What was taken for granted and what is left out, in words. */
function notesOn(tally: SimulationTally, { request, total }: About): string[] {
  const { heard, share, seed, assumptions } = request;
  return [
    'How people would have reacted to messages they never got is not known: opens, clicks and orders are the recorded ones, whichever messages are simulated.',
    `A message that needs a person is approved ${hours(assumptions.reviewMs)} later, and a task is closed ${hours(assumptions.taskMs)} after it was opened.`,
    assumptions.modelDrafts
      ? 'A person looks at every draft that a model writes. What risk would find in drafts is not known.'
      : 'Drafts are filled from signed templates, as without a model. What risk would find in drafts is not known.',
    'Nobody is asked for advice: triggers decide as if they asked for none.',
    ...(share < 1
      ? [
          `Of ${total} people who come into question a share of ${share} is simulated, picked by the hash of seed “${seed}”: the figures are theirs alone.`,
        ]
      : []),
    ...(heard === 'occurrence'
      ? [
          'Signals are heard when they happened, as if each had arrived at once; facts from before they were known are as they first came to be known.',
        ]
      : []),
    ...sharedNotes(tally, share),
    audienceNote(tally, share),
    'Only what triggers call for is decided: decisions asked for over the API, pauses, and messages to other people at the same address are left out.',
    ...(tally.fromProfile > 0
      ? [
          `Of ${tally.fromProfile} people the earliest signals are no longer kept; what their profile still tells of that time stands in.`,
        ]
      : []),
  ];
}

/** Places taken before the span are nobody's here, and a template's own part of them all is not known: it is named only where it is certain. */
function audienceNote({ asked, active }: SimulationTally, share: number): string {
  const beyond = [asked, active].flatMap(({ actions }) =>
    Object.entries(actions).flatMap(([name, { audience }]) =>
      audience !== undefined && isBeyond(audience, share) ? [name] : [],
    ),
  );
  const said =
    'The largest audience of a template keeps nobody waiting here: a message beyond it, for which a person would be asked, leaves as if there were room.';
  if (beyond.length === 0) return said;
  return `${said} It would be passed by ${[...new Set(beyond)].toSorted().join(', ')}.`;
}

/** Whether more people are reached than may be without anybody looking. Of a share of the people as large a share of them counts. */
export function isBeyond(
  { people, largest }: { readonly people: number; readonly largest: number },
  share: number,
): boolean {
  return people > largest * share;
}

/** How caps over everybody were taken. */
function sharedNotes({ together, asked, active }: SimulationTally, share: number): string[] {
  const rules = [asked, active].flatMap((side) => Object.values(side.everybody).map(({ rule }) => rule));
  const named = [...new Set(rules)].toSorted().join(', ');
  if (together === true)
    return [
      'Caps over everybody are applied: people are simulated together, in the order of time. Messages of before the span count in them by their channel, class and tags, whether or not the rule would have matched them; no token is lost to blocks that processes lease.',
      ...(share < 1 ? ['A share of the people has as large a share of those caps.'] : []),
    ];
  if (named === '') return [];
  return [
    `So many people are simulated one after the other, so caps over everybody (${named}) are not applied: what would be asked of them is shown beside. Ask for fewer people (\`people\`) or a shorter span to have them applied: those picked are then allowed as large a share of them. Up to ${MOST_TOGETHER.toLocaleString('en')} people and ${MOST_SIGNALS_TOGETHER.toLocaleString('en')} signals of the span are simulated together.`,
  ];
}

function hours(ms: number): string {
  const count = ms / HOUR_MS;
  return `${count} ${count === 1 ? 'hour' : 'hours'}`;
}
