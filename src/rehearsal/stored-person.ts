import { withConsent } from '../profiles/consent.js';
import { type DeclaredEvents } from '../profiles/history.js';
import { type Consent, type EventHistory, type Profile } from '../profiles/profile.js';
import {
  countedAs,
  mergeStates,
  newState,
  type ProfileState,
  project,
  withWithheld,
} from '../profiles/projection.js';
import { type CarriedIdentities, type IdentityPlan, planIdentities } from '../profiles/resolve.js';
import { type PastMessage } from '../decisions/situation.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type Signal } from '../signals/signal.js';

/** A signal, and when the simulated world hears it: when it arrived, or when it happened. ISO 8601. */
export interface HeardSignal {
  readonly signal: Signal;
  readonly at: string;
  /** The profile that its identity was first bound to. */
  readonly profileId: string;
}

/** What was said about consent, by a signal or otherwise, and when it came to be known. */
export interface HeardConsent {
  readonly at: string;
  readonly profileId: string;
  readonly consent: Consent;
}

/** A message that was decided before the simulated span. Times ISO 8601. */
export interface EarlierMessage {
  readonly profileId: string;
  readonly past: Omit<PastMessage, 'open' | 'at'>;
  readonly sendAt: string;
  readonly sentAt: string | null;
  /** When it ended without counting any more; null while it counts. */
  readonly endedAt: string | null;
}

/** A marketing message that left before the simulated span, as far as it tells of the hours at which they answer. */
interface EarlierAnswer {
  readonly profileId: string;
  readonly channel: string;
  /** When it left. Epoch milliseconds. */
  readonly at: number;
  readonly answered: boolean;
}

/** A task that was opened before the simulated span. */
export interface EarlierTask {
  readonly id: string;
  readonly profileId: string;
  readonly code: string;
  readonly reason: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
}

/** Everything that is stored of one person and that a simulation looks at. */
export interface StoredPerson {
  /** The canonical profile. */
  readonly id: string;
  /** As the profile is kept now. */
  readonly state: ProfileState;
  /** In the order in which they are heard. */
  readonly signals: readonly HeardSignal[];
  /** In the order in which they came to be known. */
  readonly consents: readonly HeardConsent[];
  readonly messages: readonly EarlierMessage[];
  readonly tasks: readonly EarlierTask[];
  /** The latest last; absent where neither playbook waits for better hours. */
  readonly answers?: readonly EarlierAnswer[];
}

/** The person after one more thing was heard. */
export interface Step {
  readonly at: string;
  readonly profileId: string;
  /** Profiles that became part of this one. */
  readonly merged: readonly string[];
  /** Null for a consent that came otherwise than by a signal. */
  readonly signal: Signal | null;
  readonly before: Profile | null;
  readonly after: Profile;
}

/** A person's story as it is told again. */
export interface Retold {
  /** Told as they are asked for. */
  readonly steps: Iterable<Step>;
  /** Their earliest signals are no longer kept: what was known before the first one that is was taken from the profile. */
  readonly fromProfile: boolean;
}

/**
 * How the profile came about, signal by signal, by the code that reads real signals. Where the earliest ones have aged out the story begins with
 * what the profile knows from before the first that is kept.
 */
export function retell(person: StoredPerson, declared: DeclaredEvents): Retold {
  const heard = person.signals.filter(({ signal }) => signal.userId !== null || signal.anonymousId !== null);
  const first = heard.reduce<string | null>(
    (least, { signal }) => (least === null || signal.occurredAt < least ? signal.occurredAt : least),
    null,
  );
  const fromProfile = first !== null && person.state.profile.firstSeenAt < first;
  const begun = fromProfile ? stateBefore(person.state, first, heard) : null;
  const plan = plannedFor(heard, begun === null ? null : person.id);
  return {
    steps: told(new Story(person, declared, begun), { heard, plan, consents: person.consents }),
    fromProfile,
  };
}

/** Signals and what was stated otherwise, in one line. */
function* told(
  story: Story,
  {
    heard,
    plan,
    consents,
  }: {
    readonly heard: readonly HeardSignal[];
    readonly plan: IdentityPlan;
    readonly consents: readonly HeardConsent[];
  },
): Generator<Step> {
  const stated = [...consents];
  for (const [i, each] of heard.entries()) {
    for (let next = stated[0]; next !== undefined && next.at < each.at; next = stated[0]) {
      stated.shift();
      yield* story.state(next);
    }
    const step = plan.steps[i];
    if (step !== undefined) yield* story.hear(each, step);
  }
  for (const rest of stated) yield* story.state(rest);
}

/** To whom the signals belong; profiles get the ids they really have. @param begun the profile all identities are known to be of. */
function plannedFor(heard: readonly HeardSignal[], begun: string | null): IdentityPlan {
  const carried = heard.map(({ signal }) => carriedBy(signal));
  const known =
    begun === null ? { profiles: new Map<string, string>(), users: new Map() } : knownAs(carried, begun);
  let made = 0;
  const plan = planIdentities(carried, known, () => `new-${++made}`);
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { profileId, index } of plan.bindings) {
    if (ids.has(profileId) || !plan.created.includes(profileId)) continue;
    const real = heard[index]?.profileId ?? profileId;
    ids.set(profileId, taken.has(real) ? `${real}/${profileId}` : real);
    taken.add(real);
  }
  const idOf = (id: string): string => ids.get(id) ?? id;
  const steps = plan.steps.map((step) => ({
    ...step,
    profileId: idOf(step.profileId),
    merged: step.merged.map(idOf),
  }));
  return { ...plan, steps };
}

/** Identities as they are compared; nobody sees them, so they need no keyed hash. */
function carriedBy({ userId, anonymousId, previousId }: Signal): CarriedIdentities {
  return {
    user: userId === null ? null : `user:${userId}`,
    anonymous: anonymousId === null ? null : `anonymous:${anonymousId}`,
    previous:
      previousId === null ? null : { user: `user:${previousId}`, anonymous: `anonymous:${previousId}` },
  };
}

function knownAs(
  carried: readonly CarriedIdentities[],
  id: string,
): { profiles: Map<string, string>; users: Map<string, string | null> } {
  const users = carried.flatMap(({ user }) => user ?? []);
  const primary = carried.flatMap(({ user, anonymous }) => user ?? anonymous ?? []);
  return {
    profiles: new Map(primary.map((hash) => [hash, id])),
    users: new Map([[id, users.at(-1) ?? null]]),
  };
}

class Story {
  private readonly states = new Map<string, ProfileState>();
  private readonly mergedInto = new Map<string, string>();
  /** Stated about somebody of whom nothing was heard yet. */
  private waiting: HeardConsent[] = [];

  constructor(
    private readonly person: StoredPerson,
    private readonly declared: DeclaredEvents,
    private readonly begun: ProfileState | null,
  ) {
    if (begun !== null) this.states.set(person.id, begun);
  }

  *hear(
    { signal, at }: HeardSignal,
    { profileId, merged, takesUser }: IdentityPlan['steps'][number],
  ): Generator<Step> {
    const held = this.states.get(profileId);
    let state = held ?? {
      ...newState(profileId, signal.occurredAt),
      withheld: this.person.state.withheld,
    };
    for (const from of merged) {
      const other = this.states.get(from);
      if (other !== undefined) state = mergeStates(state, other, this.declared);
      this.states.delete(from);
      this.mergedInto.set(from, profileId);
    }
    state = project(state, signal, takesUser ? signal.userId : null, this.declared);
    this.states.set(profileId, state);
    yield { at, profileId, merged, signal, before: held?.profile ?? null, after: state.profile };
    const waiting = this.waiting;
    this.waiting = [];
    for (const stated of waiting) yield* this.state({ ...stated, at });
  }

  /** What a signal said already changes nothing. */
  *state(stated: HeardConsent): Generator<Step> {
    const profileId = this.headOf(stated.profileId);
    const held = this.states.get(profileId);
    if (held === undefined) {
      this.waiting.push(stated);
      return;
    }
    const said = stated.consent;
    const isKnown = held.profile.consents.some((each) => canonicalJson(each) === canonicalJson(said));
    const consents = isKnown ? held.profile.consents : withConsent(held.profile.consents, said);
    if (consents === held.profile.consents) return;
    const after = { ...held.profile, consents };
    this.states.set(profileId, { ...held, profile: after });
    yield { at: stated.at, profileId, merged: [], signal: null, before: held.profile, after };
  }

  private headOf(id: string): string {
    const into = this.mergedInto.get(id);
    if (into !== undefined) return this.headOf(into);
    return this.begun !== null && !this.states.has(id) ? this.person.id : id;
  }
}

/** What a profile knew before a moment, as far as it still tells. Its consents are told apart. */
function stateBefore(state: ProfileState, moment: string, heard: readonly HeardSignal[]): ProfileState {
  const { profile, traitTimes, context } = state;
  const isEarlier = (at: string | undefined): boolean => at !== undefined && at < moment;
  const before = <T extends { readonly at: string }>(said: T | null): T | null =>
    said !== null && isEarlier(said.at) ? said : null;
  const counted = new Map<string, number>();
  for (const { signal } of heard) {
    const event = countedAs(signal);
    if (event !== null) counted.set(event, (counted.get(event) ?? 0) + 1);
  }
  const events = Object.entries(profile.events).flatMap(([event, history]) => {
    const earlier = historyBefore(history, moment, counted.get(event) ?? 0);
    return earlier === null ? [] : [[event, earlier] as const];
  });
  const lastSeenAt = events.reduce(
    (latest, [, { lastAt }]) => (lastAt > latest ? lastAt : latest),
    profile.firstSeenAt,
  );
  const kept = Object.keys(traitTimes).filter((name) => isEarlier(traitTimes[name]));
  return withWithheld(
    {
      ...state,
      profile: {
        ...profile,
        traits: Object.fromEntries(Object.entries(profile.traits).filter(([name]) => kept.includes(name))),
        consents: [],
        events: Object.fromEntries(events),
        lastSeenAt,
      },
      traitTimes: Object.fromEntries(kept.map((name) => [name, traitTimes[name] ?? ''])),
      context: {
        zone: before(context.zone),
        country: before(context.country),
        locale: before(context.locale),
      },
    },
    state.withheld,
  );
}

/** @param since how often the event was heard of since. */
function historyBefore(history: EventHistory, moment: string, since: number): EventHistory | null {
  const total = history.total - since;
  if (total <= 0 || history.firstAt >= moment) return null;
  const recent = history.recent.filter((at) => at < Date.parse(moment));
  const days = Object.entries(history.days).filter(([day]) => day < moment.slice(0, 10));
  const last = recent.at(-1);
  const lastDay = days.at(-1)?.[0];
  const lastAt =
    last !== undefined
      ? new Date(last).toISOString()
      : lastDay !== undefined && lastDay > history.firstAt
        ? `${lastDay}T00:00:00.000Z`
        : history.firstAt;
  return { total, firstAt: history.firstAt, lastAt, recent, days: Object.fromEntries(days) };
}
