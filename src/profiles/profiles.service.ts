import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { WorkService } from '../platform/work/index.js';
import { type Channel } from '../policies/playbook.js';
import { Clock } from '../shared/clock.js';
import { addressHash, addressSpace, identityHash, normaliseAddress } from '../shared/identity.js';
import { Ids } from '../shared/ids.js';
import { SignalsService } from '../signals/index.js';
import { IMPORT_SOURCE, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { addressOn, consentFor, EVERY_TOPIC, PHONE_SPACES, withConsent } from './consent.js';
import { type DeclaredEvents } from './history.js';
import { type Consent, type Profile } from './profile.js';
import {
  claimedAddresses,
  mergeStates,
  newState,
  type ProfileState,
  project,
  withWithheld,
} from './projection.js';
import {
  claimAddresses,
  type ConsentRow,
  deleteErased,
  eraseProfiles,
  fillSeenHours,
  insertConsents,
  insertErased,
  insertIdentities,
  insertMerges,
  insertProfiles,
  lockAddress,
  lockFreeProfiles,
  lockProfiles,
  type MergeRow,
  type ProfileRow,
  type ProfileUpdate,
  selectErased,
  selectIdentities,
  selectIdentityHashes,
  selectMerged,
  selectMerges,
  selectPersonBy,
  selectProfile,
  updateProfiles,
} from './profiles.repository.js';
import { selectOpenMarketing } from './open-mail.read-model.js';
import { type LiftedSuppression, type Suppression } from './suppression.js';
import {
  deleteWithdrawals,
  insertSuppression,
  keepForGood,
  liftSuppressions,
  type OwnWithdrawal,
  selectLifted,
  selectSuppressions,
} from './suppressions.repository.js';
import { type CarriedIdentities, type IdentityPlan, planIdentities } from './resolve.js';

/** Profiles that may newly claim one address within a day; further ones keep the trait and are not written to. */
const MOST_CLAIMS_A_DAY = 20;
const DAY_MS = 86_400_000;

/** What one signal did to a profile. */
export interface Applied {
  readonly signal: Signal;
  /** The canonical profile. */
  readonly profileId: string;
  /** Null when the signal is the first that was heard of this person. */
  readonly before: Profile | null;
  readonly after: Profile;
  /** Profiles that this signal merged into this one. */
  readonly merged: readonly string[];
}

/** An address that is to be suppressed. */
interface AddressSuppression {
  /** See `addressSpace`. */
  readonly space: string;
  readonly addressHash: string;
  readonly reason: string;
  readonly source: string;
  /** When it was said, where that is known to lie earlier. */
  readonly saidAt?: Date | null;
  /** The person's own withdrawal, which they may take back; left out, it is for good. */
  readonly withdrawn?: OwnWithdrawal;
}

/** Why a profile holds what another one did. */
interface Merge {
  readonly id: string;
  readonly from: string;
  readonly signalId: string;
  readonly reason: string;
  readonly at: string;
}

/** Somebody bound or merged the same people in the meantime. The code makes the database run the transaction again, on what is there now. */
class RaceLost extends Error {
  override readonly name = 'RaceLost';
  readonly code = '40001';
}

/** A profile while a batch is applied to it. */
interface Open {
  state: ProfileState;
  readonly key: Buffer;
  userHash: string | null;
  /** Nothing was heard of this person before the batch. */
  fresh: boolean;
  changed: boolean;
}

/** What is known of each person: the projection of their signals, kept sealed. */
@Injectable()
export class ProfilesService {
  private readonly identitySecret: Buffer;
  private readonly addressSecret: Buffer;

  constructor(
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly signals: SignalsService,
    private readonly audit: AuditService,
    private readonly work: WorkService,
    secrets: Secrets,
  ) {
    this.identitySecret = secrets.lookup('identity');
    this.addressSecret = secrets.lookup('address');
  }

  /**
   * Applies signals in their order and saves the profiles. Locks every profile concerned, in id order, until the transaction ends.
   * Signals without an identity are left out of the answer.
   * @param declared events that are remembered before all others.
   */
  async apply(tx: Tx, signals: readonly Signal[], declared?: DeclaredEvents): Promise<Applied[]> {
    const ours = signals.filter(({ userId, anonymousId }) => userId !== null || anonymousId !== null);
    if (ours.length === 0) return [];
    const plan = await this.bind(tx, ours);
    const open = await this.open(tx, plan);
    const applied: Applied[] = [];
    const merges: MergeRow[] = [];
    const consents: ConsentRow[] = [];
    ours.forEach((signal, i) => {
      const step = plan.steps[i];
      if (step === undefined) return;
      const one = this.applyOne(signal, step, open, declared);
      applied.push(one.applied);
      merges.push(...one.merges);
      consents.push(...one.consents);
    });
    await this.capClaims(tx, open, applied);
    const now = this.clock.now();
    // Before the updates: a userId moves from the merged profile to the one that takes it over.
    if (merges.length > 0) await insertMerges(tx, merges, now);
    await this.save(tx, open);
    if (consents.length > 0) await insertConsents(tx, consents, now);
    return applied;
  }

  /** Decides whom the signals belong to and makes what is missing. */
  private async bind(tx: Tx, signals: readonly Signal[]): Promise<IdentityPlan> {
    const carried = signals.map((signal) => this.carried(signal));
    const hashes = carried.flatMap(({ user, anonymous, previous }) =>
      [user, anonymous, previous?.user, previous?.anonymous].filter((hash) => hash != null),
    );
    const rows = await selectIdentities(tx, [...new Set(hashes)]);
    const plan = planIdentities(
      carried,
      {
        profiles: new Map(rows.map((row) => [row.hash, row.id])),
        users: new Map(rows.map((row) => [row.id, row.user_id_hash])),
      },
      () => this.ids.make('prf'),
    );
    const now = this.clock.now();
    if (plan.created.length > 0) await insertProfiles(tx, plan.created, now);
    if (plan.bindings.length > 0) {
      const bound = await insertIdentities(
        tx,
        plan.bindings.map(({ hash, kind, profileId, index }) => ({
          hash,
          kind,
          profile_id: profileId,
          signal_id: signals[index]?.id ?? '',
        })),
        now,
      );
      if (bound < plan.bindings.length)
        throw new RaceLost('an identity was bound by another worker meanwhile');
    }
    return plan;
  }

  private carried(signal: Signal): CarriedIdentities {
    const { userId, anonymousId, previousId } = signal;
    return {
      user: userId === null ? null : this.hash('user', userId),
      anonymous: anonymousId === null ? null : this.hash('anonymous', anonymousId),
      previous:
        previousId === null
          ? null
          : { user: this.hash('user', previousId), anonymous: this.hash('anonymous', previousId) },
    };
  }

  private hash(kind: 'user' | 'anonymous', value: string): string {
    return identityHash(this.identitySecret, kind, value);
  }

  /** Locks and opens every profile of the plan. */
  private async open(tx: Tx, plan: IdentityPlan): Promise<Map<string, Open>> {
    const created = new Set(plan.created);
    const ids = [...new Set(plan.steps.flatMap(({ profileId, merged }) => [profileId, ...merged]))];
    const existing = ids.filter((id) => !created.has(id));
    const rows = existing.length === 0 ? [] : await lockProfiles(tx, existing);
    if (rows.length < existing.length || rows.some((row) => row.merged_into !== null))
      throw new RaceLost('a profile was merged by another worker meanwhile');
    const keys = await this.vault.heldKeys(tx, existing);
    const made = await this.vault.ensureKeys(tx, plan.created);
    const open = new Map<string, Open>();
    for (const row of rows) {
      const key = keys.get(row.id);
      if (key === undefined) throw new RaceLost('a profile was erased meanwhile');
      const state = JSON.parse(this.vault.unsealText(key, row.state)) as ProfileState;
      open.set(row.id, { state, key, userHash: row.user_id_hash, fresh: false, changed: false });
    }
    for (const [id, key] of made) {
      open.set(id, { state: newState(id, ''), key, userHash: null, fresh: true, changed: true });
    }
    return open;
  }

  private applyOne(
    signal: Signal,
    step: IdentityPlan['steps'][number],
    open: ReadonlyMap<string, Open>,
    declared: DeclaredEvents | undefined,
  ): { applied: Applied; merges: MergeRow[]; consents: ConsentRow[] } {
    const target = get(open, step.profileId);
    const before = target.fresh ? null : target.state.profile;
    if (target.fresh) target.state = newState(step.profileId, signal.occurredAt);
    const merges = step.merged.map((from): MergeRow => {
      const other = get(open, from);
      // A profile made in this very batch may be merged before it heard of anything.
      if (!other.fresh) target.state = mergeStates(target.state, other.state, declared);
      return {
        id: this.ids.make('mrg'),
        from_profile_id: from,
        into_profile_id: step.profileId,
        signal_id: signal.id,
        reason: signal.type,
      };
    });
    const held = target.state.profile.consents;
    if (step.takesUser && signal.userId !== null) target.userHash = this.hash('user', signal.userId);
    target.state = project(target.state, signal, step.takesUser ? signal.userId : null, declared);
    target.fresh = false;
    target.changed = true;
    const after = target.state.profile;
    const consents = after.consents
      .filter((consent) => {
        const earlier = held.find((each) => each.channel === consent.channel && each.topic === consent.topic);
        return earlier?.state !== consent.state;
      })
      .map((consent) => ({ ...consent, id: this.ids.make('con'), profile_id: step.profileId }));
    return {
      applied: { signal, profileId: step.profileId, before, after, merged: step.merged },
      merges,
      consents,
    };
  }

  /** A write key is public: beyond a cap, profiles that claim one address are not reached at it. */
  private async capClaims(tx: Tx, open: ReadonlyMap<string, Open>, applied: Applied[]): Promise<void> {
    const claims = applied.flatMap(({ signal, profileId, before, after }) => {
      const { email } = after.addresses;
      const claimed = email ?? get(open, profileId).state.withheld.email;
      if (claimed === null || signal.source === OWN_SOURCE) return [];
      // Held without question already, unless it was withheld: then it is asked again.
      return before !== null && before.addresses.email === claimed
        ? []
        : [{ profile_id: profileId, address_hash: this.addressHash('email', claimed), email: claimed }];
    });
    if (claims.length === 0) return;
    const unique = [
      ...new Map(claims.map((claim) => [`${claim.profile_id} ${claim.address_hash}`, claim])).values(),
    ];
    const now = this.clock.now();
    const refused = await claimAddresses(tx, unique, {
      at: now,
      since: new Date(now.getTime() - DAY_MS),
      most: MOST_CLAIMS_A_DAY,
    });
    // Whoever imports a file is known by name: the claims are noted and not counted against them.
    const imported = new Set(
      applied.filter(({ signal }) => signal.source === IMPORT_SOURCE).map(({ profileId }) => profileId),
    );
    const refusedKeys = new Set(
      refused
        .filter((claim) => !imported.has(claim.profile_id))
        .map((claim) => `${claim.profile_id} ${claim.address_hash}`),
    );
    for (const claim of unique) {
      const held = get(open, claim.profile_id);
      const isRefused = refusedKeys.has(`${claim.profile_id} ${claim.address_hash}`);
      if (claimedAddresses(held.state).email !== claim.email) continue;
      const withheld = isRefused ? claim.email : null;
      if (held.state.withheld.email === withheld) continue;
      held.state = withWithheld(held.state, { ...held.state.withheld, email: withheld });
      // What later stages see of these signals must not hold the address either.
      applied.forEach((one, i) => {
        if (one.profileId === claim.profile_id)
          applied[i] = { ...one, after: { ...one.after, addresses: held.state.profile.addresses } };
      });
    }
  }

  private async save(tx: Tx, open: ReadonlyMap<string, Open>): Promise<void> {
    const changed = [...open].filter(([, { changed: isChanged }]) => isChanged);
    const updates = changed.map(([id, { state, userHash, key }]) => this.toUpdate(state, userHash, key, id));
    if (updates.length > 0) await updateProfiles(tx, updates);
  }

  private toUpdate(
    state: ProfileState,
    userHash: string | null,
    key: Buffer | undefined,
    id: string,
  ): ProfileUpdate {
    if (key === undefined) throw new ErasedError(`the key of ${id} was erased`);
    const { profile } = state;
    return {
      id,
      user_id_hash: userHash,
      stage: profile.stage,
      country: profile.country,
      first_seen_at: profile.firstSeenAt,
      last_seen_at: profile.lastSeenAt,
      unheard: state.unheard ?? false,
      state: this.vault.sealText(key, JSON.stringify(state)),
    };
  }

  /**
   * Locks a person until the transaction ends; the answer is the canonical profile, which the given one may have been merged into.
   * @throws ErasedError, or Error when there is no such profile.
   */
  async lock(tx: Tx, profileId: string): Promise<Profile> {
    return (await this.lockState(tx, profileId)).state.profile;
  }

  private async lockState(
    tx: Tx,
    profileId: string,
  ): Promise<{ state: ProfileState; userHash: string | null }> {
    let id = profileId;
    for (;;) {
      const row = (await lockProfiles(tx, [id]))[0];
      if (row === undefined) throw new Error(`there is no profile ${id}`);
      if (row.merged_into === null) return { state: await this.openRow(tx, row), userHash: row.user_id_hash };
      id = row.merged_into;
    }
  }

  /**
   * Locks people of whom nobody else is busy with any, until the transaction ends. Waits for nobody, so several may ask for the same at once.
   * @returns at most `limit`, in id order. Null for who was merged into somebody else, was erased or cannot be read: that is for `lock` to say.
   */
  async lockFree(
    tx: Tx,
    ids: readonly string[],
    limit: number,
  ): Promise<{ readonly id: string; readonly profile: Profile | null }[]> {
    const rows = await lockFreeProfiles(tx, ids, limit);
    const canonical = rows.filter((row) => row.merged_into === null);
    const opened = await this.vault.openEach(
      tx,
      canonical.map(({ id, state }) => ({ keyId: id, sealed: state })),
    );
    const profiles = new Map(
      opened.flatMap((one, i) =>
        one.kind === 'opened'
          ? [[canonical[i]?.id ?? '', (JSON.parse(one.text) as ProfileState).profile]]
          : [],
      ),
    );
    return rows.map(({ id }) => ({ id, profile: profiles.get(id) ?? null }));
  }

  /** The canonical profile, without a lock. @throws ErasedError, or Error when there is no such profile. */
  async load(db: Executor, profileId: string): Promise<Profile> {
    return (await this.loadState(db, profileId)).profile;
  }

  /** The same with what it is derived from. */
  async loadState(db: Executor, profileId: string): Promise<ProfileState> {
    let id = profileId;
    for (;;) {
      const row = await selectProfile(db, id);
      if (row === null) throw new Error(`there is no profile ${id}`);
      if (row.merged_into === null) return this.openRow(db, row);
      id = row.merged_into;
    }
  }

  private async openRow(db: Executor, row: ProfileRow): Promise<ProfileState> {
    return JSON.parse(await this.vault.openFor(db, row.id, row.state)) as ProfileState;
  }

  /** Fills in what an earlier version did not keep of some people. @returns whether there may be more of them. */
  async fillIn(db: Executor, limit: number): Promise<boolean> {
    return (await fillSeenHours(db, limit)) === limit;
  }

  /** The name under which a userId is looked up. */
  userHash(userId: string): string {
    return this.hash('user', userId);
  }

  /** The canonical profiles of userIds, locked in id order until the transaction ends; who was never heard of is missing. */
  async lockByUserIds(tx: Tx, userIds: readonly string[]): Promise<Map<string, Profile>> {
    const byHash = new Map(userIds.map((userId) => [this.userHash(userId), userId]));
    if (byHash.size === 0) return new Map();
    const found = await selectIdentities(tx, [...byHash.keys()]);
    const states = await this.lockStates(
      tx,
      found.map(({ id }) => id),
    );
    return new Map(
      found.flatMap(({ hash, id }) => {
        const [userId, held] = [byHash.get(hash), states.get(id)];
        return userId === undefined || held === undefined ? [] : [[userId, held.state.profile]];
      }),
    );
  }

  /** Locks and opens canonical profiles, in id order. */
  private async lockStates(
    tx: Tx,
    profileIds: readonly string[],
  ): Promise<Map<string, { state: ProfileState; readonly userHash: string | null; readonly key: Buffer }>> {
    const ids = [...new Set(profileIds)];
    const rows = await lockProfiles(tx, ids);
    if (rows.length < ids.length || rows.some((row) => row.merged_into !== null))
      throw new RaceLost('a profile was merged by another worker meanwhile');
    const keys = await this.vault.heldKeys(tx, ids);
    return new Map(
      rows.map((row) => {
        const key = keys.get(row.id);
        if (key === undefined) throw new RaceLost('a profile was erased meanwhile');
        const state = JSON.parse(this.vault.unsealText(key, row.state)) as ProfileState;
        return [row.id, { state, userHash: row.user_id_hash, key }];
      }),
    );
  }

  /** Which of these identities (see `userHash`) were erased since a moment: what was on its way then must not bring them back. */
  erasedSince(db: Executor, hashes: readonly string[], since: Date): Promise<Set<string>> {
    return selectErased(db, hashes, since);
  }

  /** Forgets who was erased before a moment. */
  forgetErased(db: Executor, before: Date): Promise<void> {
    return deleteErased(db, before);
  }

  /** The canonical profile's id of a userId; null when it was never heard of. */
  findByUserId(db: Executor, userId: string): Promise<string | null> {
    return this.find(db, this.hash('user', userId));
  }

  /** The canonical profile's id of an anonymousId; null when it was never heard of. */
  findByAnonymousId(db: Executor, anonymousId: string): Promise<string | null> {
    return this.find(db, this.hash('anonymous', anonymousId));
  }

  private async find(db: Executor, hash: string): Promise<string | null> {
    return (await selectIdentities(db, [hash]))[0]?.id ?? null;
  }

  /** The canonical profile of a userId, else of an anonymousId, in one statement and without a lock; null when it was never heard of. */
  async findProfile(
    db: Executor,
    identity: { readonly userId?: string | undefined; readonly anonymousId?: string | undefined },
  ): Promise<Profile | null> {
    const { userId, anonymousId } = identity;
    const hash = userId === undefined ? this.hash('anonymous', anonymousId ?? '') : this.hash('user', userId);
    const keyOf = this.vault.readingKeys();
    const [row] = await selectPersonBy(db, [hash]);
    if (row === undefined) return null;
    return (JSON.parse(this.vault.unsealText(keyOf(row), row.state)) as ProfileState).profile;
  }

  /** The profile and every one that was merged into it: rows of other stages written before a merge still carry the earlier id. */
  profileIdsOf(db: Executor, canonicalId: string): Promise<string[]> {
    return selectMerged(db, canonicalId);
  }

  /** Identity hashes of a person, merged profiles included: what their signals stand under. */
  async identityHashesOf(db: Executor, canonicalId: string): Promise<string[]> {
    return selectIdentityHashes(db, await selectMerged(db, canonicalId));
  }

  /** How a person came together, oldest first. */
  async mergesOf(db: Executor, canonicalId: string): Promise<Merge[]> {
    const rows = await selectMerges(db, await selectMerged(db, canonicalId));
    return rows.map((row) => ({
      id: row.id,
      from: row.from_profile_id,
      signalId: row.signal_id,
      reason: row.reason,
      at: row.merged_at.toISOString(),
    }));
  }

  /** Takes in a statement of consent that came by another way than a signal. An older one than what is held is noted and changes nothing. */
  async setConsent(tx: Tx, profileId: string, consent: Consent): Promise<void> {
    const { state } = await this.lockState(tx, profileId);
    await this.setConsents(tx, [{ profileId: state.profile.id, consent }]);
  }

  /**
   * The same of many people at once, in their order, as somebody recorded them; the profiles are canonical ones. What is open for those who
   * refuse something by it is looked through right afterwards (work `consent.withdrawn`).
   */
  async recordConsents(
    tx: Tx,
    statements: readonly { readonly profileId: string; readonly consent: Consent }[],
  ): Promise<void> {
    const changed = await this.setConsents(tx, statements);
    const refused = statements.filter(({ profileId, consent: { channel, topic } }) => {
      const profile = changed.get(profileId);
      return profile !== undefined && consentFor(profile.consents, channel, topic) === 'denied';
    });
    await this.lookThrough(tx, [...new Set(refused.map(({ profileId }) => profileId))]);
  }

  /** What is open for these people is looked through right afterwards. */
  private async lookThrough(tx: Tx, people: readonly string[]): Promise<void> {
    if (people.length === 0) return;
    const dueAt = this.clock.now();
    // A row for each time: whoever does one holds it and waits for the profile, which is held here, so that waiting for it would be for ever.
    await this.work.enqueue(
      tx,
      ...people.map((profile) => ({
        kind: 'consent.withdrawn',
        key: this.ids.make('con'),
        dueAt,
        payload: { profile },
      })),
    );
  }

  /** @returns whose consents are others now, as they are now. */
  private async setConsents(
    tx: Tx,
    statements: readonly { readonly profileId: string; readonly consent: Consent }[],
  ): Promise<ReadonlyMap<string, Profile>> {
    if (statements.length === 0) return new Map();
    const held = await this.lockStates(
      tx,
      statements.map(({ profileId }) => profileId),
    );
    await insertConsents(
      tx,
      statements.map(({ profileId, consent }) => ({
        ...consent,
        id: this.ids.make('con'),
        profile_id: profileId,
      })),
      this.clock.now(),
    );
    const changed = new Set<string>();
    for (const { profileId, consent } of statements) {
      const one = held.get(profileId);
      if (one === undefined) throw new Error(`profile ${profileId} was not opened`);
      const { profile } = one.state;
      const consents = withConsent(profile.consents, consent);
      if (consents === profile.consents) continue;
      one.state = { ...one.state, profile: { ...profile, consents } };
      changed.add(profileId);
    }
    const updates = [...held].flatMap(([id, { state, userHash, key }]) =>
      changed.has(id) ? [this.toUpdate(state, userHash, key, id)] : [],
    );
    if (updates.length > 0) await updateProfiles(tx, updates);
    return new Map([...held].flatMap(([id, { state }]) => (changed.has(id) ? [[id, state.profile]] : [])));
  }

  /**
   * Write to this address no more. The strongest reason stays (see `strengthOf`), and outlives the person's erasure. Messages that are open for it
   * are left to `endOpenMail`. @param suppression `space`: see `addressSpace`.
   */
  async suppress(
    tx: Tx,
    suppression: Omit<AddressSuppression, 'addressHash'> & { readonly address: string },
  ): Promise<void> {
    const { address, ...rest } = suppression;
    await this.suppressHash(tx, { ...rest, addressHash: this.addressHash(rest.space, address) });
  }

  /** The same for an address that is known by its hash alone, as after an erasure. */
  async suppressHash(tx: Tx, suppression: AddressSuppression): Promise<void> {
    const { space, saidAt = null, withdrawn = null, ...rest } = suppression;
    await insertSuppression(tx, { channel: space, ...rest, at: this.clock.now(), saidAt, withdrawn });
  }

  /**
   * Whoever else shares these mailboxes, by hash, is looked through right afterwards (work `consent.withdrawn`) for advertising that must not go
   * there any more. Not here and now: their profiles would have to be locked after the one that is.
   */
  async endOpenMail(tx: Tx, addressHashes: readonly string[]): Promise<void> {
    if (addressHashes.length === 0) return;
    await this.lookThrough(tx, await selectOpenMarketing(tx, addressHashes));
  }

  /**
   * Takes back what a person withdrew on a channel, now that they have agreed to every topic of it, and lifts the suppressions behind which nothing
   * else stands: no complaint, no list, nobody's decision, and no other person's withdrawal. An older grant than the withdrawal lifts nothing, nor
   * does one that was refused again since. Call it under the person's lock.
   * @param grant `at`, ISO 8601: when they said so. `actor`: who recorded it.
   */
  async liftSuppressions(
    tx: Tx,
    profile: Profile,
    grant: {
      readonly channel: string;
      readonly at: string;
      readonly source: string;
      readonly actor: string;
    },
  ): Promise<void> {
    if (consentFor(profile.consents, grant.channel, EVERY_TOPIC) !== 'granted') return;
    const profileIds = await selectMerged(tx, profile.id);
    const grantedAt = new Date(grant.at);
    const freed = await deleteWithdrawals(tx, { profileIds, saidOn: grant.channel, before: grantedAt });
    if (freed.length === 0) return;
    // Whoever is deciding about the mailbox, for whichever profile, is through before it is noted when this was lifted.
    for (const { address_hash } of freed.toSorted((a, b) => (a.address_hash < b.address_hash ? -1 : 1)))
      await lockAddress(tx, address_hash);
    const lifted = await liftSuppressions(
      tx,
      freed.map((address) => ({ ...address, id: this.ids.make('sup') })),
      { profileId: profile.id, grantedAt, at: this.clock.now() },
    );
    for (const { id, channel, source, at, said_at } of lifted) {
      await this.audit.record(tx, {
        actor: grant.actor,
        action: 'suppression.lifted',
        subject: profile.id,
        detail: {
          lifted: id,
          address: channel,
          channel: grant.channel,
          suppressedBy: source,
          suppressedAt: at.toISOString(),
          withdrawnAt: (said_at ?? at).toISOString(),
          grantedAt: grant.at,
        },
        personal: { keyId: profile.id, value: { source: grant.source } },
      });
    }
  }

  /** What stands against writing to these addresses, by hash; those that may be written to are missing. */
  async suppressionsAt(
    db: Executor,
    addressHashes: readonly string[],
  ): Promise<Map<string, Pick<Suppression, 'reason' | 'byPerson'>>> {
    const rows = addressHashes.length === 0 ? [] : await selectSuppressions(db, addressHashes);
    return new Map(
      rows.map(({ address_hash, reason, by_person }) => [address_hash, { reason, byPerson: by_person }]),
    );
  }

  /** Under what suppressions of this person's addresses are kept, in every space they belong to. */
  addressHashesOf({ addresses: { email, phone } }: Profile): string[] {
    return [
      ...(email === null ? [] : [this.addressHash('email', email)]),
      ...(phone === null ? [] : PHONE_SPACES.map((space) => this.addressHash(space, phone))),
    ];
  }

  /** Why this person must not be written to at an address; `channel` is the address's space, see `addressSpace`. */
  async suppressionsOf(db: Executor, profile: Profile): Promise<Suppression[]> {
    const hashes = this.addressHashesOf(profile);
    if (hashes.length === 0) return [];
    const rows = await selectSuppressions(db, hashes);
    return rows.map(({ channel, reason, at, by_person }) => ({
      channel,
      reason,
      at: at.toISOString(),
      byPerson: by_person,
    }));
  }

  /** What this person's later consent has lifted, newest first. */
  async liftedFor(db: Executor, profileId: string): Promise<LiftedSuppression[]> {
    const rows = await selectLifted(db, await selectMerged(db, profileId));
    return rows.map(({ channel, at, lifted_at }) => ({
      channel,
      at: at.toISOString(),
      liftedAt: lifted_at.toISOString(),
    }));
  }

  /**
   * Locks the mailbox of a locked profile, and its telephone where the playbook has a channel to it, until the transaction ends, so that several
   * profiles with one address are decided one after the other and share its caps. Take no profile's lock after it.
   */
  async lockAddresses(tx: Tx, { addresses }: Profile, channels: Iterable<Channel>): Promise<void> {
    const { email } = addresses;
    const hashes = new Set(email === null ? [] : [this.addressHash('email', email)]);
    for (const channel of channels) {
      const address = channel.enabled ? addressOn(channel, addresses) : null;
      if (address !== null) hashes.add(this.addressHash(addressSpace(channel), address));
    }
    for (const hash of [...hashes].toSorted()) await lockAddress(tx, hash);
  }

  /** The name under which an address is looked up. */
  addressHash(space: string, address: string): string {
    return addressHash(this.addressSecret, space, normaliseAddress(address));
  }

  /**
   * Erases a person: what is kept of them anywhere can no longer be read from the commit on. Suppressions of their addresses stay, as keyed hashes.
   * Lists they stand on are cleared right afterwards (work `profile.erased`).
   * @returns whether there was such a person.
   */
  async erase(tx: Tx, userId: string, actor: string): Promise<boolean> {
    const found = await this.findByUserId(tx, userId);
    if (found === null) return false;
    const family = await selectMerged(tx, found);
    const rows = await lockProfiles(tx, family);
    if (rows.some((row) => row.id === found && row.merged_into !== null))
      throw new RaceLost('the profile was merged meanwhile');
    const hashes = await selectIdentityHashes(tx, family);
    await this.signals.erase(tx, hashes);
    await this.vault.erase(tx, family);
    const now = this.clock.now();
    await insertErased(tx, hashes, now);
    await keepForGood(tx, family);
    await eraseProfiles(tx, family, now);
    await this.audit.record(tx, {
      actor,
      action: 'profile.erased',
      subject: found,
      detail: { profiles: family.length, identities: hashes.length },
    });
    await this.work.enqueue(tx, { kind: 'profile.erased', key: found, dueAt: now });
    return true;
  }
}

function get(open: ReadonlyMap<string, Open>, id: string): Open {
  const found = open.get(id);
  if (found === undefined) throw new Error(`profile ${id} was not opened`);
  return found;
}
