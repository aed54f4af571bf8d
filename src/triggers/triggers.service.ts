import { Injectable } from '@nestjs/common';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { ErasedError } from '../platform/vault/index.js';
import { WorkService } from '../platform/work/index.js';
import { Log, Metrics, noted, type Trace } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type InForce, PoliciesService } from '../policies/index.js';
import { type Applied, ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { Clock, durationMs } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Firing, MOST_FIRINGS_A_DAY } from './firing.js';
import {
  type Fire,
  joinWatches,
  NOTHING_WATCHED,
  observeSignal,
  SILENCE,
  type Timer,
  timerDue,
  type Watch,
  watchedBy,
} from './match.js';
import { armSilences, holdSweep, moveSweep, selectEndOfStep, type Sweep } from './silence.repository.js';
import {
  countFirings,
  deleteBegun,
  deleteHits,
  deleteTimers,
  deleteTimersOf,
  insertFirings,
  insertHits,
  insertTimers,
  moveWatches,
  postponeProfile,
  postponeTimers,
  selectDueProfiles,
  selectDueTimers,
  selectFiring,
  selectHits,
  selectTimers,
  type TimerKey,
  type TimerRow,
  type WatchKey,
} from './triggers.repository.js';

/** Kind of the work that follows from a firing; its key is the firing's id. */
const FIRED = 'trigger.fired';
const DAY_MS = 86_400_000;
/** A person whose timers cannot be looked at stands back for so long. */
const TROUBLE_MS = 60_000;
/** People in one step of a sweep; they are held until it has ended. */
const SWEEP = 500;
/** Processes that may look at timers at the same time and find something each. */
const LOOKERS = 4;

interface ProfileFire {
  readonly profile: Profile;
  readonly fire: Fire;
  readonly trace: Trace | null;
}

/** When to pay attention to somebody: matches signals and runs what waits. */
@Injectable()
export class TriggersService {
  private readonly log = new Log('triggers');

  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly work: WorkService,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Looks at applied signals in their order; fires, counts, and begins to wait. The profiles are locked by this transaction.
   * @param traces of the signals that are followed, by signal id.
   * @returns ids of the signals that something will be decided about.
   */
  async observe(
    tx: Tx,
    bundle: Bundle,
    applied: readonly Applied[],
    now: Date,
    traces: ReadonlyMap<string, Trace> = NOBODY_FOLLOWED,
  ): Promise<ReadonlySet<string>> {
    if (applied.length === 0) return NO_SIGNALS;
    const family = familiesOf(applied);
    // Read before it is moved: until the signal that joins two people each is watched for themselves, wherever a batch was cut.
    const held = await this.watches(tx, bundle, applied, family);
    for (const { profileId, merged } of applied)
      if (merged.length > 0) await moveWatches(tx, merged, profileId);
    const watches = new Map(held);
    const fires: ProfileFire[] = [];
    for (const one of applied) {
      const { profileId } = one;
      const watch = one.merged.reduce(
        (joined, from) => joinWatches(joined, watches.get(from) ?? NOTHING_WATCHED),
        watches.get(profileId) ?? NOTHING_WATCHED,
      );
      for (const from of one.merged) watches.delete(from);
      const observed = observeSignal(bundle, watch, one, now.toISOString());
      watches.set(profileId, observed.watch);
      const profile = { ...one.after, id: family.headOf(profileId) };
      const trace = traces.get(one.signal.id) ?? null;
      fires.push(...observed.fires.map((fire) => ({ profile, fire, trace })));
    }
    await this.saveWatches(tx, family, held, watches, now, traces);
    return this.fire(tx, bundle, fires, now);
  }

  private async watches(
    tx: Tx,
    bundle: Bundle,
    applied: readonly Applied[],
    family: Families,
  ): Promise<Map<string, Watch>> {
    const asked = { hits: new Map<string, WatchKey>(), timers: new Map<string, WatchKey>() };
    for (const { signal, profileId } of applied) {
      const by = watchedBy(bundle, signal);
      for (const kind of ['hits', 'timers'] as const)
        for (const trigger_id of by[kind])
          for (const profile_id of family.membersOf(profileId))
            asked[kind].set(`${profile_id} ${trigger_id}`, { profile_id, trigger_id });
    }
    const watches = new Map<string, { timers: Timer[]; hits: Watch['hits'][number][] }>();
    const of = (id: string): { timers: Timer[]; hits: Watch['hits'][number][] } => {
      const watch = watches.get(id) ?? { timers: [], hits: [] };
      watches.set(id, watch);
      return watch;
    };
    for (const row of await selectTimers(tx, [...asked.timers.values()]))
      of(row.profile_id).timers.push(toTimer(row));
    for (const row of await selectHits(tx, [...asked.hits.values()])) {
      of(row.profile_id).hits.push({
        triggerId: row.trigger_id,
        signalId: row.signal_id,
        at: row.at.toISOString(),
      });
    }
    return watches;
  }

  private async saveWatches(
    tx: Tx,
    family: Families,
    held: ReadonlyMap<string, Watch>,
    now: ReadonlyMap<string, Watch>,
    at: Date,
    traces: ReadonlyMap<string, Trace>,
  ): Promise<void> {
    const changes = [...now].map(([profileId, after]) => ({
      profile_id: profileId,
      before: family
        .membersOf(profileId)
        .map((id) => held.get(id) ?? NOTHING_WATCHED)
        .reduce(joinWatches, NOTHING_WATCHED),
      after,
    }));
    const timers = changes.flatMap(({ profile_id, before, after }) =>
      after.timers
        .filter((timer) => !before.timers.includes(timer))
        .map((timer) => ({
          profile_id,
          trigger_id: timer.triggerId,
          occasion: timer.occasion,
          since: timer.since,
          due_at: timer.dueAt,
          signal_id: timer.signalId,
          trace: traces.get(timer.signalId ?? '') ?? null,
        })),
    );
    const hits = changes.flatMap(({ profile_id, before, after }) =>
      after.hits
        .filter((hit) => !before.hits.includes(hit))
        .map((hit) => ({ profile_id, trigger_id: hit.triggerId, signal_id: hit.signalId, at: hit.at })),
    );
    const spent = changes.flatMap(({ profile_id, before, after }) =>
      before.hits
        .filter((hit) => !after.hits.includes(hit))
        .map((hit) => ({ profile_id, trigger_id: hit.triggerId, signal_id: hit.signalId })),
    );
    if (timers.length > 0) await insertTimers(tx, timers, at);
    if (spent.length > 0) await deleteHits(tx, spent);
    if (hits.length > 0) await insertHits(tx, hits);
  }

  /** Saves firings, once per occasion, and asks for the decision that follows. @returns ids of the signals behind what was asked for. */
  private async fire(
    tx: Tx,
    bundle: Bundle,
    fires: readonly ProfileFire[],
    now: Date,
  ): Promise<ReadonlySet<string>> {
    if (fires.length === 0) return NO_SIGNALS;
    const addressed = fires.map(({ profile, fire, trace }) => {
      const { email } = profile.addresses;
      return {
        profileId: profile.id,
        fire,
        trace,
        address: email === null ? null : this.profiles.addressHash('email', email),
      };
    });
    const counts = await countFirings(
      tx,
      {
        profileIds: [...new Set(addressed.map(({ profileId }) => profileId))],
        addressHashes: [...new Set(addressed.flatMap(({ address }) => address ?? []))],
      },
      new Date(now.getTime() - DAY_MS),
    );
    const count = (key: string | null): number => (key === null ? 0 : (counts.get(key) ?? 0));
    const traces = new Map<string, Trace>();
    const rows = addressed.map(({ profileId, fire, trace, address }) => {
      const [ofPerson, ofAddress] = [count(profileId), count(address)];
      const capped = ofPerson >= MOST_FIRINGS_A_DAY || ofAddress >= MOST_FIRINGS_A_DAY;
      const why = {
        ...(ofPerson >= MOST_FIRINGS_A_DAY ? { cappedForPerson: ofPerson } : {}),
        ...(ofAddress >= MOST_FIRINGS_A_DAY ? { cappedForAddress: ofAddress } : {}),
      };
      if (!capped) for (const key of [profileId, address]) if (key !== null) counts.set(key, count(key) + 1);
      const id = this.ids.make('fir');
      if (trace !== null) traces.set(id, trace);
      return {
        id,
        profile_id: profileId,
        trigger_id: fire.triggerId,
        occasion: fire.occasion,
        bundle_hash: bundle.hash,
        signal_id: fire.signalId,
        evidence: canonicalJson({ ...fire.evidence, ...why }),
        address_hash: address,
        capped,
      };
    });
    const fresh = await insertFirings(tx, rows, now);
    this.database.afterCommit(() => {
      for (const { id, capped } of rows)
        if (fresh.has(id))
          this.metrics.count('countersign_firings_total', { capped: capped ? 'true' : 'false' });
    });
    const followed = rows.filter((row) => fresh.has(row.id) && !row.capped);
    if (followed.length > 0)
      await this.work.enqueue(
        tx,
        ...followed.map((row) => ({
          kind: FIRED,
          key: row.id,
          dueAt: now,
          trace: this.fired(row, traces.get(row.id) ?? null),
        })),
      );
    return new Set(followed.flatMap(({ signal_id }) => signal_id ?? []));
  }

  private fired(row: { readonly id: string; readonly trigger_id: string }, from: Trace | null): Trace | null {
    return noted(from, 'fire trigger', {
      'countersign.trigger.id': row.trigger_id,
      'countersign.firing.id': row.id,
    });
  }

  /**
   * Looks at the due timers of many people in one transaction. Who is being dealt with elsewhere is passed over until the next time, so that
   * several processes may look at once.
   * @param limit people at most.
   * @returns how many people's were looked at; fewer than due when `limit` was reached or somebody was passed over.
   */
  async runDueTimers(limit: number): Promise<number> {
    const now = this.clock.now();
    const bundle = this.policies.active();
    let locked: readonly { readonly id: string; readonly profile: Profile | null }[] = [];
    const together = await this.database
      .transaction(async (tx) => {
        const due = await selectDueProfiles(tx, now, limit * LOOKERS);
        locked = due.length === 0 ? [] : await this.profiles.lockFree(tx, due, limit);
        await this.runLocked(
          tx,
          bundle,
          locked.flatMap(({ profile }) => profile ?? []),
          now,
        );
        return true;
      })
      .catch((error: unknown) => {
        if (locked.length === 0) throw error;
        this.log.warn('timers.one_by_one', { people: locked.length, error });
        return false;
      });
    const apart = together ? locked.filter(({ profile }) => profile === null) : locked;
    for (const { id } of apart) await this.runTimersOf(bundle, id, now);
    return locked.length;
  }

  /** Of one person alone: somebody who was merged or erased, or one of many of whom one stopped the others. */
  private async runTimersOf(bundle: Bundle, profileId: string, now: Date): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        const profile = await this.profiles.lock(tx, profileId);
        // What waits under the name of somebody who was merged waits for whom they became.
        if (profile.id !== profileId) await moveWatches(tx, [profileId], profile.id);
        await this.runLocked(tx, bundle, [profile], now);
      });
    } catch (error) {
      if (error instanceof ErasedError) {
        await this.database.transaction((tx) => deleteTimersOf(tx, profileId));
        return;
      }
      this.log.error('timers.person_failed', { profile: profileId, error });
      await this.database.transaction((tx) =>
        postponeProfile(tx, profileId, now, new Date(now.getTime() + TROUBLE_MS)),
      );
    }
  }

  /** Read under the locks: another worker may have run them, or a merge moved them. */
  private async runLocked(tx: Tx, bundle: Bundle, people: readonly Profile[], now: Date): Promise<void> {
    if (people.length === 0) return;
    const profiles = new Map(people.map((profile) => [profile.id, profile]));
    const rows = await selectDueTimers(tx, [...profiles.keys()], now);
    const fires: ProfileFire[] = [];
    const ended: TimerKey[] = [];
    const rearmed: (TimerKey & { due_at: string })[] = [];
    const covered = new Map<string, WatchKey>();
    for (const row of rows) {
      const profile = profiles.get(row.profile_id);
      const cover = `${row.profile_id} ${row.trigger_id}`;
      if (profile === undefined || covered.has(cover)) continue;
      const outcome = timerDue(bundle, toTimer(row), profile, now.toISOString());
      if (outcome.kind === 'rearm') {
        rearmed.push({ ...keyOf(row), due_at: outcome.dueAt });
        continue;
      }
      ended.push(keyOf(row));
      if (outcome.kind === 'drop') continue;
      fires.push({ profile, fire: outcome.fire, trace: row.trace });
      covered.set(cover, { profile_id: row.profile_id, trigger_id: row.trigger_id });
    }
    if (rearmed.length > 0) await postponeTimers(tx, rearmed);
    if (ended.length > 0) await deleteTimers(tx, ended);
    if (covered.size > 0) await deleteBegun(tx, [...covered.values()], now);
    await this.fire(tx, bundle, fires, now);
  }

  /**
   * Goes one step further in waiting for the silence of everybody who is silent already: a playbook may bring a trigger that no signal has
   * armed yet, or one that waits less long than before. Whatever of it another process is at is left to that process.
   * @returns whether it went further, and whether nothing is left of this pass.
   */
  async watchSilence(
    { activation, bundle }: InForce,
    pass: Sweep['pass'],
  ): Promise<{ readonly went: boolean; readonly done: boolean }> {
    let done = true;
    for (const { spec } of bundle.triggersForAnySignal) {
      if (spec.kind !== 'inactivity') continue;
      const state = await this.sweepStep({ activation, triggerId: spec.id, pass }, spec.for, bundle);
      if (state === 'further') return { went: true, done: false };
      if (state === 'held elsewhere') done = false;
    }
    return { went: false, done };
  }

  private sweepStep(
    sweep: Sweep,
    wait: string,
    bundle: Bundle,
  ): Promise<'further' | 'held elsewhere' | 'finished'> {
    return this.database.transaction(async (tx) => {
      const state = await holdSweep(tx, sweep);
      if (state.kind !== 'at') return state.kind;
      const now = this.clock.now();
      const waitMs = durationMs(wait);
      const { after } = state;
      const upTo = await selectEndOfStep(tx, after, SWEEP);
      const seenAfter = new Date(now.getTime() - waitMs - durationMs(bundle.engine.lateAfter));
      const timer = { triggerId: sweep.triggerId, occasion: SILENCE, waitMs };
      await armSilences(tx, timer, { after, upTo, seenAfter }, now);
      await moveSweep(tx, sweep, upTo, now);
      return 'further';
    });
  }

  /** @throws Error when there is no such firing. */
  async firing(db: Executor, id: string): Promise<Firing> {
    const row = await selectFiring(db, id);
    if (row === null) throw new Error(`there is no firing ${id}`);
    return {
      id: row.id,
      profileId: row.profile_id,
      triggerId: row.trigger_id,
      occasion: row.occasion,
      bundleHash: row.bundle_hash,
      signalId: row.signal_id,
      firedAt: row.fired_at.toISOString(),
      evidence: JSON.parse(row.evidence) as Record<string, Json>,
    };
  }
}

const NO_SIGNALS: ReadonlySet<string> = new Set();
const NOBODY_FOLLOWED: ReadonlyMap<string, Trace> = new Map();

/** Who became one person within a batch. */
interface Families {
  /** Whom a profile is part of in the end. */
  readonly headOf: (id: string) => string;
  /** A profile and all that become part of the same person. */
  readonly membersOf: (id: string) => readonly string[];
}

function familiesOf(applied: readonly Applied[]): Families {
  const into = new Map<string, string>();
  for (const { profileId, merged } of applied) for (const from of merged) into.set(from, profileId);
  const headOf = (id: string): string => {
    const next = into.get(id);
    return next === undefined ? id : headOf(next);
  };
  const members = new Map<string, string[]>();
  for (const id of new Set([...into.keys(), ...into.values()])) {
    const head = headOf(id);
    members.set(head, [...(members.get(head) ?? []), id]);
  }
  return { headOf, membersOf: (id) => members.get(headOf(id)) ?? [id] };
}

function toTimer(row: TimerRow): Timer {
  return {
    triggerId: row.trigger_id,
    occasion: row.occasion,
    since: row.since.toISOString(),
    dueAt: row.due_at.toISOString(),
    signalId: row.signal_id,
  };
}

function keyOf(row: TimerRow): { profile_id: string; trigger_id: string; occasion: string } {
  return { profile_id: row.profile_id, trigger_id: row.trigger_id, occasion: row.occasion };
}
