import { Injectable } from '@nestjs/common';
import { profileFamilies } from '../decisions/index.js';
import { firstMonth, OWN_MS, segmentOf } from '../decisions/best-hours.js';
import { historyMs } from '../decisions/needs.js';
import { type Executor } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { declaredEvents } from '../profiles/declared.js';
import { STAGES } from '../profiles/stage.js';
import { type ProfileState } from '../profiles/projection.js';
import { type Json } from '../shared/canonical-json.js';
import { unitHash } from '../shared/hash.js';
import { addressHash } from '../shared/identity.js';
import { type Signal } from '../signals/signal.js';
import {
  type AddressSuppression,
  type KnownFact,
  type MonthCount,
  PersonSimulation,
  type World,
} from './simulate.js';
import { longestWait, type SimulationRequest } from './simulation-request.js';
import {
  type LeftOut,
  type SimulatedPerson,
  type SimulationTally,
  withLeftOut,
  withPerson,
} from './simulation-tally.js';
import {
  type HeardConsent,
  type HeardSignal,
  retell,
  type Step,
  type StoredPerson,
} from './stored-person.js';
import {
  countPeople,
  countSignals,
  hasSignals,
  type InQuestion,
  type SealedSignal,
  selectConsents,
  selectEarlierAnswers,
  selectEarlierMessages,
  selectEarlierTasks,
  selectFactVersions,
  selectHourCounts,
  selectPeople,
  selectSignals,
  selectStates,
  selectSuppressed,
} from './stored-people.read-model.js';

/** People whose past is read together, and signals of theirs: some tens of megabytes at most. */
const PEOPLE_AT_ONCE = 25;
const SIGNALS_AT_ONCE = 5_000;
/** Nobody does so much: a test, a bot or a till. They are left out, and counted. */
const MOST_SIGNALS = 5_000;
/** Ids looked at in one go for those that the sample picks. */
const MOST_IDS = 2_000;
/** A step ends with the person after so long, and another one begins: others get their turn, and little is lost when the process ends. */
const STEP_MS = 1_000;
/** So long at most before others get their turn. */
const TURN_MS = 8;
const MOST_FACTS_KNOWN = 5_000;
/** Where suppressions of an address are kept. */
const ADDRESS_SPACES = [
  ['email', ['email']],
  ['phone', ['phone', 'sms', 'whatsapp']],
] as const;

/** The two playbooks that are simulated side by side. */
export interface Playbooks {
  readonly asked: Bundle;
  readonly active: Bundle;
}

/** How far a simulation has come. */
export interface Progress {
  readonly tally: SimulationTally;
  /** The last profile that was looked at. */
  readonly after: string;
  readonly isLast: boolean;
}

/** A profile with those that became part of it. */
interface Family {
  readonly id: string;
  readonly members: readonly string[];
  readonly signals: number;
}

interface OpenedSignal {
  readonly profileId: string;
  readonly signal: Signal;
}

/** Reads people's stored past and lets both playbooks make of it what they would. Reads only. */
@Injectable()
export class Simulator {
  private readonly addressSecret: Buffer;
  private turnedAt = 0;

  constructor(
    private readonly vault: Vault,
    secrets: Secrets,
  ) {
    this.addressSecret = secrets.lookup('address');
  }

  /** How many people come into question, and how many more were erased; null where nothing was heard in the span. */
  async count(
    db: Executor,
    request: Omit<SimulationRequest, 'share'>,
    playbooks: Playbooks,
  ): Promise<{ readonly people: number; readonly erased: number } | null> {
    if (!(await hasSignals(db, request))) return null;
    return countPeople(db, inQuestion(request, playbooks));
  }

  /** Simulates the next people, for about a second. */
  async step(
    db: Executor,
    request: SimulationRequest,
    playbooks: Playbooks,
    { tally, after }: Omit<Progress, 'isLast'>,
  ): Promise<Progress> {
    const started = performance.now();
    this.turnedAt = started;
    const worlds = new Worlds(request, playbooks);
    let now: Progress = { tally, after, isLast: false };
    while (!now.isLast && performance.now() - started < STEP_MS) now = await this.some(db, worlds, now);
    return now;
  }

  /** Some people, one after the other. */
  private async some(db: Executor, worlds: Worlds, { tally, after }: Progress): Promise<Progress> {
    const { request, playbooks } = worlds;
    const limit = Math.min(MOST_IDS, Math.ceil((2 * PEOPLE_AT_ONCE) / request.share));
    const ids = await selectPeople(db, inQuestion(request, playbooks), after, limit);
    const picked = ids.filter((id) => unitHash(`simulate:${request.seed}:${id}`) < request.share);
    const people = picked.slice(0, PEOPLE_AT_ONCE);
    const all = people.length === picked.length;
    let counted = tally;
    for (const group of await this.groups(db, request, people))
      for await (const person of this.people(db, worlds, group))
        counted =
          typeof person === 'string'
            ? withLeftOut(counted, person)
            : withPerson(counted, await this.simulated(db, worlds, person));
    return {
      tally: counted,
      after: (all ? ids.at(-1) : people.at(-1)) ?? after,
      isLast: all && ids.length < limit,
    };
  }

  /** People with few signals together, with many alone. Each with the profiles that became theirs. */
  private async groups(
    db: Executor,
    request: SimulationRequest,
    ids: readonly string[],
  ): Promise<readonly (readonly Family[])[]> {
    if (ids.length === 0) return [];
    const families = await profileFamilies(db, ids);
    const counts = await countSignals(db, [...families.values()].flat(), request);
    const groups: Family[][] = [];
    let held = Infinity;
    for (const id of ids) {
      const members = families.get(id) ?? [id];
      const signals = members.reduce((sum, member) => sum + (counts.get(member) ?? 0), 0);
      const size = signals > MOST_SIGNALS ? 0 : signals;
      if (held + size > SIGNALS_AT_ONCE) {
        groups.push([]);
        held = 0;
      }
      groups.at(-1)?.push({ id, members, signals });
      held += size;
    }
    return groups;
  }

  private async *people(
    db: Executor,
    { request, historyFrom, waitForHours }: Worlds,
    group: readonly Family[],
  ): AsyncGenerator<StoredPerson | LeftOut> {
    const read = group.filter(({ signals }) => signals <= MOST_SIGNALS);
    const members = read.flatMap((family) => family.members);
    const answersFrom = new Date(Date.parse(request.since) - OWN_MS);
    const [states, signals, consents, messages, tasks, answers] = [
      await selectStates(
        db,
        read.map(({ id }) => id),
      ),
      await selectSignals(db, members, request),
      await selectConsents(db, members, request.asked),
      await selectEarlierMessages(db, members, { since: request.since, historyFrom }),
      await selectEarlierTasks(db, members, request.since),
      waitForHours
        ? await selectEarlierAnswers(db, members, { since: answersFrom, until: request.since })
        : [],
    ];
    const keys = await this.vault.keys(db, [
      ...new Set([...states.map(({ id }) => id), ...signals.map(({ key_id }) => key_id)]),
    ]);
    for (const family of group) {
      await this.giveWay();
      if (family.signals > MOST_SIGNALS) {
        yield 'tooMany';
        continue;
      }
      const isTheirs = (row: { readonly profile_id: string }): boolean =>
        family.members.includes(row.profile_id);
      const state = states.find(({ id }) => id === family.id)?.state;
      const key = keys.get(family.id);
      if (state === undefined || key === undefined) {
        yield 'erased';
        continue;
      }
      const opened = await this.open(keys, key, { state, signals: signals.filter(isTheirs) });
      if (opened === null) {
        yield 'unreadable';
        continue;
      }
      yield {
        id: family.id,
        state: opened.state,
        signals: heardIn(request, opened.signals),
        consents: consents
          .filter(isTheirs)
          .map((row): HeardConsent => {
            const { profile_id: profileId, channel, topic, state: said, source } = row;
            const at = row.at.toISOString();
            const heard = request.heard === 'arrival' ? row.recorded_at.toISOString() : at;
            return { at: heard, profileId, consent: { channel, topic, state: said, source, at } };
          })
          .toSorted(byTime),
        messages: messages.filter(isTheirs).map((row) => {
          const { id, profile_id: profileId, action, channel, class: kind, tags, topic, offer } = row;
          return {
            profileId,
            past: { messageId: id, action, channel, class: kind, tags, topic, offer },
            sendAt: row.send_at.toISOString(),
            sentAt: row.sent_at?.toISOString() ?? null,
            endedAt: row.ended_at?.toISOString() ?? null,
          };
        }),
        tasks: tasks.filter(isTheirs).map((row) => ({
          id: row.id,
          profileId: row.profile_id,
          code: row.reason_code,
          reason: row.reason,
          openedAt: row.created_at.toISOString(),
          closedAt: row.closed_at?.toISOString() ?? null,
        })),
        answers: answers.filter(isTheirs).map((row) => ({
          profileId: row.profile_id,
          channel: row.channel,
          at: row.sent_at.getTime(),
          answered: row.answered,
        })),
      };
    }
  }

  /** Null where a byte was changed; a signal whose key is gone was erased. */
  private async open(
    keys: ReadonlyMap<string, Uint8Array>,
    key: Uint8Array,
    sealed: { readonly state: Uint8Array; readonly signals: readonly SealedSignal[] },
  ): Promise<{ readonly state: ProfileState; readonly signals: readonly OpenedSignal[] } | null> {
    try {
      const state = JSON.parse(this.vault.unsealText(key, sealed.state)) as ProfileState;
      const signals: OpenedSignal[] = [];
      for (const { profile_id: profileId, key_id, body } of sealed.signals) {
        await this.giveWay();
        const own = keys.get(key_id);
        if (own !== undefined)
          signals.push({ profileId, signal: JSON.parse(this.vault.unsealText(own, body)) as Signal });
      }
      return { state, signals };
    } catch {
      // It is counted, and told of by `npm run verify`; it keeps nobody else from being looked at.
      return null;
    }
  }

  /** One person under both playbooks, again with every fact that either asks for and that was not at hand. */
  private async simulated(db: Executor, worlds: Worlds, person: StoredPerson): Promise<SimulatedPerson> {
    const { steps: telling, fromProfile } = retell(person, worlds.declared);
    const steps: Step[] = [];
    for (const step of telling) {
      steps.push(step);
      await this.giveWay();
    }
    const suppressions = await this.suppressions(db, steps);
    await this.learnHours(db, worlds, steps);
    if (worlds.facts.size > MOST_FACTS_KNOWN) worlds.facts.clear();
    for (;;) {
      const [asked, active] = [
        new PersonSimulation(worlds.asked, person, suppressions),
        new PersonSimulation(worlds.active, person, suppressions),
      ];
      for (const simulation of worlds.areSame ? [asked] : [asked, active]) {
        for (const step of steps) {
          simulation.hear(step);
          if (simulation.unknownFacts.size > 0) break;
          await this.giveWay();
        }
        if (simulation.unknownFacts.size === 0) simulation.end();
      }
      const unknown = [...asked.unknownFacts, ...active.unknownFacts];
      if (unknown.length === 0)
        return {
          id: person.id,
          signals: person.signals.length,
          fromProfile,
          asked,
          active: worlds.areSame ? asked : active,
        };
      await this.learn(db, worlds, unknown);
    }
  }

  /** Counts of everyone, and of whom this person may be counted with. */
  private async learnHours(
    db: Executor,
    { hours, request, waitForHours }: Worlds,
    steps: readonly Step[],
  ): Promise<void> {
    if (!waitForHours) return;
    const countries = new Set(steps.map(({ after }) => after.country));
    const segments = [...countries].flatMap((country) => STAGES.map((stage) => segmentOf(country, stage)));
    const unknown = ['', ...segments].filter((segment) => !hours.has(segment));
    if (unknown.length === 0) return;
    const months = { from: firstMonth(new Date(request.since)), to: request.until.slice(0, 10) };
    const rows = await selectHourCounts(db, unknown, months);
    for (const segment of unknown)
      hours.set(
        segment,
        rows.filter((row) => row.segment === segment),
      );
  }

  private async learn(db: Executor, { facts, request }: Worlds, ids: readonly string[]): Promise<void> {
    const versions = new Map<string, KnownFact[]>(ids.map((id) => [id, []]));
    for (const row of await selectFactVersions(db, ids, request.asked))
      versions.get(row.id)?.push({
        since: row.created_at.toISOString(),
        fact: {
          id: row.id,
          version: row.version,
          kind: row.kind,
          data: JSON.parse(row.data) as Record<string, Json>,
          validFrom: row.valid_from?.toISOString() ?? null,
          validUntil: row.valid_until?.toISOString() ?? null,
          source: row.source,
        },
      });
    for (const [id, known] of versions) facts.set(id, known);
  }

  /** What was suppressed of all addresses that this person ever had. */
  private async suppressions(db: Executor, steps: readonly Step[]): Promise<AddressSuppression[]> {
    const byHash = new Map<string, string>();
    const seen = new Set<string>();
    for (const { after } of steps) {
      const { addresses } = after;
      const both = `${addresses.email ?? ''} ${addresses.phone ?? ''}`;
      if (seen.has(both)) continue;
      seen.add(both);
      for (const [kind, spaces] of ADDRESS_SPACES)
        for (const space of spaces) {
          const address = addresses[kind];
          if (address !== null) byHash.set(addressHash(this.addressSecret, space, address), address);
        }
    }
    if (byHash.size === 0) return [];
    const rows = await selectSuppressed(db, [...byHash.keys()]);
    return rows.map(({ channel, address_hash, reason, at }) => ({
      address: byHash.get(address_hash) ?? '',
      channel,
      reason,
      at: at.toISOString(),
    }));
  }

  /** Lets others have their turn when this took some milliseconds. */
  private async giveWay(): Promise<void> {
    if (performance.now() - this.turnedAt < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnedAt = performance.now();
  }
}

/** Both playbooks' worlds for as long as a step lasts. */
class Worlds {
  /** Versions of the facts that were asked for, by id. */
  readonly facts = new Map<string, readonly KnownFact[]>();
  /** When messages were answered, by the segments that were asked for. */
  readonly hours = new Map<string, readonly MonthCount[]>();
  /** Whether an action of either waits for the hour at which people answer. */
  readonly waitForHours: boolean;
  readonly declared: ReadonlySet<string>;
  readonly asked: World;
  readonly active: World;
  readonly areSame: boolean;
  /** Earlier messages count no more for either. */
  readonly historyFrom: Date;

  constructor(
    readonly request: SimulationRequest,
    readonly playbooks: Playbooks,
  ) {
    const { asked, active } = playbooks;
    this.declared = new Set([...declaredEvents(asked), ...declaredEvents(active)]);
    this.asked = this.world(asked);
    this.active = this.world(active);
    this.areSame = asked.hash === active.hash;
    this.waitForHours = [asked, active].some(({ actions }) =>
      [...actions.values()].some(({ spec }) => spec.bestHours === true),
    );
    this.historyFrom = new Date(Date.parse(request.since) - Math.max(historyMs(asked), historyMs(active)));
  }

  private world(bundle: Bundle): World {
    const { since, until, seed, assumptions, heard } = this.request;
    return {
      bundle,
      since,
      until,
      seed,
      assumptions,
      facts: this.facts,
      factsAlways: heard === 'occurrence',
      hours: this.hours,
    };
  }
}

function inQuestion(
  { since, until }: Pick<SimulationRequest, 'since' | 'until'>,
  { asked, active }: Playbooks,
): InQuestion {
  return { until, seenSince: new Date(Date.parse(since) - longestWait([asked, active])) };
}

function heardIn({ heard }: SimulationRequest, signals: readonly OpenedSignal[]): HeardSignal[] {
  const all = signals.map(({ profileId, signal }) => ({
    profileId,
    signal,
    at: heard === 'arrival' ? signal.receivedAt : signal.occurredAt,
  }));
  // Of one moment they stay in the order of their arrival.
  return heard === 'arrival' ? all : all.toSorted(byTime);
}

function byTime(a: { readonly at: string }, b: { readonly at: string }): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}
