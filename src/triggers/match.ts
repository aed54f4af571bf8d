import { type Bundle, type CompiledTrigger, type ExpressionInput } from '../policies/bundle.js';
import { type ExpressionSource, toExpressionInput } from '../policies/vocabulary.js';
import { toFeatures } from '../profiles/features.js';
import { type Profile } from '../profiles/profile.js';
import { countedAs } from '../profiles/projection.js';
import { type Json } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';
import { IMPORT_SOURCE, type Signal } from '../signals/signal.js';

/** Occasion of the one timer that waits for a person's silence. */
export const SILENCE = 'silence';
/** Timers that one inaction trigger may keep for one person; the earliest are what matters. */
const MOST_TIMERS = 20;
/** Clocks of two processes lie no further apart. */
const CLOCKS_APART_MS = 5 * 60_000;

/** Something waited for. Times ISO 8601. */
export interface Timer {
  readonly triggerId: string;
  readonly occasion: string;
  /** When what is waited for began: the event, or the last sign of life. */
  readonly since: string;
  readonly dueAt: string;
  readonly signalId: string | null;
}

/** A signal that counts towards a count trigger. */
interface Hit {
  readonly triggerId: string;
  readonly signalId: string;
  readonly at: string;
}

/** What triggers remember of one person between signals, as far as the signals at hand ask for it: see `watchedBy`. */
export interface Watch {
  readonly hits: readonly Hit[];
  readonly timers: readonly Timer[];
}

export const NOTHING_WATCHED: Watch = { hits: [], timers: [] };

/** What waits for two people who turn out to be one; of two waits for the same occasion the first stays. */
export function joinWatches(into: Watch, from: Watch): Watch {
  const isNew = (timer: Timer): boolean =>
    !into.timers.some((held) => held.triggerId === timer.triggerId && held.occasion === timer.occasion);
  return { hits: [...into.hits, ...from.hits], timers: [...into.timers, ...from.timers.filter(isNew)] };
}

/** A trigger that fires now. */
export interface Fire {
  readonly triggerId: string;
  readonly occasion: string;
  readonly signalId: string | null;
  readonly evidence: Readonly<Record<string, Json>>;
}

export interface Observed {
  readonly watch: Watch;
  readonly fires: readonly Fire[];
}

/** What one signal did, as far as triggers look at it. */
export interface SignalEffect {
  readonly signal: Signal;
  readonly before: Profile | null;
  readonly after: Profile;
}

/**
 * What one signal means for the triggers of a bundle. A signal that comes late to them fires nothing; it counts, and what it begins to wait for
 * is waited for unless that moment is past already. What stood in an imported file does neither. A condition that reads something unknown does not hold.
 * @param now ISO 8601.
 */
export function observeSignal(bundle: Bundle, watch: Watch, effect: SignalEffect, now: string): Observed {
  const { signal } = effect;
  if (signal.source === IMPORT_SOURCE) return { watch, fires: [] };
  const event = countedAs(signal);
  const lateAfter = durationMs(bundle.engine.lateAfter);
  // By now, not by its arrival: after a time down a signal may have waited for days.
  const late = Date.parse(now) - Date.parse(signal.occurredAt) > lateAfter;
  const seen: Seen = { bundle, effect, now, late, lateAfter, input: inputOf(bundle, effect, now) };
  const named = event === null ? [] : (bundle.triggersByEvent.get(event) ?? []);
  let observed: Observed = { watch, fires: [] };
  for (const trigger of new Set([...named, ...bundle.triggersForAnySignal])) {
    const next = observeTrigger(trigger, event, observed.watch, seen);
    observed = { watch: next.watch, fires: [...observed.fires, ...next.fires] };
  }
  return observed;
}

interface Seen {
  readonly bundle: Bundle;
  readonly effect: SignalEffect;
  readonly now: string;
  readonly late: boolean;
  readonly lateAfter: number;
  /** Prepared when first asked for: most signals meet no condition. */
  readonly input: () => ExpressionInput;
}

function inputOf(bundle: Bundle, effect: SignalEffect, now: string): () => ExpressionInput {
  let input: ExpressionInput | undefined;
  return () => (input ??= expressionInput(bundle, effect.after, effect.signal, now));
}

/** What a trigger's expressions read: the person and the signal. Messages, tasks and facts are the decision's business. */
function expressionInput(
  bundle: Bundle,
  profile: Profile,
  signal: Signal | null,
  now: string,
): ExpressionInput {
  const source: ExpressionSource = {
    now,
    signal:
      signal === null
        ? null
        : {
            type: signal.type,
            event: signal.event,
            properties: signal.properties,
            at: signal.occurredAt,
          },
    context: {},
    profile: toFeatures(profile, now),
    history: { messages: [] },
    openTasks: 0,
    facts: {},
  };
  return toExpressionInput(bundle.vocabulary, source);
}

function holds(trigger: CompiledTrigger, input: ExpressionInput): boolean {
  const result = trigger.when.evaluate(input);
  return result.known && result.value;
}

function observeTrigger(trigger: CompiledTrigger, event: string | null, watch: Watch, seen: Seen): Observed {
  const { spec } = trigger;
  switch (spec.kind) {
    case 'event':
      if (spec.event !== event || seen.late || !holds(trigger, seen.input())) return { watch, fires: [] };
      return { watch, fires: [fireOn(spec.id, seen.effect.signal, { event })] };
    case 'count':
      if (spec.event !== event || !holds(trigger, seen.input())) return { watch, fires: [] };
      return countHit(spec, watch, seen);
    case 'threshold':
      return { watch, fires: crossing(trigger, spec, seen) };
    case 'inaction':
      if (spec.event !== event || !holds(trigger, seen.input())) return { watch, fires: [] };
      return { watch: awaitInaction(spec, watch, seen), fires: [] };
    case 'inactivity':
      return { watch: awaitSilence(spec, watch, seen), fires: [] };
  }
}

type Spec<K> = Extract<CompiledTrigger['spec'], { kind: K }>;

function fireOn(triggerId: string, signal: Signal, evidence: Fire['evidence']): Fire {
  return { triggerId, occasion: signal.id, signalId: signal.id, evidence };
}

/** Fires when enough lie within one window; these are used up then, so that each counts for one occasion only. */
function countHit(spec: Spec<'count'>, watch: Watch, seen: Seen): Observed {
  const { signal } = seen.effect;
  const others = watch.hits.filter(({ triggerId }) => triggerId !== spec.id);
  const mine = [
    ...watch.hits.filter(({ triggerId }) => triggerId === spec.id),
    { triggerId: spec.id, signalId: signal.id, at: signal.occurredAt },
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const end = Date.parse(seen.now);
  const start = end - durationMs(spec.within);
  const within = mine.filter(({ at }) => Date.parse(at) > start);
  const first = within[0];
  if (seen.late || first === undefined || within.length < spec.atLeast)
    return { watch: { ...watch, hits: [...others, ...within.slice(-spec.atLeast)] }, fires: [] };
  return {
    watch: { ...watch, hits: others },
    fires: [
      {
        triggerId: spec.id,
        occasion: first.signalId,
        signalId: signal.id,
        evidence: {
          event: spec.event,
          count: within.length,
          atLeast: spec.atLeast,
          within: spec.within,
          since: first.at,
        },
      },
    ],
  };
}

/** Both sides are looked at as of the same moment, so that only the signal can have made the difference. An unknown before is no "below". */
function crossing(trigger: CompiledTrigger, spec: Spec<'threshold'>, seen: Seen): readonly Fire[] {
  if (seen.late || trigger.value === null) return [];
  const after = trigger.value.evaluate(seen.input());
  if (!after.known || !(after.value >= spec.reaches)) return [];
  const { before, signal } = seen.effect;
  const earlier = before ?? blank(seen.effect.after, signal.occurredAt);
  const was = trigger.value.evaluate(expressionInput(seen.bundle, earlier, signal, seen.now));
  if (!was.known || !(was.value < spec.reaches)) return [];
  return [fireOn(spec.id, signal, { before: was.value, after: after.value, reaches: spec.reaches })];
}

/** The person as they were before anything was heard of them. */
function blank(profile: Profile, at: string): Profile {
  return {
    ...profile,
    traits: {},
    consents: [],
    events: {},
    groups: [],
    stage: 'anonymous',
    firstSeenAt: at,
    lastSeenAt: at,
  };
}

function awaitInaction(spec: Spec<'inaction'>, watch: Watch, seen: Seen): Watch {
  const { signal } = seen.effect;
  const dueMs = Date.parse(signal.occurredAt) + durationMs(spec.within);
  if (seen.late && dueMs <= Date.parse(seen.now)) return watch;
  if (watch.timers.filter(({ triggerId }) => triggerId === spec.id).length >= MOST_TIMERS) return watch;
  const timer: Timer = {
    triggerId: spec.id,
    occasion: signal.id,
    since: signal.occurredAt,
    dueAt: new Date(dueMs).toISOString(),
    signalId: signal.id,
  };
  return { ...watch, timers: [...watch.timers, timer] };
}

/**
 * One timer waits for silence; signals do not rewrite it, it looks at the last sign of life when it is due. It stands from the first signal on
 * (or from when the playbook brought the trigger) and ends when the person was silent for long enough: who was heard of since has it still.
 */
function awaitSilence(spec: Spec<'inactivity'>, watch: Watch, seen: Seen): Watch {
  const { before, after } = seen.effect;
  const wait = durationMs(spec.for);
  const now = Date.parse(seen.now);
  if (before !== null && Date.parse(before.lastSeenAt) + wait > now + CLOCKS_APART_MS) return watch;
  if (watch.timers.some(({ triggerId }) => triggerId === spec.id)) return watch;
  const since = after.lastSeenAt;
  const dueMs = Date.parse(since) + wait;
  if (dueMs <= now - seen.lateAfter) return watch;
  const timer: Timer = {
    triggerId: spec.id,
    occasion: SILENCE,
    since,
    dueAt: new Date(dueMs).toISOString(),
    signalId: null,
  };
  return { ...watch, timers: [...watch.timers, timer] };
}

/** What of a person's watch a signal asks for: the hits of count triggers and the timers of inaction triggers that name its event. */
export function watchedBy(
  bundle: Bundle,
  signal: Signal,
): { hits: readonly string[]; timers: readonly string[] } {
  const event = countedAs(signal);
  const named = event === null ? [] : (bundle.triggersByEvent.get(event) ?? []);
  const ids = (kind: 'count' | 'inaction'): string[] =>
    named.filter(({ spec }) => spec.kind === kind).map(({ spec }) => spec.id);
  return { hits: ids('count'), timers: ids('inaction') };
}

/** What becomes of a timer that is due. */
export type DueOutcome =
  | { readonly kind: 'fire'; readonly fire: Fire }
  | { readonly kind: 'rearm'; readonly dueAt: string }
  | { readonly kind: 'drop'; readonly why: string };

/** Compares a due timer with what happened since it was set. @param now ISO 8601. */
export function timerDue(bundle: Bundle, timer: Timer, profile: Profile, now: string): DueOutcome {
  const trigger = bundle.triggers.get(timer.triggerId);
  if (trigger === undefined) return { kind: 'drop', why: 'the playbook has no such trigger any more' };
  const { spec } = trigger;
  if (spec.kind === 'inaction') return inactionDue(bundle, spec, timer, profile, now);
  if (spec.kind === 'inactivity') return silenceDue(bundle, trigger, spec, timer, profile, now);
  return { kind: 'drop', why: 'the trigger waits for nothing any more' };
}

function inactionDue(
  bundle: Bundle,
  spec: Spec<'inaction'>,
  timer: Timer,
  profile: Profile,
  now: string,
): DueOutcome {
  const happened = spec.unless.find((event) => (lastAt(profile, event) ?? '') >= timer.since);
  if (happened !== undefined) return { kind: 'drop', why: `"${happened}" happened in between` };
  // The playbook may wait longer by now than it did when the timer was set.
  const dueMs = Date.parse(timer.since) + durationMs(spec.within);
  if (dueMs > Date.parse(now)) return { kind: 'rearm', dueAt: new Date(dueMs).toISOString() };
  if (isOverdue(bundle, Math.max(dueMs, Date.parse(timer.dueAt)), now))
    return { kind: 'drop', why: 'the moment for it has passed' };
  return {
    kind: 'fire',
    fire: {
      triggerId: spec.id,
      occasion: timer.occasion,
      signalId: timer.signalId,
      evidence: { event: spec.event, unless: [...spec.unless], within: spec.within, since: timer.since },
    },
  };
}

function silenceDue(
  bundle: Bundle,
  trigger: CompiledTrigger,
  spec: Spec<'inactivity'>,
  timer: Timer,
  profile: Profile,
  now: string,
): DueOutcome {
  const dueMs = Date.parse(profile.lastSeenAt) + durationMs(spec.for);
  if (dueMs > Date.parse(now)) return { kind: 'rearm', dueAt: new Date(dueMs).toISOString() };
  if (isOverdue(bundle, Math.max(dueMs, Date.parse(timer.dueAt)), now)) {
    // Nobody listened for a while: the silence is looked at again when it has lasted another whole wait.
    const wait = durationMs(spec.for);
    const waits = Math.floor((Date.parse(now) - dueMs) / wait) + 1;
    return { kind: 'rearm', dueAt: new Date(dueMs + waits * wait).toISOString() };
  }
  if (!holds(trigger, expressionInput(bundle, profile, null, now)))
    return { kind: 'drop', why: 'the condition does not hold' };
  return {
    kind: 'fire',
    fire: {
      triggerId: spec.id,
      occasion: `silent since ${profile.lastSeenAt}`,
      signalId: null,
      evidence: { for: spec.for, lastSeenAt: profile.lastSeenAt },
    },
  };
}

/** Looked at so long after its time that nothing may come of it any more. */
function isOverdue(bundle: Bundle, dueMs: number, now: string): boolean {
  return Date.parse(now) - dueMs > durationMs(bundle.engine.lateAfter);
}

function lastAt(profile: Profile, event: string): string | undefined {
  return Object.hasOwn(profile.events, event) ? profile.events[event]?.lastAt : undefined;
}
