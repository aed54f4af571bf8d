import { fullCap, roomIn, type SharedCap, type Slicing, sliceAt, slicingOf } from '../decisions/everybody.js';
import { type FullCap } from '../decisions/situation.js';

/** What messages of before the simulated span hold of a cap, by piece of time. */
export interface EarlierTokens {
  readonly counter: string;
  readonly slice: number;
  readonly tokens: number;
  /** When they are given back without having been used, epoch milliseconds; null for those that left. */
  readonly until: number | null;
}

interface Held {
  readonly cap: SharedCap;
  readonly slice: number;
}

/** Windows that nobody can reach any more are forgotten whenever so many pieces of time are known. */
const MANY_SLICES = 5_000;

/**
 * Places in caps over everybody in one simulated world. As the service keeps them, but for the leases: there is one process, so no token lies
 * unused. Whoever asks has to ask in the order of time.
 */
export class SharedPlaces {
  private readonly counters = new Map<string, Map<number, number>>();
  private readonly held = new Map<string, readonly Held[]>();
  private givenBack: EarlierTokens[];

  /** @param share of everybody who is simulated: caps allow them as large a share. */
  constructor(
    private readonly share: number,
    earlier: readonly EarlierTokens[] = [],
  ) {
    for (const { counter, slice, tokens } of earlier) this.add(counter, slice, tokens);
    this.givenBack = earlier
      .filter(({ until }) => until !== null)
      .toSorted((a, b) => (a.until ?? 0) - (b.until ?? 0));
  }

  /** Takes a place in each of these caps for a message that leaves at `at`: in all of them, or none and the cap that is full. @param now epoch milliseconds */
  take(message: string, caps: readonly SharedCap[], at: number, now: number): FullCap | null {
    this.passUntil(now);
    const places: Held[] = [];
    for (const cap of caps) {
      const slicing = slicingOf(cap.limit);
      const slice = sliceAt(slicing, at);
      const taken = this.taken(cap, slicing, now);
      const max = this.max(cap);
      if (roomIn(taken, max, slicing.span, slice) < cap.tokens) return fullCap(cap, taken, slice, max);
      places.push({ cap, slice });
    }
    for (const { cap, slice } of places) this.add(cap.counter, slice, cap.tokens);
    this.held.set(message, places);
    return null;
  }

  /**
   * Moves a message's places to the moment at which it really leaves, or where there is no room then to the first at which there is.
   * @param expires epoch milliseconds: no place is of use from then on.
   * @returns the cap that has no room then, and until when the message waits; null when it may leave.
   */
  renew(
    message: string,
    { at: now, expires }: { readonly at: number; readonly expires: number },
  ): FullCap | null {
    const before = this.held.get(message) ?? [];
    if (before.every(({ cap, slice }) => slice === sliceAt(slicingOf(cap.limit), now))) return null;
    // Given back first, so that a message is not in its own way.
    this.release(message);
    const caps = before.map(({ cap }) => cap);
    for (let wait = this.take(message, caps, now, now); wait !== null;) {
      const until = Date.parse(wait.until);
      if (until >= expires) {
        for (const { cap, slice } of before) this.add(cap.counter, slice, cap.tokens);
        this.held.set(message, before);
        return wait;
      }
      const later = this.take(message, caps, until, now);
      if (later === null) return wait;
      wait = later;
    }
    return null;
  }

  /** Gives back what a message holds that will not leave. */
  release(message: string): void {
    for (const { cap, slice } of this.held.get(message) ?? []) this.add(cap.counter, slice, -cap.tokens);
    this.held.delete(message);
  }

  /** What left keeps its tokens for as long as a window reaches them, and can give none back. */
  left(message: string): void {
    this.held.delete(message);
  }

  private max({ limit }: SharedCap): number {
    return this.share >= 1 ? limit.max : Math.floor(limit.max * this.share);
  }

  private taken({ counter }: SharedCap, slicing: Slicing, now: number): ReadonlyMap<number, number> {
    const taken = this.counters.get(counter);
    if (taken === undefined) return NOTHING;
    if (taken.size > MANY_SLICES) {
      const oldest = sliceAt(slicing, now) - slicing.span;
      for (const slice of taken.keys()) if (slice < oldest) taken.delete(slice);
    }
    return taken;
  }

  private add(counter: string, slice: number, tokens: number): void {
    let taken = this.counters.get(counter);
    if (taken === undefined) this.counters.set(counter, (taken = new Map<number, number>()));
    taken.set(slice, (taken.get(slice) ?? 0) + tokens);
  }

  private passUntil(now: number): void {
    const due = this.givenBack.findIndex(({ until }) => (until ?? 0) > now);
    const past = due < 0 ? this.givenBack : this.givenBack.slice(0, due);
    if (past.length === 0) return;
    for (const { counter, slice, tokens } of past) this.add(counter, slice, -tokens);
    this.givenBack = this.givenBack.slice(past.length);
  }
}

const NOTHING: ReadonlyMap<number, number> = new Map();
