import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { profileFamilies } from '../decisions/index.js';
import { firstMonth, OWN_MS, segmentOf } from '../decisions/best-hours.js';
import { allSharedCaps, slicingOf } from '../decisions/everybody.js';
import { historyMs } from '../decisions/needs.js';
import { counts } from '../decisions/send-time.js';
import { type Executor } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { declaredEvents } from '../profiles/declared.js';
import { STAGES } from '../profiles/stage.js';
import { type ProfileState } from '../profiles/projection.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { unitHash } from '../shared/hash.js';
import { addressHash } from '../shared/identity.js';
import { type Signal } from '../signals/signal.js';
import { affectedPerson, type AffectedPerson } from './affected-person.js';
import {
  type AddressSuppression,
  type KnownFact,
  type MonthCount,
  PersonSimulation,
  type World,
} from './simulate.js';
import { type EarlierTokens, SharedPlaces } from './shared-places.js';
import {
  longestWait,
  MOST_SIGNALS_TOGETHER,
  MOST_TOGETHER,
  type SimulationRequest,
} from './simulation-request.js';
import {
  EMPTY_SIMULATION,
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
  selectEarlierPlaces,
  selectEarlierTasks,
  selectFactVersions,
  selectHourCounts,
  selectPeople,
  selectSignals,
  selectStates,
  selectSuppressed,
} from './stored-people.read-model.js';
import { Town } from './town.js';

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
/** People are held together for so long after the last step: then another process has taken over. */
const FORGOTTEN_AFTER_MS = 120_000;
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

/** Where a simulation stands. */
interface Standing {
  readonly tally: SimulationTally;
  /** The last profile that was looked at. */
  readonly after: string;
}

/** How far a simulation has come. */
export interface Progress extends Standing {
  /** Who would be affected, of the people since it went on. */
  readonly affected: readonly AffectedPerson[];
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

/** People who share caps, all at once, and what is known of how that goes. */
interface TownUnderWay {
  /** Which simulation it belongs to. */
  readonly of: string;
  readonly worlds: Worlds;
  readonly town: Town;
  /** In the order of their ids. */
  readonly residents: SimulatedPerson[];
  readonly leftOut: LeftOut[];
  signals: number;
  /** The last profile that moved in; null when all have. */
  after: string | null;
}

/** Reads people's stored past and lets both playbooks make of it what they would. Reads only. */
@Injectable()
export class Simulator implements OnModuleDestroy {
  private readonly addressSecret: Buffer;
  private turnedAt = 0;
  /** One at a time: it holds everybody's lives. */
  private town: TownUnderWay | null = null;
  private forgetting: NodeJS.Timeout | undefined;

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

  onModuleDestroy(): void {
    clearTimeout(this.forgetting);
    this.town = null;
  }

  /**
   * Simulates for about a second: the next people, one after the other; or all of them together, where a playbook has caps over everybody. What
   * is held together is held by this process alone: another one begins anew, and comes to the same.
   */
  async step(
    db: Executor,
    request: SimulationRequest,
    playbooks: Playbooks,
    { tally, after }: Standing,
  ): Promise<Progress> {
    const started = performance.now();
    this.turnedAt = started;
    if (tally.together !== false && haveSharedCaps(playbooks))
      return this.together(db, request, playbooks, { tally, after });
    const worlds = new Worlds(request, playbooks);
    let now: Progress = { tally, after, affected: [], isLast: false };
    while (!now.isLast && performance.now() - started < STEP_MS) now = await this.some(db, worlds, now);
    return now;
  }

  /** A second of the life of a town. */
  private async together(
    db: Executor,
    request: SimulationRequest,
    playbooks: Playbooks,
    { tally, after }: Standing,
  ): Promise<Progress> {
    const started = performance.now();
    const isOver = (): boolean => performance.now() - started >= STEP_MS;
    const of = canonicalJson([request, playbooks.asked.hash, playbooks.active.hash]);
    const unchanged: Progress = { tally, after, affected: [], isLast: false };
    if (this.town !== null && this.town.of !== of) {
      // Another simulation has its people together: this one waits until they have parted.
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      return unchanged;
    }
    const town = (this.town ??= await this.founded(db, request, playbooks, of));
    this.forgetLater();
    try {
      while (town.after !== null && !isCrowded(town) && !isOver()) await this.moveIn(db, town);
      while (town.after === null && town.town.nextAt !== null && !isOver()) {
        await this.passed(db, town);
        await this.giveWay();
      }
    } catch (error) {
      // Somebody may be half told: it begins anew.
      this.town = null;
      throw error;
    }
    if (isCrowded(town)) {
      this.town = null;
      return { ...unchanged, tally: { ...EMPTY_SIMULATION, together: false } };
    }
    if (town.after !== null || town.town.nextAt !== null)
      return { ...unchanged, tally: { ...tally, people: town.residents.length } };
    this.town = null;
    return this.countedTogether(town);
  }

  private forgetLater(): void {
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => (this.town = null), FORGOTTEN_AFTER_MS).unref();
  }

  private async founded(
    db: Executor,
    request: SimulationRequest,
    playbooks: Playbooks,
    of: string,
  ): Promise<TownUnderWay> {
    const places = {
      asked: await this.places(db, request, playbooks.asked),
      active: await this.places(db, request, playbooks.active),
    };
    return {
      of,
      worlds: new Worlds(request, playbooks, places),
      town: new Town(Date.parse(request.until)),
      residents: [],
      leftOut: [],
      signals: 0,
      after: '',
    };
  }

  /** What messages of before the span hold of a playbook's caps, as if it had been in force then; whether its rules would have matched them nobody asks. */
  private async places(
    db: Executor,
    { since, share }: SimulationRequest,
    bundle: Bundle,
  ): Promise<SharedPlaces> {
    const earlier: EarlierTokens[] = [];
    for (const { limit, counter } of allSharedCaps(bundle)) {
      const { widthMs, span } = slicingOf(limit);
      const from = new Date(Date.parse(since) - (span + 1) * widthMs);
      for (const row of await selectEarlierPlaces(db, { since, from, widthMs })) {
        if (!counts(limit, row)) continue;
        const each = limit.of === 'cost' ? Math.ceil(bundle.channels.get(row.channel)?.contactCost ?? 0) : 1;
        const tokens = each * row.messages * share;
        earlier.push({ counter, slice: row.slice, tokens, until: row.until?.getTime() ?? null });
      }
    }
    return new SharedPlaces(share, earlier);
  }

  /** The next people move in: what lies before the span is told them one after the other. */
  private async moveIn(db: Executor, town: TownUnderWay): Promise<void> {
    const { worlds } = town;
    const { people, after, isLast } = await this.picked(db, worlds, town.after ?? '');
    for (const group of await this.groups(db, worlds.request, people))
      for await (const person of this.people(db, worlds, group)) {
        if (typeof person === 'string') {
          town.leftOut.push(person);
          continue;
        }
        const { steps, fromProfile, asked, active } = await this.lives(db, worlds, person);
        const later: Step[] = [];
        for (const step of steps) {
          if (step.at >= worlds.request.since) {
            later.push(step);
            continue;
          }
          for (const life of new Set([asked, active])) life.hear(step);
          await this.giveWay();
        }
        town.town.settle({ id: person.id, steps: later.values(), lives: [...new Set([asked, active])] });
        town.residents.push({ id: person.id, signals: person.signals.length, fromProfile, asked, active });
        town.signals += later.length;
      }
    town.after = isLast ? null : after;
  }

  /** The next thing happens, once all facts are at hand that it asks for. */
  private async passed(db: Executor, { town, worlds }: TownUnderWay): Promise<void> {
    if (worlds.facts.size > MOST_FACTS_KNOWN) worlds.facts.clear();
    let unknown = town.pass();
    while (unknown.length > 0) {
      await this.learn(db, worlds, unknown);
      unknown = town.goOn();
    }
  }

  private async countedTogether({ residents, leftOut }: TownUnderWay): Promise<Progress> {
    let tally = leftOut.reduce(withLeftOut, { ...EMPTY_SIMULATION, together: true });
    const affected: AffectedPerson[] = [];
    for (const person of residents) {
      tally = withPerson(tally, person);
      const one = affectedOf(person);
      if (one !== null) affected.push(one);
      await this.giveWay();
    }
    return { tally, after: residents.at(-1)?.id ?? '', affected, isLast: true };
  }

  /** Some people, one after the other. */
  private async some(db: Executor, worlds: Worlds, { tally, after, affected }: Progress): Promise<Progress> {
    const { people, ...place } = await this.picked(db, worlds, after);
    let counted = tally;
    const more: AffectedPerson[] = [];
    for (const group of await this.groups(db, worlds.request, people))
      for await (const person of this.people(db, worlds, group)) {
        if (typeof person === 'string') {
          counted = withLeftOut(counted, person);
          continue;
        }
        const simulated = await this.simulated(db, worlds, person);
        counted = withPerson(counted, simulated);
        const one = affectedOf(simulated);
        if (one !== null) more.push(one);
      }
    return { tally: counted, affected: [...affected, ...more], ...place };
  }

  /** The next ones whom the sample picks, and the place behind them. */
  private async picked(
    db: Executor,
    { request, playbooks }: Worlds,
    after: string,
  ): Promise<{ readonly people: readonly string[]; readonly after: string; readonly isLast: boolean }> {
    const limit = Math.min(MOST_IDS, Math.ceil((2 * PEOPLE_AT_ONCE) / request.share));
    const ids = await selectPeople(db, inQuestion(request, playbooks), after, limit);
    const picked = ids.filter((id) => unitHash(`simulate:${request.seed}:${id}`) < request.share);
    const people = picked.slice(0, PEOPLE_AT_ONCE);
    const all = people.length === picked.length;
    return {
      people,
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

  /** One person alone, under both playbooks. */
  private async simulated(db: Executor, worlds: Worlds, person: StoredPerson): Promise<SimulatedPerson> {
    if (worlds.facts.size > MOST_FACTS_KNOWN) worlds.facts.clear();
    const { steps, fromProfile, asked, active } = await this.lives(db, worlds, person);
    for (const life of new Set([asked, active])) {
      for (const step of steps) {
        while (life.dueMs < Date.parse(step.at)) await this.lived(db, worlds, life, () => { life.pass(); }); // prettier-ignore
        await this.lived(db, worlds, life, () => { life.hear(step); }); // prettier-ignore
      }
      while (life.dueMs < Date.parse(worlds.request.until))
        await this.lived(db, worlds, life, () => { life.pass(); }); // prettier-ignore
      life.end();
    }
    return { id: person.id, signals: person.signals.length, fromProfile, asked, active };
  }

  /** Lets something happen to somebody, and looks up what it asks for. */
  private async lived(
    db: Executor,
    worlds: Worlds,
    life: PersonSimulation,
    happen: () => void,
  ): Promise<void> {
    happen();
    while (life.unknownFacts.size > 0) {
      await this.learn(db, worlds, [...life.unknownFacts]);
      life.goOn();
    }
    await this.giveWay();
  }

  /** What somebody will be heard of, and who they are in both worlds before it. */
  private async lives(
    db: Executor,
    worlds: Worlds,
    person: StoredPerson,
  ): Promise<{
    readonly steps: readonly Step[];
    readonly fromProfile: boolean;
    readonly asked: PersonSimulation;
    readonly active: PersonSimulation;
  }> {
    const { steps: telling, fromProfile } = retell(person, worlds.declared);
    const steps: Step[] = [];
    for (const step of telling) {
      // What was said of consent later on is not heard in the span.
      if (step.at < worlds.request.until) steps.push(step);
      await this.giveWay();
    }
    const suppressions = await this.suppressions(db, steps);
    await this.learnHours(db, worlds, steps);
    const asked = new PersonSimulation(worlds.asked, person, suppressions);
    const active = worlds.areSame ? asked : new PersonSimulation(worlds.active, person, suppressions);
    return { steps, fromProfile, asked, active };
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
    return rows.map(({ channel, address_hash, reason, at, lifted_at }) => ({
      address: byHash.get(address_hash) ?? '',
      channel,
      reason,
      at: at.toISOString(),
      until: lifted_at?.toISOString() ?? null,
    }));
  }

  /** Lets others have their turn when this took some milliseconds. */
  private async giveWay(): Promise<void> {
    if (performance.now() - this.turnedAt < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnedAt = performance.now();
  }
}

/** More than can be held at once. */
function isCrowded({ residents, signals }: TownUnderWay): boolean {
  return residents.length > MOST_TOGETHER || signals > MOST_SIGNALS_TOGETHER;
}

function haveSharedCaps({ asked, active }: Playbooks): boolean {
  return allSharedCaps(asked).length + allSharedCaps(active).length > 0;
}

function affectedOf({ id, asked, active }: SimulatedPerson): AffectedPerson | null {
  return affectedPerson(id, { asked: asked.events, active: active.events });
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
    /** Caps over everybody, where people share them. */
    places?: { readonly asked: SharedPlaces; readonly active: SharedPlaces },
  ) {
    const { asked, active } = playbooks;
    this.declared = new Set([...declaredEvents(asked), ...declaredEvents(active)]);
    this.asked = this.world(asked, places?.asked);
    this.active = this.world(active, places?.active);
    this.areSame = asked.hash === active.hash;
    this.waitForHours = [asked, active].some(({ actions }) =>
      [...actions.values()].some(({ spec }) => spec.bestHours === true),
    );
    this.historyFrom = new Date(Date.parse(request.since) - Math.max(historyMs(asked), historyMs(active)));
  }

  private world(bundle: Bundle, places?: SharedPlaces): World {
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
      ...(places === undefined ? {} : { places }),
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
