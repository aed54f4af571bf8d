import { randomUUID } from 'node:crypto';
import { type Database } from '../database/index.js';
import { Log } from '../telemetry/index.js';
import { Line } from './line.js';
import { givePlaceBack, makePlaces, takePlace } from './model-places.repository.js';
import { reasonOf, sleep } from './wait.js';

/** While all places are taken, the first in line of a process looks this often, or up to half as often. */
const LOOK_MS = 50;
/** A request is over at its deadline; so much later its place is anybody's, though nobody gave it back. */
const LONGER_MS = 5_000;

/**
 * The places of one model: so many requests may be open at once, over all processes. Each holds one by a lease that outlasts its deadline,
 * so that a process that died keeps nobody out for longer than its requests could have taken.
 */
export class Places {
  private readonly log = new Log('llm');
  private readonly line = new Line();
  private made = 0;

  constructor(
    private readonly database: Database,
    private readonly model: string,
  ) {}

  /**
   * Waits for a place. Within a process who came first gets the next one; a free place goes to whichever process looks first.
   * @param endsAt when the request is over at the latest, by `performance.now()`.
   * @returns what gives it back; it never throws.
   * @throws the signal's reason when it aborts first.
   */
  async take(signal: AbortSignal, atOnce: number, endsAt: number): Promise<() => Promise<void>> {
    const done = await this.line.turn(signal);
    try {
      const holder = randomUUID();
      const place = await this.next(signal, atOnce, holder, endsAt);
      const giveBack = (): Promise<void> => this.giveBack(place, holder);
      if (!signal.aborted) return giveBack;
      await giveBack();
      throw reasonOf(signal);
    } finally {
      done();
    }
  }

  private async next(signal: AbortSignal, atOnce: number, holder: string, endsAt: number): Promise<number> {
    const { db } = this.database;
    if (this.made < atOnce) await makePlaces(db, this.model, atOnce);
    this.made = Math.max(this.made, atOnce);
    for (;;) {
      const forMs = endsAt - performance.now() + LONGER_MS;
      const place = await takePlace(db, this.model, atOnce, holder, forMs);
      if (place !== null) return place;
      await sleep(LOOK_MS * (1 + Math.random()), signal);
    }
  }

  private async giveBack(place: number, holder: string): Promise<void> {
    try {
      await givePlaceBack(this.database.db, this.model, place, holder);
    } catch (error) {
      // Its lease ends by itself.
      this.log.warn('model.place_kept', { error });
    }
  }
}
