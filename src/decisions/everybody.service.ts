import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import {
  areToSettle,
  deleteLeases,
  deletePlaces,
  endLeases,
  holdLease,
  insertLease,
  insertPlace,
  lockCounter,
  restorePlace,
  selectPlaces,
  selectTaken,
  selectUse,
  settleLeases,
} from './everybody.repository.js';
import { allSharedCaps, fullCap, roomIn, type SharedCap, sliceAt, slicingOf } from './everybody.js';
import { type FullCap } from './situation.js';

/** Tokens of a lease that this process has not used. */
interface Held {
  readonly leaseId: string;
  left: number;
}

/** A token taken for a message that is not written yet. */
export interface Place {
  readonly cap: SharedCap;
  readonly held: Held;
}

/** How a cap over everybody stands in the window that ends now. */
export interface CapUse {
  readonly rule: string;
  readonly per: string;
  readonly of: 'messages' | 'cost';
  readonly limit: number;
  /** What messages hold. */
  readonly used: number;
  /** What processes have leased and not used. */
  readonly leased: number;
}

/** A fiftieth of what the cap allows is leased at once, and never more than a quarter of what is left. */
const SHARE_OF_MAX = 50;
const SHARE_OF_ROOM = 4;
const MOST_HELD = 2_000;

/**
 * Places in caps over everybody. Tokens are leased in blocks, so that a counter's row is locked once for each block and not for each message;
 * a message takes its place from a lease in the transaction that opens it. Never one too many: a lease counts in full until it is settled.
 */
@Injectable()
export class EverybodyService implements OnApplicationShutdown {
  private readonly held = new Map<string, Held[]>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** What this process has not used may be used by others at once. */
  async onApplicationShutdown(): Promise<void> {
    const ids = [...this.held.values()].flatMap((leases) => leases.map(({ leaseId }) => leaseId));
    this.held.clear();
    if (ids.length > 0) await endLeases(this.database.db, ids);
  }

  /** Takes a place in each of these caps for a message that leaves at `at`: in all of them, or none and the cap that is full. */
  async take(tx: Tx, caps: readonly SharedCap[], at: number): Promise<readonly Place[] | FullCap> {
    const places: Place[] = [];
    for (const cap of caps) {
      const slice = sliceAt(slicingOf(cap.limit), at);
      const held = (await this.fromHeld(tx, cap, slice)) ?? (await this.lease(tx, cap, slice));
      if ('until' in held) {
        for (const place of places) place.held.left += place.cap.tokens;
        return held;
      }
      places.push({ cap, held });
    }
    return places;
  }

  /** Whether there would be a place, without taking one. */
  async look(db: Executor, caps: readonly SharedCap[], at: number): Promise<FullCap | null> {
    for (const cap of caps) {
      const slice = sliceAt(slicingOf(cap.limit), at);
      if (this.held.get(keyOf(cap, slice))?.some(({ left }) => left >= cap.tokens) === true) continue;
      const { full } = await standing(db, cap, slice);
      if (full !== null) return full;
    }
    return null;
  }

  /** Writes down whose the places are. */
  async keep(tx: Tx, messageId: string, places: readonly Place[]): Promise<void> {
    for (const { cap, held } of places)
      await insertPlace(tx, { messageId, counter: cap.counter, leaseId: held.leaseId, tokens: cap.tokens });
  }

  /**
   * Moves a message's places to the moment at which it really leaves; people may have taken hours to sign it. Where there is no room then, they are
   * moved to the first moment at which there is, so that nobody who comes later is before it.
   * @param expires epoch milliseconds: no place is of use from then on.
   * @returns the cap that has no room then, and until when the message waits: for its place, if that is before it expires. Null when it may leave.
   */
  async renew(
    tx: Tx,
    bundle: Bundle,
    messageId: string,
    { at, expires }: { readonly at: number; readonly expires: number },
  ): Promise<FullCap | null> {
    const caps = new Map(allSharedCaps(bundle).map((cap) => [cap.counter, cap]));
    const own = (await selectPlaces(tx, messageId)).flatMap((place) => {
      const cap = caps.get(place.counter);
      return cap === undefined ? [] : [{ place, cap: { ...cap, tokens: place.tokens } }];
    });
    const moved = own.filter(({ place, cap }) => place.slice !== sliceAt(slicingOf(cap.limit), at));
    if (moved.length === 0) return null;
    // Given back first, so that a message is not in its own way.
    for (const { place } of moved) await deletePlaces(tx, messageId, place.counter);
    let full = await this.takeAndKeep(tx, messageId, capsOf(moved), at);
    if (full === null) return null;
    // It waits with all its places together.
    for (const each of own) if (!moved.includes(each)) await deletePlaces(tx, messageId, each.place.counter);
    for (;;) {
      const until = Date.parse(full.until);
      if (until >= expires) break;
      const later = await this.takeAndKeep(tx, messageId, capsOf(own), until);
      if (later === null) return full;
      // Another of the caps is full at that moment, and has room after it.
      full = later;
    }
    for (const { place } of own) await restorePlace(tx, messageId, place);
    return full;
  }

  private async takeAndKeep(
    tx: Tx,
    messageId: string,
    caps: readonly SharedCap[],
    at: number,
  ): Promise<FullCap | null> {
    const taken = await this.take(tx, caps, at);
    if ('until' in taken) return taken;
    await this.keep(tx, messageId, taken);
    return null;
  }

  /** How each cap over everybody stands now. */
  async usage(db: Executor, bundle: Bundle): Promise<CapUse[]> {
    const now = this.clock.now().getTime();
    const uses: CapUse[] = [];
    for (const { rule, limit, counter } of allSharedCaps(bundle)) {
      const slicing = slicingOf(limit);
      const to = sliceAt(slicing, now);
      const { used, taken } = await selectUse(db, counter, { from: to - slicing.span + 1, to });
      uses.push({ rule, per: limit.per, of: limit.of, limit: limit.max, used, leased: taken - used });
    }
    return uses;
  }

  private async fromHeld(tx: Tx, cap: SharedCap, slice: number): Promise<Held | null> {
    const leases = this.held.get(keyOf(cap, slice)) ?? [];
    for (;;) {
      const held = leases.find(({ left }) => left >= cap.tokens);
      if (held === undefined) return null;
      // Before anything is waited for: nobody else in this process takes the same token.
      held.left -= cap.tokens;
      if (await holdLease(tx, held.leaseId)) return held;
      // It ran out, and somebody settled it.
      held.left = 0;
    }
  }

  private async lease(tx: Tx, cap: SharedCap, slice: number): Promise<Held | FullCap> {
    const { limit, counter, tokens } = cap;
    const { span, widthMs } = slicingOf(limit);
    // A full cap is asked again by everybody: they need not take turns to hear it.
    const before = await standing(tx, cap, slice);
    if (before.full !== null && !(await areToSettle(tx, counter))) return before.full;
    await lockCounter(tx, counter);
    await settleLeases(tx, counter);
    await deleteLeases(tx, counter, sliceAt({ span, widthMs }, this.clock.now().getTime()) - 2 * span);
    const { room, full } = await standing(tx, cap, slice);
    if (full !== null) return full;
    const block = Math.min(Math.ceil(limit.max / SHARE_OF_MAX), Math.floor(room / SHARE_OF_ROOM));
    const leased = Math.max(tokens, block);
    const held = { leaseId: this.ids.make('lse'), left: leased - tokens };
    await insertLease(tx, { id: held.leaseId, counter, slice, tokens: leased });
    this.database.afterCommit(() => {
      this.remember(keyOf(cap, slice), held);
    });
    return held;
  }

  private remember(key: string, held: Held): void {
    const leases = (this.held.get(key) ?? []).filter(({ left }) => left > 0);
    // The oldest pieces of time are over; what is forgotten of them comes back when their leases run out.
    for (const old of this.held.keys()) {
      if (this.held.size < MOST_HELD) break;
      this.held.delete(old);
    }
    this.held.set(key, [...leases, held]);
  }
}

function capsOf(places: readonly { readonly cap: SharedCap }[]): SharedCap[] {
  return places.map(({ cap }) => cap);
}

function keyOf({ counter }: SharedCap, slice: number): string {
  return `${slice} ${counter}`;
}

/** Tokens left in the windows that touch a slice, and what to say when they are too few. */
async function standing(
  db: Executor,
  cap: SharedCap,
  slice: number,
): Promise<{ readonly room: number; readonly full: FullCap | null }> {
  const { span } = slicingOf(cap.limit);
  const taken = await selectTaken(db, cap.counter, slice - span);
  const room = roomIn(taken, cap.limit.max, span, slice);
  return { room, full: room < cap.tokens ? fullCap(cap, taken, slice) : null };
}
