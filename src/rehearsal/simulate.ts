import { admittedAtOnce } from '../decisions/admission.js';
import { type DecisionResult, isHandedOver } from '../decisions/decision.js';
import { type SharedCap, sharedCapsOf } from '../decisions/everybody.js';
import {
  ANSWERED_WITHIN_MS,
  countHours,
  firstMonth,
  MOST_OWN,
  OWN_MS,
  segmentOf,
} from '../decisions/best-hours.js';
import { historyMs, hourChannels, needsOf, reviewedActions } from '../decisions/needs.js';
import { momentTask } from '../decisions/open-tasks.js';
import { type DueMessage, recheck } from '../decisions/recheck.js';
import {
  type ExpectedReview,
  type HourCount,
  type HourCounts,
  type PastMessage,
  type Situation,
} from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { type Profile } from '../profiles/profile.js';
import { stageAt } from '../profiles/stage.js';
import { isNews, momentWrittenIn } from '../profiles/written-words.js';
import { durationMs } from '../shared/clock.js';
import { unitHash } from '../shared/hash.js';
import { type Signal } from '../signals/signal.js';
import { MOST_FIRINGS_A_DAY } from '../triggers/firing.js';
import {
  type Fire,
  joinWatches,
  NOTHING_WATCHED,
  observeSignal,
  type Timer,
  timerDue,
  type Watch,
} from '../triggers/match.js';
import { type SharedPlaces } from './shared-places.js';
import { type EarlierTask, type Step, type StoredPerson } from './stored-person.js';

const DAY_MS = 86_400_000;
/** So often a message may come back to a person before it is given up. */
const MOST_LOOKS = 5;

/** What is taken for granted where nobody can know. */
export interface Assumptions {
  /** A person approves so long after the decision, or after a question came up. Milliseconds. */
  readonly reviewMs: number;
  /** A task is closed so long after it was opened. Milliseconds. */
  readonly taskMs: number;
  /** A model writes the drafts of actions that ask for one, and a person looks at each; else they come from signed templates. */
  readonly modelDrafts: boolean;
}

/** A version of a fact, and from when on it was known. ISO 8601. */
export interface KnownFact {
  readonly fact: Fact;
  readonly since: string;
}

/** Messages of one hour of a month on a channel, and how many of them were answered. */
export interface MonthCount {
  readonly channel: string;
  /** `2026-11-01`. */
  readonly month: string;
  readonly slot: number;
  readonly sent: number;
  readonly answered: number;
}

/** What one simulated world is made of, besides the person. */
export interface World {
  readonly bundle: Bundle;
  /** ISO 8601: nothing is decided before `since`, nor at or after `until`. */
  readonly since: string;
  readonly until: string;
  readonly seed: string;
  readonly assumptions: Assumptions;
  /** Versions of each fact, oldest first; a fact that is missing here was not looked up yet. */
  readonly facts: ReadonlyMap<string, readonly KnownFact[]>;
  /** Before it was known a fact is as it was when it came to be known: for signals that are heard as if they had arrived at once. */
  readonly factsAlways: boolean;
  /** Places in caps over everybody, which all people of this world share; absent where those caps refuse nothing. */
  readonly places?: SharedPlaces;
  /** When messages were answered, by segment, the empty one being everyone; absent where nothing waits for it. */
  readonly hours?: ReadonlyMap<string, readonly MonthCount[]>;
}

/** An address that must not be written to, as `Situation.suppressions`. */
export interface AddressSuppression {
  readonly address: string;
  readonly channel: string;
  readonly reason: string;
  readonly at: string;
  /** When it was lifted; null while it binds. */
  readonly until: string | null;
}

/** What happened to one person in a simulated world, in time order. `at` ISO 8601 UTC. */
export type SimulatedEvent = { readonly at: string } & (
  | {
      readonly kind: 'decision';
      readonly trigger: string;
      readonly result: DecisionResult;
      /** Tokens that it takes of caps over everybody, by counter. */
      readonly shared: readonly SharedCap[];
    }
  /** Fired too often in a day for anything to follow. */
  | { readonly kind: 'capped'; readonly trigger: string }
  | {
      readonly kind: 'review';
      readonly action: string;
      readonly channel: string;
      readonly why: readonly string[];
    }
  | { readonly kind: 'task'; readonly owner: string; readonly code: string }
  | {
      readonly kind: 'sent';
      readonly action: string;
      readonly channel: string;
      readonly occasion: string;
      /** How many people the templates of its action and channel are signed for together; null where a person looked at it. */
      readonly audience: number | null;
    }
  /** It was decided, and did not leave. */
  | {
      readonly kind: 'stopped';
      readonly action: string;
      readonly channel: string;
      readonly verdict: 'suppress' | 'expire';
      readonly why: readonly string[];
    }
);

interface Decided {
  readonly result: DecisionResult;
  readonly situation: Situation;
  /** What chance goes by: the same in every world. */
  readonly name: string;
  readonly occasion: string;
}

interface SimulatedMessage extends DueMessage {
  readonly profileId: string;
  readonly past: Omit<PastMessage, 'open' | 'at'>;
  /** What it was decided about. */
  readonly about: Pick<Situation, 'trigger' | 'signal'>;
  readonly occasion: string;
  readonly tier: 1 | 2;
  /** Epoch milliseconds: when it is looked at before it leaves. */
  dueMs: number;
  sendAt: string;
  looks: number;
  answered: string[];
  shown: string[];
  isSigned: boolean;
  leftAt: string | null;
  isOver: boolean;
}

interface DueTimer {
  readonly profileId: string;
  readonly timer: Timer;
}

/** One of both, or nothing, which is due at Infinity. */
interface Due {
  /** Epoch milliseconds. */
  readonly dueMs: number;
  readonly message: SimulatedMessage | null;
  readonly timer: DueTimer | null;
}

/**
 * One person in one simulated world. Their recorded signals are heard in order; triggers, timers, decisions, caps and the look before sending are the
 * code that really runs; every simulated message enters the simulated history that the next decision reads. Pure: the same person and the same
 * world give the same events.
 */
export class PersonSimulation {
  readonly events: SimulatedEvent[] = [];
  /** Facts that were asked for and not looked up yet: nothing more can happen until they are. */
  readonly unknownFacts = new Set<string>();
  /** What fired and waits for facts. */
  private undecided: { readonly profileId: string; readonly fire: Fire; readonly occasion: string }[] = [];
  private readonly watches = new Map<string, Watch>();
  private readonly profiles = new Map<string, Profile>();
  private readonly mergedInto = new Map<string, string>();
  private readonly signals = new Map<string, Signal>();
  private readonly fired = new Set<string>();
  /** Ids of the signals for which a task was made. */
  private readonly heeded = new Set<string>();
  private readonly firedAt: number[] = [];
  private readonly messages: SimulatedMessage[] = [];
  private readonly tasks: EarlierTask[];
  private clock = 0;

  constructor(
    private readonly world: World,
    private readonly person: StoredPerson,
    private readonly suppressions: readonly AddressSuppression[],
  ) {
    this.tasks = [...person.tasks];
  }

  /** When the next thing falls due of itself, epoch milliseconds; Infinity when nothing will. */
  get dueMs(): number {
    return this.next().dueMs;
  }

  /** Lets the next thing that falls due happen. */
  pass(): void {
    this.let(this.next());
  }

  /** Goes on with what waited for facts, now that they are looked up. */
  goOn(): void {
    this.unknownFacts.clear();
    const waiting = this.undecided;
    this.undecided = [];
    for (const { profileId, fire, occasion } of waiting) this.decide(profileId, fire, occasion);
  }

  /** One more thing is heard, after everything that fell due before it. */
  hear(step: Step): void {
    const { at, profileId, merged, signal } = step;
    this.passUntil(Date.parse(at));
    if (this.unknownFacts.size > 0) return;
    const watch = merged.reduce(
      (joined, from) => joinWatches(joined, this.watches.get(from) ?? NOTHING_WATCHED),
      this.watches.get(profileId) ?? NOTHING_WATCHED,
    );
    for (const from of merged) {
      this.watches.delete(from);
      this.profiles.delete(from);
      this.mergedInto.set(from, profileId);
    }
    this.profiles.set(profileId, step.after);
    if (signal === null) return;
    this.signals.set(signal.id, signal);
    const observed = observeSignal(this.world.bundle, watch, { ...step, signal }, at);
    this.watches.set(profileId, observed.watch);
    const decided = observed.fires.filter((fire) => this.fire(profileId, fire));
    const lateAfter = durationMs(this.world.bundle.engine.lateAfter);
    if (decided.length === 0 && this.isHere() && isNews(signal, at, lateAfter)) this.heed(profileId, signal);
  }

  /** Lets the rest of the span pass. */
  end(): void {
    this.passUntil(Date.parse(this.world.until));
  }

  /** Messages that were decided and have neither left nor ended. */
  get waiting(): number {
    return this.messages.filter(({ leftAt, isOver }) => leftAt === null && !isOver).length;
  }

  /** Everything that falls due before `limit`, in order. */
  private passUntil(limit: number): void {
    for (let next = this.next(); this.unknownFacts.size === 0 && next.dueMs < limit; next = this.next())
      this.let(next);
    this.clock = Math.max(this.clock, limit);
  }

  /** What falls due first; at the same moment messages leave before timers fire. */
  private next(): Due {
    const message = this.nextMessage();
    const timer = this.nextTimer();
    const messageMs = message?.dueMs ?? Infinity;
    const timerMs = timer === null ? Infinity : Date.parse(timer.timer.dueAt);
    return messageMs <= timerMs
      ? { dueMs: messageMs, message, timer: null }
      : { dueMs: timerMs, message: null, timer };
  }

  private let({ dueMs, message, timer }: Due): void {
    this.clock = Math.max(this.clock, dueMs);
    if (message !== null) this.leave(message);
    else if (timer !== null) this.due(timer.profileId, timer.timer);
  }

  private nextMessage(): SimulatedMessage | null {
    let next: SimulatedMessage | null = null;
    for (const message of this.messages)
      if (message.leftAt === null && !message.isOver && (next === null || message.dueMs < next.dueMs))
        next = message;
    return next;
  }

  private nextTimer(): DueTimer | null {
    let next: DueTimer | null = null;
    for (const [profileId, { timers }] of this.watches)
      for (const timer of timers)
        if (next === null || timer.dueAt < next.timer.dueAt) next = { profileId, timer };
    return next;
  }

  /** What of a trigger waited together ends together when one of them fires. */
  private due(profileId: string, timer: Timer): void {
    const watch = this.watches.get(profileId);
    const profile = this.profiles.get(profileId);
    if (watch === undefined || profile === undefined) throw new Error(`a timer of nobody: ${profileId}`);
    const now = this.now();
    const outcome = timerDue(this.world.bundle, timer, profile, now);
    const others = watch.timers.filter((each) => each !== timer);
    switch (outcome.kind) {
      case 'rearm':
        this.watches.set(profileId, { ...watch, timers: [...others, { ...timer, dueAt: outcome.dueAt }] });
        return;
      case 'drop':
        this.watches.set(profileId, { ...watch, timers: others });
        return;
      case 'fire': {
        const left = others.filter(({ triggerId, since }) => triggerId !== timer.triggerId || since > now);
        this.watches.set(profileId, { ...watch, timers: left });
        this.fire(profileId, outcome.fire);
      }
    }
  }

  /** @returns whether something is decided about it. */
  private fire(profileId: string, fire: Fire): boolean {
    const occasion = `${fire.triggerId} ${fire.occasion}`;
    if (this.fired.has(occasion)) return false;
    this.fired.add(occasion);
    const recent = this.firedAt.filter((at) => at > this.clock - DAY_MS).length;
    if (recent >= MOST_FIRINGS_A_DAY) {
      if (this.isHere()) this.events.push({ at: this.now(), kind: 'capped', trigger: fire.triggerId });
      return false;
    }
    this.firedAt.push(this.clock);
    if (this.isHere()) this.decide(profileId, fire, occasion);
    return this.isHere();
  }

  /** Whether the span that is simulated has begun. */
  private isHere(): boolean {
    return this.clock >= Date.parse(this.world.since);
  }

  /** What the person wrote is handed over, once for a signal and a reason. */
  private heed(profileId: string, signal: Signal): void {
    const { bundle } = this.world;
    const moment = momentWrittenIn(bundle.vocabulary, signal);
    if (moment === null || this.heeded.has(signal.id)) return;
    if (this.openTasks(profileId).some(({ code }) => code === moment.code)) return;
    this.heeded.add(signal.id);
    this.handOver(profileId, momentTask(bundle, moment));
  }

  private decide(profileId: string, fire: Fire, occasion: string): void {
    const { bundle, seed, places } = this.world;
    const now = this.now();
    const signal = fire.signalId === null ? null : (this.signals.get(fire.signalId) ?? null);
    const situation = this.situation(profileId, {
      trigger: { id: fire.triggerId, firingId: occasion, evidence: fire.evidence, firedAt: now },
      signal: signal === null ? null : toSituationSignal(signal),
      actions: bundle.triggers.get(fire.triggerId)?.spec.actions ?? [],
    });
    if (this.unknownFacts.size > 0) {
      this.undecided.push({ profileId, fire, occasion });
      return;
    }
    const name = `${seed} ${this.person.id} ${occasion}`;
    const holder = this.holderOf(this.nextId());
    const decided = admittedAtOnce(
      bundle,
      situation,
      name,
      (caps, at) => places?.take(holder, caps, at, this.clock) ?? null,
    );
    const { result } = decided;
    const shared = sharedCapsOf(bundle, result);
    this.events.push({ at: now, kind: 'decision', trigger: fire.triggerId, result, shared });
    if (result.handoff !== null) this.handOver(profileId, result.handoff);
    if (signal !== null) {
      if (result.handoff !== null) this.heeded.add(signal.id);
      else if (!isHandedOver(result)) this.heed(profileId, signal);
    }
    if (result.outcome === 'act')
      this.openMessage(profileId, { result, situation: decided.situation, name, occasion });
  }

  private handOver(
    profileId: string,
    { owner, reasonCode, reason }: NonNullable<DecisionResult['handoff']>,
  ): void {
    const closedAt = new Date(this.clock + this.world.assumptions.taskMs).toISOString();
    const id = `tsk_${this.tasks.length}`;
    this.tasks.push({ id, profileId, code: reasonCode, reason, openedAt: this.now(), closedAt });
    this.events.push({ at: this.now(), kind: 'task', owner, code: reasonCode });
  }

  private openMessage(profileId: string, { result, situation, name, occasion }: Decided): void {
    const { bundle, assumptions } = this.world;
    const { action, channel, sendAt, expiresAt } = result;
    const spec = bundle.actions.get(action)?.spec;
    if (spec === undefined || channel === null || sendAt === null || expiresAt === null)
      throw new Error(`a message without an action, a channel or a time: ${action}`);
    const id = this.nextId();
    const why = [
      ...(result.review?.why.map(({ code }) => code) ?? []),
      ...(assumptions.modelDrafts && spec.draft.mode === 'model' ? ['origin.model'] : []),
      ...(unitHash(`audit:${name}`) < spec.auditShare ? ['audit'] : []),
    ];
    const used = new Set(Object.values(result.facts));
    const decidedFacts = situation.facts.filter((fact) => used.has(fact.id));
    const message: SimulatedMessage = {
      id,
      profileId,
      action,
      channel,
      sendAt,
      expiresAt,
      createdAt: situation.now,
      facts: decidedFacts.map((fact) => ({ id: fact.id, version: fact.version })),
      decidedFacts,
      past: {
        messageId: id,
        action,
        channel,
        class: spec.class,
        tags: spec.tags,
        topic: spec.topic,
        offer: result.offer,
      },
      about: { trigger: situation.trigger, signal: situation.signal },
      occasion,
      tier: result.review?.tier ?? 1,
      dueMs: Math.max(Date.parse(sendAt), this.clock + (why.length > 0 ? assumptions.reviewMs : 0)),
      looks: 0,
      answered: [],
      shown: result.review?.why.map(({ code }) => code) ?? [],
      isSigned: why.length > 0,
      leftAt: null,
      isOver: false,
    };
    message.dueMs = Math.min(message.dueMs, Date.parse(expiresAt));
    this.messages.push(message);
    if (why.length > 0) this.events.push({ at: this.now(), kind: 'review', action, channel, why });
  }

  private nextId(): string {
    return `msg_${String(this.messages.length).padStart(6, '0')}`;
  }

  /** What a message is called among those of everybody. */
  private holderOf(messageId: string): string {
    return `${this.person.id} ${messageId}`;
  }

  /** The look before sending. */
  private leave(message: SimulatedMessage): void {
    const { bundle, assumptions } = this.world;
    const { action, channel } = message;
    const at = this.now();
    const situation = this.situation(
      this.headOf(message.profileId),
      { ...message.about, actions: [action] },
      { facts: message.facts.map(({ id }) => id), without: message.id },
    );
    if (this.unknownFacts.size > 0) return;
    const { tier, shown, answered, isSigned } = message;
    const result = recheck(bundle, situation, {
      ...message,
      answered,
      ...(isSigned ? { signed: { people: tier, shown } } : {}),
    });
    const why = result.reasons.map(({ code }) => code);
    if (result.handoff !== null) this.handOver(message.profileId, result.handoff);
    switch (result.verdict) {
      case 'send':
        if (!this.hasPlace(message)) return;
        message.leftAt = at;
        this.events.push({
          at,
          kind: 'sent',
          action,
          channel,
          occasion: message.occasion,
          audience: isSigned ? null : audienceOf(bundle, action, channel),
        });
        return;
      case 'postpone':
        message.sendAt = result.at ?? message.sendAt;
        message.dueMs = this.later(message, Date.parse(message.sendAt));
        return;
      case 'review':
        if (++message.looks > MOST_LOOKS) {
          this.stop(message, 'expire', why);
          return;
        }
        message.answered.push(...result.reasons.map(({ text }) => text));
        message.shown.push(...why);
        message.isSigned = true;
        message.dueMs = this.later(message, this.clock + assumptions.reviewMs);
        this.events.push({ at, kind: 'review', action, channel, why });
        return;
      case 'suppress':
      case 'expire':
        this.stop(message, result.verdict, why);
    }
  }

  /** Moves its places in caps over everybody to now; where there is no room it waits for it, or is given up. */
  private hasPlace(message: SimulatedMessage): boolean {
    const { places } = this.world;
    const full =
      places?.renew(this.holderOf(message.id), { at: this.clock, expires: Date.parse(message.expiresAt) }) ??
      null;
    if (full === null) {
      places?.left(this.holderOf(message.id));
      return true;
    }
    if (full.until >= message.expiresAt) this.stop(message, 'suppress', ['cap']);
    else {
      message.sendAt = full.until;
      message.dueMs = this.later(message, Date.parse(full.until));
    }
    return false;
  }

  private stop(message: SimulatedMessage, verdict: 'suppress' | 'expire', why: readonly string[]): void {
    message.isOver = true;
    this.world.places?.release(this.holderOf(message.id));
    const { action, channel } = message;
    this.events.push({ at: this.now(), kind: 'stopped', action, channel, verdict, why });
  }

  /** Not before a millisecond has passed, nor after it expires: it is looked at once more then. */
  private later({ expiresAt }: SimulatedMessage, at: number): number {
    return Math.max(this.clock + 1, Math.min(at, Date.parse(expiresAt)));
  }

  private situation(
    profileId: string,
    about: Pick<Situation, 'trigger' | 'signal' | 'actions'>,
    also: { readonly facts?: readonly string[]; readonly without?: string } = {},
  ): Situation {
    const profile = this.profiles.get(profileId);
    if (profile === undefined) throw new Error(`nothing is known of ${profileId}`);
    const now = this.now();
    const bare: Situation = {
      ...about,
      now,
      context: {},
      profile,
      suppressions: this.suppressions
        .filter(
          ({ address, at, until }) => at <= now && (until === null || until > now) && isOf(profile, address),
        )
        .map(({ channel, reason, at }) => ({ channel, reason, at })),
      history: this.history(profileId, also.without),
      openTasks: this.openTasks(profileId).map(({ id, code, reason }) => ({ id, code, reason })),
      facts: [],
      advice: null,
    };
    const ids = new Set([...(also.facts ?? []), ...needsOf(this.world.bundle, bare).facts]);
    return {
      ...bare,
      // Looked at again, a message leaves as soon as it may.
      ...(also.without === undefined ? this.timing(profileId, bare) : {}),
      facts: [...ids].toSorted().flatMap((id) => this.factAt(id, now) ?? []),
    };
  }

  private openTasks(profileId: string): EarlierTask[] {
    const now = this.now();
    return this.tasks
      .filter((task) => this.headOf(task.profileId) === profileId)
      .filter(({ openedAt, closedAt }) => openedAt <= now && (closedAt === null || closedAt > now));
  }

  /** What a send time goes by besides limits: when they answer, and how long a signature takes. */
  private timing(profileId: string, bare: Situation): Pick<Situation, 'answerHours' | 'reviews'> {
    const { bundle, assumptions } = this.world;
    const hours = hourChannels(bundle, bare).flatMap((channel): [string, HourCounts][] => {
      const counts = this.answerHours(profileId, bare, channel);
      const any = counts.everyone.length + counts.segment.length + counts.own.length > 0;
      return any ? [[channel, counts]] : [];
    });
    const reviews = reviewedActions(bundle, bare).map(({ id, draft }): [string, ExpectedReview] => [
      id,
      {
        always: assumptions.modelDrafts && draft.mode === 'model',
        medianMs: assumptions.reviewMs,
        measured: 0,
      },
    ]);
    return {
      ...(hours.length === 0 ? {} : { answerHours: Object.fromEntries(hours) }),
      ...(reviews.length === 0 ? {} : { reviews: Object.fromEntries(reviews) }),
    };
  }

  /** Their own of before the span: how they would have answered what is simulated nobody knows. */
  private answerHours(profileId: string, { profile, now }: Situation, channel: string): HourCounts {
    const own = (this.person.answers ?? [])
      .filter(({ at }) => at > this.clock - OWN_MS && at <= this.clock - ANSWERED_WITHIN_MS)
      .filter((answer) => answer.channel === channel && this.headOf(answer.profileId) === profileId);
    const others = (segment: string): HourCount[] =>
      countMonths(this.world.hours?.get(segment) ?? [], channel, [
        firstMonth(new Date(now)),
        `${now.slice(0, 7)}-01`,
      ]);
    return {
      everyone: others(''),
      segment: others(segmentOf(profile.country, stageAt(profile, now))),
      own: countHours(own.slice(-MOST_OWN), profile.zones),
    };
  }

  private factAt(id: string, now: string): Fact | null {
    const versions = this.world.facts.get(id);
    if (versions === undefined) {
      this.unknownFacts.add(id);
      return null;
    }
    const known = versions.findLast(({ since }) => since <= now);
    return (known ?? (this.world.factsAlways ? versions[0] : undefined))?.fact ?? null;
  }

  /** What really happened before the span, and what was simulated in it. */
  private history(profileId: string, without = ''): PastMessage[] {
    const now = this.now();
    const since = new Date(this.clock - historyMs(this.world.bundle)).toISOString();
    const earlier = this.person.messages
      .filter((message) => this.headOf(message.profileId) === profileId)
      .filter(({ endedAt }) => endedAt === null || endedAt > now)
      .map(({ past, sendAt, sentAt }) => {
        const open = sentAt === null || sentAt > now;
        return { ...past, open, at: open ? sendAt : sentAt };
      });
    const simulated = this.messages
      .filter((message) => !message.isOver && this.headOf(message.profileId) === profileId)
      .map(({ past, leftAt, sendAt }) => ({ ...past, open: leftAt === null, at: leftAt ?? sendAt }));
    return [...earlier, ...simulated]
      .filter(({ messageId, open, at }) => messageId !== without && (open || at > since))
      .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.messageId < b.messageId ? -1 : 1));
  }

  /** Whom a profile is part of by now; what was known before the first signal is the person's as they are in the end. */
  private headOf(id: string): string {
    const into = this.mergedInto.get(id);
    if (into !== undefined) return this.headOf(into);
    return this.profiles.has(id) ? id : this.person.id;
  }

  private now(): string {
    return new Date(this.clock).toISOString();
  }
}

/** Everything at once, for somebody whose facts are all looked up. */
export function simulatePerson(
  world: World,
  person: StoredPerson,
  steps: readonly Step[],
  suppressions: readonly AddressSuppression[] = [],
): PersonSimulation {
  const simulation = new PersonSimulation(world, person, suppressions);
  for (const step of steps) simulation.hear(step);
  simulation.end();
  return simulation;
}

/** The counts of a channel over the months from the first to the last. */
function countMonths(
  counts: readonly MonthCount[],
  channel: string,
  [first, last]: readonly [string, string],
): HourCount[] {
  const slots = new Map<number, HourCount>();
  for (const { month, slot, sent, answered } of counts.filter((each) => each.channel === channel)) {
    if (month < first || month > last) continue;
    const [, left, got] = slots.get(slot) ?? [slot, 0, 0];
    slots.set(slot, [slot, left + sent, got + answered]);
  }
  return [...slots.values()].toSorted(([a], [b]) => a - b);
}

function isOf({ addresses: { email, phone } }: Profile, address: string): boolean {
  return address === email || address === phone;
}

function toSituationSignal(signal: Signal): NonNullable<Situation['signal']> {
  return {
    type: signal.type,
    event: signal.event,
    properties: signal.properties,
    messageId: signal.messageId,
    at: signal.occurredAt,
  };
}

/** Nobody drafts here, so which of the templates it is remains open: no more than all of them together. */
function audienceOf({ templates }: Bundle, action: string, channel: string): number | null {
  const sizes = [...templates.values()]
    .filter(({ spec }) => spec.action === action && spec.channel === channel)
    .map(({ spec }) => spec.maxAudience);
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}
