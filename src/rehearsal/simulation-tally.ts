import { type DecisionResult, HOLD } from '../decisions/decision.js';
import { ruleOfCap } from '../decisions/send-time.js';
import { differenceOf } from './affected-person.js';
import { type RuleUse, withHeldBack } from './rule-use.js';
import { type PersonSimulation, type SimulatedEvent } from './simulate.js';

const MOST_SAMPLES = 20;
const MOST_ROWS = 300;
const MOST_CODES = 200;
const MOST_DAYS = 400;

/** What happened on one UTC day. */
export interface DayCounts {
  readonly decisions: number;
  readonly held: number;
  readonly handoffs: number;
  /** That left. */
  readonly messages: number;
  /** Messages for which a person is asked. */
  readonly reviews: number;
  readonly tasks: number;
  /** That were decided and did not leave. */
  readonly stopped: number;
}

/** What became of one action on one channel. */
export interface ActionCounts {
  readonly action: string;
  readonly channel: string | null;
  /** Decisions in which it was a candidate. */
  readonly considered: number;
  readonly chosen: number;
  /** Why not, by code: built-in checks, caps and hours, or that something else was chosen. */
  readonly held: Readonly<Record<string, number>>;
  /** Which rule suppressed it or handed it over. */
  readonly suppressed: Readonly<Record<string, number>>;
  readonly reviews: number;
  /** Of those chosen, why they did not leave after all. */
  readonly stopped: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly messagesByDay: Readonly<Record<string, number>>;
  /** People who got it and nobody looked at it, and how many its templates are signed for together; absent where there are none. */
  readonly audience?: { readonly people: number; readonly largest: number };
}

interface CapCounts {
  /** Candidates for which there was no room before they expired. */
  readonly blocked: number;
  /** Messages that wait until there is room. */
  readonly waited: number;
  readonly people: number;
}

interface SharedCounts {
  readonly rule: string;
  readonly max: number;
  readonly per: string;
  readonly of: 'messages' | 'cost';
  /** Messages, or hundredths of contact cost, by the UTC day on which they were to leave. */
  readonly days: Readonly<Record<string, number>>;
}

/** What one playbook makes of the same signals. Of a bounded size. */
export interface Side {
  readonly decisions: number;
  readonly acts: number;
  readonly holds: number;
  readonly handoffs: number;
  readonly messages: number;
  readonly reviews: number;
  readonly tasks: number;
  readonly stopped: number;
  /** Firings beyond what may follow in a day for one person. */
  readonly capped: number;
  /** Messages decided and not left when the span ended. */
  readonly waiting: number;
  readonly peopleDecided: number;
  readonly peopleMessaged: number;
  readonly days: Readonly<Record<string, DayCounts>>;
  readonly actions: Readonly<Record<string, ActionCounts>>;
  readonly rules: Readonly<Record<string, RuleUse>>;
  readonly caps: Readonly<Record<string, CapCounts>>;
  /** What messages took of caps over everybody, by counter and UTC day. */
  readonly everybody: Readonly<Record<string, SharedCounts>>;
}

/** What a simulation shows so far. */
export interface SimulationTally {
  readonly people: number;
  readonly signals: number;
  /** People whose earliest signals are no longer kept. */
  readonly fromProfile: number;
  /** Left out: with more signals than one person has. */
  readonly tooMany: number;
  /** Erased since it was asked for. */
  readonly erased: number;
  /** Left out: a signal or the profile cannot be opened. */
  readonly unreadable: number;
  /** Whether caps over everybody were applied; absent where there are none, and in what an earlier version counted. */
  readonly together?: boolean;
  readonly asked: Side;
  readonly active: Side;
  /** People by what they would get, under the playbook asked for beside the one in force. */
  readonly affected: {
    readonly fewer: number;
    readonly more: number;
    readonly others: number;
    readonly same: number;
  };
  /** Ids of a few profiles for each difference. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

const EMPTY_SIDE: Side = {
  decisions: 0,
  acts: 0,
  holds: 0,
  handoffs: 0,
  messages: 0,
  reviews: 0,
  tasks: 0,
  stopped: 0,
  capped: 0,
  waiting: 0,
  peopleDecided: 0,
  peopleMessaged: 0,
  days: {},
  actions: {},
  rules: {},
  caps: {},
  everybody: {},
};

export const EMPTY_SIMULATION: SimulationTally = {
  people: 0,
  signals: 0,
  fromProfile: 0,
  tooMany: 0,
  erased: 0,
  unreadable: 0,
  asked: EMPTY_SIDE,
  active: EMPTY_SIDE,
  affected: { fewer: 0, more: 0, others: 0, same: 0 },
  samples: {},
};

/** Why somebody is not simulated. */
export type LeftOut = 'tooMany' | 'erased' | 'unreadable';

export function withLeftOut(tally: SimulationTally, why: LeftOut): SimulationTally {
  return { ...tally, [why]: tally[why] + 1 };
}

/** One person under both playbooks. */
export interface SimulatedPerson {
  readonly id: string;
  readonly signals: number;
  readonly fromProfile: boolean;
  readonly asked: Pick<PersonSimulation, 'events' | 'waiting'>;
  readonly active: Pick<PersonSimulation, 'events' | 'waiting'>;
}

/** Counts what happened to one person. */
export function withPerson(tally: SimulationTally, person: SimulatedPerson): SimulationTally {
  const difference = differenceOf({ asked: person.asked.events, active: person.active.events });
  const samples = tally.samples[difference] ?? [];
  return {
    ...tally,
    people: tally.people + 1,
    signals: tally.signals + person.signals,
    fromProfile: tally.fromProfile + (person.fromProfile ? 1 : 0),
    asked: withSide(tally.asked, person.asked),
    active: withSide(tally.active, person.active),
    affected: { ...tally.affected, [difference]: tally.affected[difference] + 1 },
    samples:
      difference === 'same' || samples.length >= MOST_SAMPLES
        ? tally.samples
        : { ...tally.samples, [difference]: [...samples, person.id] },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function withSide(side: Side, { events, waiting }: SimulatedPerson['asked']): Side {
  if (events.length === 0) return side;
  const next: Mutable<Side> = { ...side, waiting: side.waiting + waiting };
  const full = new Map<string, { blocked: number; waited: number }>();
  for (const event of events) {
    count(next, event);
    if (event.kind !== 'decision') continue;
    next.rules = withHeldBack(next.rules, event.result.candidates);
    for (const [rule, kind] of capsIn(event.result)) {
      const held = full.get(rule) ?? { blocked: 0, waited: 0 };
      full.set(rule, { ...held, [kind]: held[kind] + 1 });
    }
  }
  next.caps = withCaps(next.caps, full);
  next.actions = withAudiences(next.actions, events);
  next.peopleDecided += events.some(({ kind }) => kind === 'decision') ? 1 : 0;
  next.peopleMessaged += events.some(({ kind }) => kind === 'sent') ? 1 : 0;
  return next;
}

function count(side: Mutable<Side>, event: SimulatedEvent): void {
  switch (event.kind) {
    case 'decision': {
      const { outcome } = event.result;
      side.decisions++;
      side.acts += outcome === 'act' ? 1 : 0;
      side.holds += outcome === 'hold' ? 1 : 0;
      side.handoffs += outcome === 'handoff' ? 1 : 0;
      onDay(side, event.at, {
        decisions: 1,
        held: outcome === 'hold' ? 1 : 0,
        handoffs: outcome === 'handoff' ? 1 : 0,
      });
      side.actions = withCandidates(side.actions, event.result);
      side.everybody = withShared(side.everybody, event);
      return;
    }
    case 'capped':
      side.capped++;
      return;
    case 'review':
      side.reviews++;
      onDay(side, event.at, { reviews: 1 });
      onAction(side, event, (row) => ({ ...row, reviews: row.reviews + 1 }));
      return;
    case 'task':
      side.tasks++;
      onDay(side, event.at, { tasks: 1 });
      return;
    case 'sent':
      side.messages++;
      onDay(side, event.at, { messages: 1 });
      onAction(side, event, (row) => ({
        ...row,
        messages: row.messages + 1,
        messagesByDay: plusOne(row.messagesByDay, event.at.slice(0, 10), MOST_DAYS),
      }));
      return;
    case 'stopped':
      side.stopped++;
      onDay(side, event.at, { stopped: 1 });
      onAction(side, event, (row) => ({
        ...row,
        stopped: [...new Set(event.why)].reduce((held, code) => plusOne(held, code, MOST_CODES), row.stopped),
      }));
  }
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

function onDay(side: Mutable<Side>, at: string, more: Partial<DayCounts>): void {
  const day = at.slice(0, 10);
  const held = side.days[day];
  if (held === undefined && Object.keys(side.days).length >= MOST_DAYS) return;
  const counts: Mutable<DayCounts> = { ...(held ?? NO_DAY) };
  for (const [name, number] of Object.entries(more) as [keyof DayCounts, number][]) counts[name] += number;
  side.days = { ...side.days, [day]: counts };
}

const nameOf = (action: string, channel: string | null): string =>
  channel === null ? action : `${action} by ${channel}`;

function emptyRow(action: string, channel: string | null): ActionCounts {
  return {
    action,
    channel,
    considered: 0,
    chosen: 0,
    held: {},
    suppressed: {},
    reviews: 0,
    stopped: {},
    messages: 0,
    messagesByDay: {},
  };
}

function withRow(
  actions: Side['actions'],
  { action, channel }: { readonly action: string; readonly channel: string | null },
  change: (row: ActionCounts) => ActionCounts,
): Side['actions'] {
  const name = nameOf(action, channel);
  const row = actions[name];
  if (row === undefined && Object.keys(actions).length >= MOST_ROWS) return actions;
  return { ...actions, [name]: change(row ?? emptyRow(action, channel)) };
}

function onAction(
  side: Mutable<Side>,
  about: { readonly action: string; readonly channel: string | null },
  change: (row: ActionCounts) => ActionCounts,
): void {
  side.actions = withRow(side.actions, about, change);
}

/** A person counts once, however many of the messages they get. */
function withAudiences(actions: Side['actions'], events: readonly SimulatedEvent[]): Side['actions'] {
  const reached = new Map<
    string,
    Extract<SimulatedEvent, { kind: 'sent' }> & { readonly audience: number }
  >();
  for (const event of events)
    if (event.kind === 'sent' && event.audience !== null)
      reached.set(nameOf(event.action, event.channel), { ...event, audience: event.audience });
  return [...reached.values()].reduce(
    (rows, { audience: largest, ...about }) =>
      withRow(rows, about, (row) => ({
        ...row,
        audience: { people: (row.audience?.people ?? 0) + 1, largest },
      })),
    actions,
  );
}

const RULE = 'guardrail:';

/** What became of each candidate: chosen, suppressed by these rules, or held for these reasons. */
function withCandidates(actions: Side['actions'], result: DecisionResult): Side['actions'] {
  return result.candidates
    .filter(({ action }) => action !== HOLD)
    .reduce((rows, candidate) => {
      const isChosen = candidate.action === result.action && candidate.channel === result.channel;
      const codes = [...new Set(candidate.blockedBy.map(({ code }) => code))];
      const rules = codes.filter((code) => code.startsWith(RULE)).map((code) => code.slice(RULE.length));
      const reasons = codes.filter((code) => !code.startsWith(RULE));
      if (codes.length === 0 && !isChosen) reasons.push(whyNot(result, candidate.score.total));
      return withRow(rows, candidate, (row) => ({
        ...row,
        considered: row.considered + 1,
        chosen: row.chosen + (isChosen ? 1 : 0),
        held: reasons.reduce((held, code) => plusOne(held, code, MOST_CODES), row.held),
        suppressed: rules.reduce((held, rule) => plusOne(held, rule, MOST_CODES), row.suppressed),
      }));
    }, actions);
}

/** Nothing stood against a candidate, and it was not chosen. */
function whyNot({ outcome }: DecisionResult, total: number): string {
  if (outcome === 'handoff') return 'handed_off';
  return outcome === 'hold' || total <= 0 ? 'not_worth_it' : 'another_chosen';
}

/** The rules whose caps left no room, or had a message wait. */
function capsIn(result: DecisionResult): [rule: string, kind: 'blocked' | 'waited'][] {
  const rulesOf = (reasons: readonly { readonly code: string; readonly text: string }[], code: string) => [
    ...new Set(reasons.filter((each) => each.code === code).flatMap(({ text }) => ruleOfCap(text) ?? [])),
  ];
  return [
    ...result.candidates.flatMap(({ blockedBy }) =>
      rulesOf(blockedBy, 'cap').map((rule): [string, 'blocked'] => [rule, 'blocked']),
    ),
    ...rulesOf(result.reasons, 'waits_for_cap').map((rule): [string, 'waited'] => [rule, 'waited']),
  ];
}

function withCaps(
  caps: Side['caps'],
  full: ReadonlyMap<string, { readonly blocked: number; readonly waited: number }>,
): Side['caps'] {
  const next = { ...caps };
  for (const [rule, { blocked, waited }] of full) {
    const held = next[rule] ?? { blocked: 0, waited: 0, people: 0 };
    next[rule] = { blocked: held.blocked + blocked, waited: held.waited + waited, people: held.people + 1 };
  }
  return next;
}

function withShared(
  everybody: Side['everybody'],
  { result, shared }: Extract<SimulatedEvent, { kind: 'decision' }>,
): Side['everybody'] {
  const day = result.sendAt?.slice(0, 10);
  if (day === undefined || shared.length === 0) return everybody;
  const next = { ...everybody };
  for (const { rule, counter, tokens, limit } of shared) {
    const days = next[counter]?.days ?? {};
    const { max, per, of } = limit;
    next[counter] = { rule, max, per, of, days: { ...days, [day]: (days[day] ?? 0) + tokens } };
  }
  return next;
}

/** One more of a kind; beyond the bound a new kind is not counted. */
function plusOne(
  counts: Readonly<Record<string, number>>,
  name: string,
  most: number,
): Readonly<Record<string, number>> {
  const held = counts[name];
  if (held === undefined && Object.keys(counts).length >= most) return counts;
  return { ...counts, [name]: (held ?? 0) + 1 };
}
