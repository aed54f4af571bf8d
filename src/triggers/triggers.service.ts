import { Injectable, Logger } from '@nestjs/common';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { ErasedError } from '../platform/vault/index.js';
import { WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Applied, ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { Clock, durationMs } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Firing } from './firing.js';
import { type Fire, observeSignal, SILENCE, type Timer, timerDue, type Watch, watchedBy } from './match.js';
import { selectUnwatched } from './silence.read-model.js';
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
  type TimerRow,
  type WatchKey,
} from './triggers.repository.js';

/** Kind of the work that follows from a firing; its key is the firing's id. */
const FIRED = 'trigger.fired';
/** Firings a day that may lead to messages to one e-mail address: anybody can send signals with a public write key. */
const MOST_FIRINGS_A_DAY = 25;
const DAY_MS = 86_400_000;
/** A person whose timers cannot be looked at stands back for so long. */
const TROUBLE_MS = 60_000;
const SWEEP = 1_000;

interface ProfileFire {
  readonly profile: Profile;
  readonly fire: Fire;
}

/** When to pay attention to somebody: matches signals and runs what waits. */
@Injectable()
export class TriggersService {
  private readonly logger = new Logger('triggers');

  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly work: WorkService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Looks at applied signals in their order; fires, counts, and begins to wait. The profiles are locked by this transaction. */
  async observe(tx: Tx, bundle: Bundle, applied: readonly Applied[], now: Date): Promise<void> {
    if (applied.length === 0) return;
    const canonical = await this.followMerges(tx, applied);
    const held = await this.watches(tx, bundle, applied, canonical);
    const watches = new Map(held);
    const fires: ProfileFire[] = [];
    for (const one of applied) {
      const profileId = canonical(one.profileId);
      const watch = watches.get(profileId) ?? NOTHING;
      const observed = observeSignal(bundle, watch, one, now.toISOString());
      watches.set(profileId, observed.watch);
      fires.push(
        ...observed.fires.map((fire) => ({
          profile: { ...one.after, id: profileId },
          fire,
        })),
      );
    }
    await this.saveWatches(tx, held, watches, now);
    await this.fire(tx, bundle, fires, now);
  }

  /** Moves what waits for merged profiles. @returns where a profile of this batch went. */
  private async followMerges(tx: Tx, applied: readonly Applied[]): Promise<(id: string) => string> {
    const mergedInto = new Map<string, string>();
    for (const { profileId, merged } of applied) {
      if (merged.length === 0) continue;
      for (const from of merged) mergedInto.set(from, profileId);
      await moveWatches(tx, merged, profileId);
    }
    return (id) => {
      let last = id;
      for (let into = mergedInto.get(last); into !== undefined; into = mergedInto.get(last)) last = into;
      return last;
    };
  }

  private async watches(
    tx: Tx,
    bundle: Bundle,
    applied: readonly Applied[],
    canonical: (id: string) => string,
  ): Promise<Map<string, Watch>> {
    const asked = { hits: new Map<string, WatchKey>(), timers: new Map<string, WatchKey>() };
    for (const { signal, profileId } of applied) {
      const profile_id = canonical(profileId);
      const by = watchedBy(bundle, signal);
      for (const kind of ['hits', 'timers'] as const)
        for (const trigger_id of by[kind])
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
    held: ReadonlyMap<string, Watch>,
    now: ReadonlyMap<string, Watch>,
    at: Date,
  ): Promise<void> {
    const changes = [...now].map(([profileId, after]) => ({
      profile_id: profileId,
      before: held.get(profileId) ?? NOTHING,
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

  /** Saves firings, once per occasion, and asks for the decision that follows. */
  private async fire(tx: Tx, bundle: Bundle, fires: readonly ProfileFire[], now: Date): Promise<void> {
    if (fires.length === 0) return;
    const addressed = fires.map(({ profile, fire }) => {
      const { email } = profile.addresses;
      return {
        profileId: profile.id,
        fire,
        address: email === null ? null : this.profiles.addressHash('email', email),
      };
    });
    const addresses = addressed.flatMap(({ address }) => address ?? []);
    const counts = await countFirings(tx, [...new Set(addresses)], new Date(now.getTime() - DAY_MS));
    const rows = addressed.map(({ profileId, fire, address }) => {
      const count = address === null ? 0 : (counts.get(address) ?? 0);
      if (address !== null) counts.set(address, count + 1);
      const capped = count >= MOST_FIRINGS_A_DAY;
      return {
        id: this.ids.make('fir'),
        profile_id: profileId,
        trigger_id: fire.triggerId,
        occasion: fire.occasion,
        bundle_hash: bundle.hash,
        signal_id: fire.signalId,
        evidence: canonicalJson(capped ? { ...fire.evidence, cappedForAddress: count } : fire.evidence),
        address_hash: address,
        capped,
      };
    });
    const fresh = await insertFirings(tx, rows, now);
    const followed = rows.filter((row) => fresh.has(row.id) && !row.capped);
    if (followed.length > 0)
      await this.work.enqueue(tx, ...followed.map((row) => ({ kind: FIRED, key: row.id, dueAt: now })));
  }

  /**
   * Looks at due timers, each person in a transaction of their own.
   * @returns how many timers were looked at; fewer than due when `limit` was reached.
   */
  async runDueTimers(limit: number): Promise<number> {
    const now = this.clock.now();
    const due = await selectDueProfiles(this.database.db, now, limit);
    if (due.length === 0) return 0;
    const bundle = this.policies.active();
    let looked = 0;
    for (const profileId of due) looked += await this.runTimersOf(bundle, profileId, now);
    return looked;
  }

  private async runTimersOf(bundle: Bundle, profileId: string, now: Date): Promise<number> {
    try {
      return await this.database.transaction((tx) => this.runLocked(tx, bundle, profileId, now));
    } catch (error) {
      if (error instanceof ErasedError) {
        await this.database.transaction((tx) => deleteTimersOf(tx, profileId));
        return 1;
      }
      this.logger.error(`timers of ${profileId}: ${String(error)}`);
      await this.database.transaction((tx) =>
        postponeProfile(tx, profileId, now, new Date(now.getTime() + TROUBLE_MS)),
      );
      return 1;
    }
  }

  private async runLocked(tx: Tx, bundle: Bundle, profileId: string, now: Date): Promise<number> {
    const profile = await this.profiles.lock(tx, profileId);
    // Read under the lock: another worker may have run them, or a merge moved them.
    const both = [...new Set([profileId, profile.id])];
    const rows = await selectDueTimers(tx, both, now);
    const fires: ProfileFire[] = [];
    const covered = new Set<string>();
    for (const row of rows) {
      if (covered.has(row.trigger_id)) continue;
      const outcome = timerDue(bundle, toTimer(row), profile, now.toISOString());
      if (outcome.kind === 'rearm') {
        await postponeTimers(tx, [{ ...keyOf(row), due_at: outcome.dueAt }]);
        continue;
      }
      await deleteTimers(tx, [keyOf(row)]);
      if (outcome.kind === 'drop') continue;
      fires.push({ profile, fire: outcome.fire });
      covered.add(row.trigger_id);
      await deleteBegun(tx, both, row.trigger_id, now);
    }
    await this.fire(tx, bundle, fires, now);
    return rows.length;
  }

  /** Begins to wait for the silence of everybody who is silent already: a bundle may bring a trigger that no signal has armed yet. */
  async watchSilence(bundle: Bundle): Promise<void> {
    const now = this.clock.now();
    for (const { spec } of bundle.triggersForAnySignal) {
      if (spec.kind !== 'inactivity') continue;
      const wait = durationMs(spec.for);
      const seenAfter = new Date(now.getTime() - wait - durationMs(bundle.engine.lateAfter));
      for (let after = ''; ;) {
        const people = await selectUnwatched(this.database.db, spec.id, { seenAfter, after, limit: SWEEP });
        const last = people.at(-1);
        if (last === undefined) break;
        after = last.id;
        const timers = people.map((person) => ({
          profile_id: person.id,
          trigger_id: spec.id,
          occasion: SILENCE,
          since: person.last_seen_at.toISOString(),
          due_at: new Date(person.last_seen_at.getTime() + wait).toISOString(),
          signal_id: null,
        }));
        await this.database.transaction((tx) => insertTimers(tx, timers, now));
      }
    }
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

const NOTHING: Watch = { hits: [], timers: [] };

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
