import { z } from 'zod';
import { estimateOf } from './estimate.js';
import { type Tally } from './replay.js';
import { type RuleUse } from './rule-use.js';

const bounds = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const valueSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('estimate'),
    trials: z.int(),
    affected: z.int(),
    known: z.int(),
    effective: z.number(),
    tried: z.number(),
    before: z.number(),
    after: bounds,
    difference: bounds,
  }),
  z.strictObject({
    kind: z.literal('refused'),
    trials: z.int(),
    affected: z.int(),
    known: z.int(),
    effective: z.number(),
    tried: z.number(),
    why: z.string(),
  }),
]);

/** Money in minor units of the brand's currency. */
const ruleCost = z.strictObject({
  id: z.string(),
  /** Decisions in which it matched. */
  matched: z.int(),
  /** What it held back and nothing else did, and what that was expected to be worth. */
  alone: z.int(),
  worth: z.number(),
  /** Messages that waited for it alone, the mean wait in hours, and what the playbook says waiting so long loses. */
  delayed: z.int(),
  delayedHours: z.number(),
  delayWorth: z.number(),
  /** Messages for which it asked for a person. */
  asked: z.int(),
  /** Of those, what nobody signed before it expired, and what that was expected to be worth. */
  lapsed: z.int(),
  lapsedWorth: z.number(),
  /** What of it has no price, and why. */
  unpriced: z.array(z.string()),
});

/** A replay as it is answered over HTTP and shown in the console. */
export const replayAnswerSchema = z
  .strictObject({
    id: z.string(),
    bundle: z.string(),
    engine: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    error: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    until: z.iso.datetime(),
    /** Decisions that there were when it was asked for. */
    total: z.int(),
    decisions: z.int(),
    reproduced: z.int(),
    changed: z.int(),
    /** Of those changed: the same playbook and engine. Never above 0. */
    unexplained: z.int(),
    engineChanged: z.int(),
    otherModels: z.int(),
    notRecorded: z.int(),
    /** Of those: ones in which something else than what was not recorded made a difference too. */
    notRecordedToo: z.int(),
    erased: z.int(),
    /** Whose situation is no longer kept. */
    aged: z.int(),
    unreadable: z.int(),
    /** Of whom it would affect: decisions that the list has no room for. */
    unlisted: z.int(),
    /** Of those changed that were executed: messages and hand-offs. */
    messages: z.strictObject({
      lost: z.int(),
      gained: z.int(),
      other: z.int(),
      retimed: z.int(),
      taskGained: z.int(),
      taskLost: z.int(),
      inWords: z.int(),
    }),
    /** What did it, the most frequent first. */
    causes: z.array(z.strictObject({ code: z.string(), lost: z.int(), gained: z.int() })),
    /** How often each rule fired, and what that costs in expected value, as far as it has a price. The dearest first. */
    rules: z.array(ruleCost),
    /** When the first of the decisions decided again was made; null without any. */
    from: z.iso.datetime().nullable(),
    /** Messages a day that a person has to look at: a rule asks for it, or a model writes them. Days without any are left out. */
    reviews: z.array(z.strictObject({ day: z.iso.date(), before: z.int(), after: z.int() })),
    missing: z.array(z.strictObject({ field: z.string(), decisions: z.int() })),
    /** What made a difference beside what was not recorded, the most frequent first. */
    besides: z.array(z.strictObject({ code: z.string(), decisions: z.int() })),
    /**
     * Triggers that fire on something else than when decisions were made, with what of them is otherwise (nothing: they were not there), and how many
     * decisions are taken as if they had fired as they did. What they would fire newly, or at another time, is not counted; a simulation tells.
     */
    triggers: z.array(z.strictObject({ id: z.string(), members: z.array(z.string()), decisions: z.int() })),
    /** Ids of decisions, a few for each change. */
    samples: z.record(z.string(), z.array(z.string())),
    /** Per decision, in minor units of the brand's currency, by off-policy estimation; or why not. */
    value: valueSchema,
    askedBy: z.string(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Replay' });
export type ReplayAnswer = z.output<typeof replayAnswerSchema>;

/** What is kept of a replay. */
interface KeptReplay {
  readonly id: string;
  readonly bundleHash: string;
  readonly engine: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly since: Date | null;
  readonly until: Date;
  readonly total: number;
  readonly tally: Tally;
  readonly error: string | null;
  readonly askedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export function replayAnswer(replay: KeptReplay): ReplayAnswer {
  return {
    id: replay.id,
    bundle: replay.bundleHash,
    engine: replay.engine,
    state: replay.state,
    error: replay.error,
    since: replay.since?.toISOString() ?? null,
    until: replay.until.toISOString(),
    total: replay.total,
    ...tallyAnswer(replay.tally),
    askedBy: replay.askedBy,
    createdAt: replay.createdAt.toISOString(),
    finishedAt: replay.finishedAt?.toISOString() ?? null,
  };
}

/** What a replay counted, whoever asked for it. */
export type TallyAnswer = Omit<
  ReplayAnswer,
  | 'id'
  | 'bundle'
  | 'engine'
  | 'state'
  | 'error'
  | 'since'
  | 'until'
  | 'total'
  | 'askedBy'
  | 'createdAt'
  | 'finishedAt'
>;

export function tallyAnswer(tally: Tally): TallyAnswer {
  const counts = ({ lost, gained }: { lost: number; gained: number }): number => lost + gained;
  return {
    ...countsOf(tally),
    messages: { ...tally.messages },
    causes: Object.entries(tally.causes)
      .map(([code, count]) => ({ code, ...count }))
      .toSorted((a, b) => counts(b) - counts(a) || (a.code < b.code ? -1 : 1)),
    rules: Object.entries(tally.rules)
      .map(([id, use]) => ruleCostOf(id, use))
      .toSorted((a, b) => priceOf(b) - priceOf(a) || b.matched - a.matched || (a.id < b.id ? -1 : 1)),
    from: tally.from,
    reviews: Object.entries(tally.reviews)
      .map(([day, count]) => ({ day, ...count }))
      .toSorted((a, b) => (a.day < b.day ? -1 : 1)),
    missing: Object.entries(tally.missing)
      .map(([field, decisions]) => ({ field, decisions }))
      .toSorted((a, b) => b.decisions - a.decisions || (a.field < b.field ? -1 : 1)),
    besides: Object.entries(tally.besides)
      .map(([code, decisions]) => ({ code, decisions }))
      .toSorted((a, b) => b.decisions - a.decisions || (a.code < b.code ? -1 : 1)),
    triggers: Object.entries(tally.triggers)
      .map(([id, { members, decisions }]) => ({ id, members: [...members], decisions }))
      .toSorted((a, b) => b.decisions - a.decisions || (a.id < b.id ? -1 : 1)),
    samples: Object.fromEntries(Object.entries(tally.samples).map(([kind, ids]) => [kind, [...ids]])),
    value: estimateOf(tally.value),
  };
}

const HOUR_MS = 3_600_000;

/** @param use of an earlier version: without some of its counts. */
function ruleCostOf(id: string, use: Partial<RuleUse>): ReplayAnswer['rules'][number] {
  const { matched = 0, alone = 0, worth = 0, delayed = 0, delayedMs = 0, delayWorth = 0 } = use;
  const { delayedToo = 0, asked = 0, lapsed = 0, lapsedWorth = 0 } = use;
  return {
    id,
    matched,
    alone,
    worth: Math.round(worth),
    delayed,
    delayedHours: delayed === 0 ? 0 : Math.round((delayedMs / delayed / HOUR_MS) * 10) / 10,
    delayWorth: Math.round(delayWorth),
    asked,
    lapsed,
    lapsedWorth: Math.round(lapsedWorth),
    unpriced: [
      ...(delayedToo > 0
        ? [`${delayedToo} messages waited for it and for something else: what of that is its doing is not told apart.`] // prettier-ignore
        : []),
      ...(asked > 0
        ? ['What it takes people to look has no price: the playbook does not say what their time costs.']
        : []),
    ],
  };
}

/** All that a rule costs and that has a price. */
export function priceOf(
  rule: Pick<ReplayAnswer['rules'][number], 'worth' | 'delayWorth' | 'lapsedWorth'>,
): number {
  return rule.worth + rule.delayWorth + rule.lapsedWorth;
}

type Counts = Pick<
  ReplayAnswer,
  | 'decisions'
  | 'reproduced'
  | 'changed'
  | 'unexplained'
  | 'engineChanged'
  | 'otherModels'
  | 'notRecorded'
  | 'notRecordedToo'
  | 'erased'
  | 'aged'
  | 'unreadable'
  | 'unlisted'
>;

function countsOf(tally: Tally): Counts {
  const { decisions, reproduced, changed, unexplained, engineChanged } = tally;
  const { otherModels, notRecorded, notRecordedToo, erased, aged, unreadable, unlisted } = tally;
  return {
    decisions,
    reproduced,
    changed,
    unexplained,
    engineChanged,
    otherModels,
    notRecorded,
    notRecordedToo,
    erased,
    aged,
    unreadable,
    unlisted,
  };
}
